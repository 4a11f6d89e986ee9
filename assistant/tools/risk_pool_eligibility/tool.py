"""Risk compensation pools: which condition holds, what a loss would be paid, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from assistant.answer import RuleRef, ToolResult, ToolSource
from assistant.errors import ConsentRequired, NotFound
from assistant.tools.context import ToolContext
from assistant.tools.rules.engine import compensate, judge, overall
from assistant.tools.rules.enterprise_inputs import bank_inputs, registration_inputs
from assistant.tools.rules.finding import Finding, clause_text, facts, gaps, summary, trace
from assistant.tools.rules.scheme import Scheme, Schemes, find_scheme, schemes, version_on
from assistant.tools.rules.waterfall import waterfall
from assistant.tools.tool import Arg, tool
from assistant.words.numerals import plain

DEFAULT_POOL = "gx-tech-loan"
Money = Annotated[Decimal, Field(ge=0, le=100_000_000, allow_inf_nan=False)]
Months = Annotated[int, Field(ge=0, le=2400)]
Label = Literal[
    "high_tech", "tech_sme", "specialised", "innovative_sme", "innovation_demo", "single_champion"
]

_LABEL_WORDS: dict[str, tuple[str, ...]] = {
    "high_tech": ("高新技术企业", "高企"),
    "tech_sme": ("科技型中小企业", "科小"),
    "specialised": ("专精特新", "小巨人"),
    "innovative_sme": ("创新型中小企业",),
    "innovation_demo": ("技术创新示范企业",),
    "single_champion": ("单项冠军",),
}


@tool(
    title="风险补偿资金池资格与测算",
    summary="逐条判断贷款是否符合风险补偿资金池的条件，按规则测算补偿额及上限，列出缺少的材料与信息",
    risk_level="high",
    examples=(
        "自治区人工智能信贷风险补偿资金池的补偿标准是怎样的？",
        "广西科技贷款风险补偿要满足哪些条件",
        "这家企业能不能纳入科技贷款风险补偿",
        "高新技术企业成立18个月，首贷，净损失200万，科技贷款风险补偿能补多少",
        "珠海科技信贷，信用占比80%，净损失150万元，能补偿多少",
        "安徽科技企业池直贷不良本金500万，首贷，补偿多少",
        "上海科小小微贷款净损失100万，首贷，风险补偿最高多少",
        "广东知识产权质押风险补偿中山怎么分担",
        "AI信贷池补多少，有没有实施细则",
        "专精特新企业贷款损失300万已追回50万，风险补偿池赔多少",
        "企业还差哪一条才能进风险补偿资金池",
        "广州风险补偿政银模式的条件是什么",
        "首贷的科技型中小企业，贷款500万，符合风险补偿资格吗",
        "按珠海的办法，信用占比55%的贷款损失400万，封顶后补偿额是多少",
        "不良贷款已核销，净损失80万，能申请风险补偿吗",
        "这笔不良贷款逐条对照一下风险补偿的条件",
        "成立不到两年的企业首贷，补偿比例会更高吗",
        "风险补偿资金池赔付银行损失的比例",
    ),
)
async def risk_pool_eligibility(
    ctx: ToolContext,
    pool: Annotated[
        str | None,
        Field(max_length=80),
        Arg(
            "资金池名称、编号或地区，默认广西科技贷款风险补偿",
            "choice",
            choices={
                "gx-ai-credit-pool": (
                    "人工智能信贷风险补偿",
                    "AI信贷风险补偿",
                    "AI信贷池",
                    "AI信贷",
                    "人工智能信贷",
                ),
                "gx-tech-loan": ("科技贷款风险补偿", "广西科技贷款"),
                "zhuhai-2022": ("珠海科技信贷", "珠海"),
                "anhui-2022": ("安徽",),
                "shanghai-microtech": ("上海", "科小小微"),
                "guangzhou-2025": ("广州",),
                "guangdong-ip": ("广东知识产权", "广东", "中山", "深圳"),
            },
        ),
    ] = None,
    enterprise: Annotated[str | None, Field(max_length=100), Arg("企业", "enterprise")] = None,
    loan_amount: Annotated[
        Money | None, Arg("贷款金额", "money", ("贷款金额", "贷款", "放款"), "万元")
    ] = None,
    net_loss: Annotated[
        Money | None, Arg("不良贷款净损失", "money", ("净损失", "最终损失", "损失", "亏损"), "万元")
    ] = None,
    principal_loss: Annotated[
        Money | None, Arg("不良贷款本金", "money", ("不良本金", "不良贷款本金", "不良", "本金"), "万元")
    ] = None,
    recovered: Annotated[
        Money | None, Arg("已追回金额", "money", ("追回", "已追回", "收回", "回收"), "万元")
    ] = None,
    first_loan: Annotated[
        bool | None, Arg("是否首贷", "flag", ("首贷", "首笔", "第一次贷款", "首次贷款"))
    ] = None,
    established_months: Annotated[
        Months | None, Arg("企业成立月数", "months", ("成立", "注册", "设立", "成立了"), "个月")
    ] = None,
    recorded_months: Annotated[Months | None, Arg("入库月数", "months", ("入库",), "个月")] = None,
    credit_share_pct: Annotated[
        Decimal | None,
        Field(ge=0, le=100, allow_inf_nan=False),
        Arg(
            "信用部分占贷款的比例",
            "percent",
            ("信用占比", "信用比例", "信用部分", "信用贷款占比", "纯信用"),
            "%",
        ),
    ] = None,
    labels: Annotated[
        list[Label] | None, Field(max_length=6), Arg("企业资质", "choice", choices=_LABEL_WORDS)
    ] = None,
    confirmed: Annotated[
        bool | None, Arg("是否经科技厅或工信厅确认", "flag", ("科技厅确认", "工信厅确认", "已确认", "经确认"))
    ] = None,
    in_statistics: Annotated[
        bool | None, Arg("是否符合科技贷款统计口径", "flag", ("统计制度", "统计口径", "科技贷款口径"))
    ] = None,
    recovery_finished: Annotated[
        bool | None, Arg("是否已追偿完毕并核销", "flag", ("追偿完毕", "已核销", "核销"))
    ] = None,
    pool_remaining: Annotated[
        Money | None,
        Arg("资金池或年度额度余额", "money", ("池余额", "额度余额", "剩余额度", "池子还剩"), "万元"),
    ] = None,
    loan_type: Annotated[
        Literal["direct", "guaranteed"] | None,
        Arg(
            "贷款方式",
            "choice",
            choices={"direct": ("直贷", "直接贷款"), "guaranteed": ("担保贷款", "有担保")},
        ),
    ] = None,
    pure_credit: Annotated[bool | None, Arg("是否纯信用贷款", "flag", ("纯信用贷款", "纯信用"))] = None,
    ip_pledge: Annotated[
        bool | None, Arg("是否知识产权质押", "flag", ("知识产权质押贷款", "知产质押", "专利质押"))
    ] = None,
    receivable_inventory_pledge: Annotated[
        bool | None, Arg("是否应收账款或存货质押", "flag", ("应收账款质押", "存货质押"))
    ] = None,
    bank_duty: Annotated[
        Money | None, Arg("银行实际承担的责任金额", "money", ("实担责任", "银行承担", "银行实际承担"), "万元")
    ] = None,
    already_paid: Annotated[
        Money | None, Arg("累计已获补偿", "money", ("已获补偿", "已补偿", "已经补偿"), "万元")
    ] = None,
    already_compensated: Annotated[
        bool | None,
        Arg("同一笔损失是否已获其他补偿", "flag", ("重复补偿", "已获其他补偿", "已经补过", "别处补过")),
    ] = None,
    scheme_mode: Annotated[
        Literal["gov_bank", "gov_guarantee"] | None,
        Arg(
            "合作模式",
            "choice",
            choices={"gov_bank": ("政银模式", "政银"), "gov_guarantee": ("政担模式", "政担")},
        ),
    ] = None,
    only_project: Annotated[
        bool | None, Arg("企业是否只申报这一个项目", "flag", ("一个项目", "唯一项目", "只申报"))
    ] = None,
) -> ToolResult:
    known = schemes()
    scheme = _scheme(known, pool, ctx.as_of)
    given: dict[str, Any] = {
        "loan_amount": loan_amount,
        "net_loss": net_loss,
        "principal_loss": principal_loss,
        "recovered": recovered,
        "first_loan": first_loan,
        "established_months": established_months,
        "recorded_months": recorded_months,
        "credit_share_pct": credit_share_pct,
        "labels": labels,
        "confirmed": confirmed,
        "in_statistics": in_statistics,
        "recovery_finished": recovery_finished,
        "pool_remaining": pool_remaining,
        "loan_type": loan_type,
        "pure_credit": pure_credit,
        "ip_pledge": ip_pledge,
        "receivable_inventory_pledge": receivable_inventory_pledge,
        "bank_duty": bank_duty,
        "already_paid": already_paid,
        "already_compensated": already_compensated,
        "scheme_mode": scheme_mode,
        "only_project": only_project,
    }
    known_of = await _enterprise_data(ctx, enterprise, scheme, given)
    inputs = known_of.inputs | {name: value for name, value in given.items() if value is not None}
    comparable = find_scheme(known, scheme.comparable, ctx.as_of) if scheme.comparable else None
    verdicts = judge(scheme, inputs)
    finding = Finding(
        scheme=scheme,
        comparable=comparable,
        as_of=ctx.as_of,
        inputs=inputs,
        verdicts=verdicts,
        outcome=overall(verdicts),
        payment=compensate(scheme, inputs),
    )
    used = {*scheme.inputs, "loan_amount", "already_compensated"}
    return ToolResult(
        value=_value(finding),
        unit="万元",
        as_of=ctx.as_of,
        facts=facts(finding),
        rule=RuleRef(id=scheme.id, version=scheme.version, status=scheme.status(ctx.as_of)),
        trace=trace(finding),
        inputs_used={name: value for name, value in inputs.items() if name in used},
        missing=(*known_of.missing, *_missing(finding)),
        sources=(*_sources(scheme), *(_sources(comparable) if comparable else ()), *known_of.sources),
        risk_level="high",
        requires_human=True,
        summary=summary(finding),
        picture=waterfall(finding),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the enterprise's own data say of the inputs, where it came from, and what could not be read."""

    inputs: dict[str, Any]
    sources: tuple[ToolSource, ...] = ()
    missing: tuple[str, ...] = ()


async def _enterprise_data(
    ctx: ToolContext, enterprise: str | None, scheme: Scheme, given: Mapping[str, Any]
) -> _Known:
    """Inputs from the register, and from bank data under consent; none without an enterprise."""
    if not scheme.inputs or not (enterprise or ctx.enterprise):
        return _Known({})
    found = await ctx.find_enterprise(enterprise)
    wanted = {name for name in scheme.inputs if given.get(name) is None}
    inputs: dict[str, Any] = {}
    sources: list[ToolSource] = []
    missing: list[str] = []
    for domain, title, read_inputs, names in (
        ("registration", "工商登记", registration_inputs, {"established_months", "labels"}),
        ("bank_credit", "银行流水与信用", bank_inputs, {"first_loan"}),
    ):
        if not wanted & names:
            continue
        try:
            read = await ctx.read_domain(found.code, domain)
        except ConsentRequired as error:
            missing.append(f"{error.message}，因此无法核对：{'、'.join(_labels(scheme, wanted & names))}")
            continue
        if not read.records:
            continue
        latest = read.records[-1].values
        inputs |= {k: v for k, v in read_inputs(latest, found.founded, ctx.as_of).items() if k in wanted}
        sources.append(
            ToolSource(
                kind="data",
                id=found.code,
                title=f"{found.name}·{title}",
                as_of=read.records[-1].period,
                data=read.use,
            )
        )
    return _Known(inputs, tuple(sources), tuple(missing))


def _labels(scheme: Scheme, names: set[str]) -> list[str]:
    return [declared.label for name, declared in scheme.inputs.items() if name in names]


def _value(finding: Finding) -> dict[str, Any]:
    payment = finding.payment
    return {
        "pool": finding.scheme.id,
        "title": finding.scheme.title,
        "mode": finding.scheme.mode,
        "eligible": finding.outcome,
        "conditions": [
            {
                "id": verdict.condition.id,
                "label": verdict.condition.label,
                "outcome": verdict.outcome,
                "clause": clause_text(finding.scheme, verdict.condition.clause),
            }
            for verdict in finding.verdicts
        ],
        "compensation": None if finding.payable is None else str(finding.payable),
        "rate_pct": None if payment.rate_pct is None else plain(payment.rate_pct),
        "is_ceiling": payment.ceiling,
        "caps": [{"label": limit.label, "amount": plain(limit.amount)} for limit in payment.limits],
        "gaps": list(gaps(finding)),
        "materials": list(finding.scheme.materials.items),
        "comparable": finding.comparable.id if finding.comparable else None,
    }


def _missing(finding: Finding) -> tuple[str, ...]:
    """Inputs not given that decide something, then what the rule set itself does not hold."""
    scheme = finding.scheme
    named = [verdict.condition.input for verdict in finding.verdicts if verdict.outcome == "unknown"]
    named += finding.payment.unknown if finding.asked else ()
    inputs = tuple(
        f"未提供：{scheme.inputs[name].label}" for name in dict.fromkeys(named) if name in scheme.inputs
    )
    return (*inputs, *scheme.not_held)


def _sources(scheme: Scheme) -> tuple[ToolSource, ...]:
    common: dict[str, Any] = {"confidence": scheme.confidence, "authority": scheme.authority}
    return (
        ToolSource(
            kind="rule", id=scheme.id, title=scheme.title, locator=f"规则版本{scheme.version}", **common
        ),
        ToolSource(kind="document", id=scheme.document, title=scheme.title, **common),
    )


def _scheme(known: Schemes, pool: str | None, as_of: date) -> Scheme:
    found = find_scheme(known, pool or DEFAULT_POOL, as_of)
    if found is None:
        held = "、".join(version_on(versions, as_of).title for versions in known.values())
        raise NotFound(
            f"没有收录名为“{pool}”的风险补偿规则。已收录：{held}", code="pool_not_found", param="pool"
        )
    return found
