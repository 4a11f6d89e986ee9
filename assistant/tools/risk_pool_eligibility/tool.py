"""Risk compensation pools: which condition holds, what a loss would be paid, what is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from assistant.answer import ToolResult
from assistant.errors import NotFound
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.inputs import Money, Months, ToolInputs
from assistant.tools.risk_pool_eligibility.compute import assess
from assistant.tools.risk_pool_eligibility.enterprise_inputs import EnterpriseInputs, enterprise_inputs
from assistant.tools.risk_pool_eligibility.examples import EXAMPLES
from assistant.tools.risk_pool_eligibility.report import pool_report
from assistant.tools.risk_pool_eligibility.scheme import Scheme
from assistant.tools.risk_pool_eligibility.schemes import Schemes, find_scheme, schemes
from assistant.tools.rules.ruleset import version_on
from assistant.tools.tool import tool

DEFAULT_POOL = "gx-tech-loan"
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


class RiskPoolInputs(ToolInputs):
    """Which pool, which enterprise, and the loan's facts under the names that the rule sets use for them."""

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
    ] = None
    enterprise: Annotated[str | None, Field(max_length=100), Arg("企业", "enterprise")] = None
    loan_amount: Annotated[Money | None, Arg("贷款金额", "money", ("贷款金额", "贷款", "放款"), "万元")] = (
        None
    )
    net_loss: Annotated[
        Money | None, Arg("不良贷款净损失", "money", ("净损失", "最终损失", "损失", "亏损"), "万元")
    ] = None
    principal_loss: Annotated[
        Money | None, Arg("不良贷款本金", "money", ("不良本金", "不良贷款本金", "不良", "本金"), "万元")
    ] = None
    recovered: Annotated[
        Money | None, Arg("已追回金额", "money", ("追回", "已追回", "收回", "回收"), "万元")
    ] = None
    first_loan: Annotated[
        bool | None, Arg("是否首贷", "flag", ("首贷", "首笔", "第一次贷款", "首次贷款"))
    ] = None
    established_months: Annotated[
        Months | None, Arg("企业成立月数", "months", ("成立", "注册", "设立", "成立了"), "个月")
    ] = None
    recorded_months: Annotated[Months | None, Arg("入库月数", "months", ("入库",), "个月")] = None
    credit_share_pct: Annotated[
        Decimal | None,
        Field(ge=0, le=100, allow_inf_nan=False),
        Arg(
            "信用部分占贷款的比例",
            "percent",
            ("信用占比", "信用比例", "信用部分", "信用贷款占比", "纯信用"),
            "%",
        ),
    ] = None
    labels: Annotated[
        list[Label] | None, Field(max_length=6), Arg("企业资质", "choice", choices=_LABEL_WORDS)
    ] = None
    confirmed: Annotated[
        bool | None, Arg("是否经科技厅或工信厅确认", "flag", ("科技厅确认", "工信厅确认", "已确认", "经确认"))
    ] = None
    in_statistics: Annotated[
        bool | None, Arg("是否符合科技贷款统计口径", "flag", ("统计制度", "统计口径", "科技贷款口径"))
    ] = None
    recovery_finished: Annotated[
        bool | None, Arg("是否已追偿完毕并核销", "flag", ("追偿完毕", "已核销", "核销"))
    ] = None
    pool_remaining: Annotated[
        Money | None,
        Arg("资金池或年度额度余额", "money", ("池余额", "额度余额", "剩余额度", "池子还剩"), "万元"),
    ] = None
    loan_type: Annotated[
        Literal["direct", "guaranteed"] | None,
        Arg(
            "贷款方式",
            "choice",
            choices={"direct": ("直贷", "直接贷款"), "guaranteed": ("担保贷款", "有担保")},
        ),
    ] = None
    pure_credit: Annotated[bool | None, Arg("是否纯信用贷款", "flag", ("纯信用贷款", "纯信用"))] = None
    ip_pledge: Annotated[
        bool | None, Arg("是否知识产权质押", "flag", ("知识产权质押贷款", "知产质押", "专利质押"))
    ] = None
    receivable_inventory_pledge: Annotated[
        bool | None, Arg("是否应收账款或存货质押", "flag", ("应收账款质押", "存货质押"))
    ] = None
    bank_duty: Annotated[
        Money | None, Arg("银行实际承担的责任金额", "money", ("实担责任", "银行承担", "银行实际承担"), "万元")
    ] = None
    already_paid: Annotated[
        Money | None, Arg("累计已获补偿", "money", ("已获补偿", "已补偿", "已经补偿"), "万元")
    ] = None
    already_compensated: Annotated[
        bool | None,
        Arg("同一笔损失是否已获其他补偿", "flag", ("重复补偿", "已获其他补偿", "已经补过", "别处补过")),
    ] = None
    scheme_mode: Annotated[
        Literal["gov_bank", "gov_guarantee"] | None,
        Arg(
            "合作模式",
            "choice",
            choices={"gov_bank": ("政银模式", "政银"), "gov_guarantee": ("政担模式", "政担")},
        ),
    ] = None
    only_project: Annotated[
        bool | None, Arg("企业是否只申报这一个项目", "flag", ("一个项目", "唯一项目", "只申报"))
    ] = None

    def of_the_loan(self) -> dict[str, object]:
        """What was given of the loan, in the order declared."""
        names = [name for name in type(self).model_fields if name not in {"pool", "enterprise"}]
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@tool(
    title="风险补偿资金池资格与测算",
    summary="逐条判断贷款是否符合风险补偿资金池的条件，按规则测算补偿额及上限，列出缺少的材料与信息",
    risk_level="high",
    examples=EXAMPLES,
)
async def risk_pool_eligibility(ctx: ToolContext, inputs: RiskPoolInputs) -> ToolResult:
    known = schemes()
    scheme = _scheme(known, inputs.pool, ctx.as_of)
    comparable = find_scheme(known, scheme.comparable, ctx.as_of) if scheme.comparable else None
    given = inputs.of_the_loan()
    known_of = EnterpriseInputs({})
    if scheme.inputs and (inputs.enterprise or ctx.enterprise):
        found = await ctx.find_enterprise(inputs.enterprise)
        known_of = await enterprise_inputs(ctx, found, scheme, given.keys())
    return pool_report(assess(scheme, comparable, known_of.inputs | given, ctx.as_of), known_of)


def _scheme(known: Schemes, pool: str | None, as_of: date) -> Scheme:
    found = find_scheme(known, pool or DEFAULT_POOL, as_of)
    if found is None:
        held = "、".join(version_on(versions, as_of).title for versions in known.values())
        raise NotFound(
            f"没有收录名为“{pool}”的风险补偿规则。已收录：{held}", code="pool_not_found", param="pool"
        )
    return found
