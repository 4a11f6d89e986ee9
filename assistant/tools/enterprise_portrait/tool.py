"""Enterprise portrait: six data domains, every figure with its source, date and the consent it was read under."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from assistant.answer import Fact, ToolResult, ToolSource, TraceStep
from assistant.errors import ConsentRequired
from assistant.store.domains import DOMAIN_TITLES
from assistant.store.enterprises import Enterprise
from assistant.tools.context import ToolContext
from assistant.tools.enterprise_data.crosscheck import CrossCheck, cross_checks
from assistant.tools.enterprise_data.delivery import DeliveredField, Delivery, latest_delivery
from assistant.tools.enterprise_portrait.radar import radar
from assistant.tools.tool import Arg, tool

Domain = Literal["registration", "tax", "social_insurance", "intellectual_property", "customs", "bank_credit"]
_DOMAIN_WORDS: dict[str, tuple[str, ...]] = {
    "registration": ("工商登记", "工商", "登记", "注册信息", "基本情况"),
    "tax": ("税务", "纳税", "申报收入", "开票", "税"),
    "social_insurance": ("社会保险", "社保", "参保"),
    "intellectual_property": ("知识产权", "专利", "软著", "商标"),
    "customs": ("海关进出口", "海关", "进出口", "出口", "进口"),
    "bank_credit": ("银行流水与信用", "银行流水", "流水", "现金流", "资金往来", "信贷", "贷款余额", "授信"),
}
# What a sentence about the domain says, in this order; the rest stays in the table.
_SAID: dict[str, tuple[tuple[str, ...], ...]] = {
    "registration": (
        ("industry", "founded", "registered_capital", "employees"),
        ("status", "abnormal_listed", "enforcement_count", "certifications"),
    ),
    "tax": (
        ("declared_revenue_12m", "invoiced_12m", "tax_paid_12m"),
        ("declared_growth_pct", "credit_grade", "zero_months"),
    ),
    "social_insurance": (("insured_latest", "insured_change_3m_pct", "arrears_months"),),
    "intellectual_property": (
        ("invention_count", "utility_count", "software_count", "pending_count", "pledged_count"),
    ),
    "customs": (("export_12m", "import_12m", "main_markets"),),
    "bank_credit": (
        ("inflow_12m", "outflow_12m", "balance_latest"),
        ("loans_outstanding", "credit_line", "overdue_days_max_12m"),
    ),
}


def _domains(value: Any) -> Any:
    """Domain names also as people write them: one text, or Chinese titles."""
    if value is None:
        return None
    parts = re.split(r"[,，、;；\s]+", value) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        return value
    return [_domain_named(part) for part in parts if part != ""] or None


def _domain_named(part: Any) -> Any:
    return next((name for name, words in _DOMAIN_WORDS.items() if part in words), part)


# Said after all of that.
_ALSO: dict[str, tuple[tuple[str, ...], ...]] = {
    "registration": (("address", "business_scope"),),
    "tax": (("void_ratio_pct", "research_deduction_12m", "vat_rate_pct"),),
    "social_insurance": (("contribution_12m",),),
    "intellectual_property": (("trademark_count",),),
    "customs": (("declarations_12m", "credit_level"),),
    "bank_credit": (
        ("total_assets", "total_liabilities", "current_assets", "current_liabilities"),
        ("statement_revenue", "profit_margin_pct", "ebit", "retained_earnings"),
        ("inventory_days", "receivable_days", "payable_days", "prepayment_days", "advance_days"),
        ("largest_customer_pct", "top5_customer_pct", "inquiries_3m"),
    ),
}


@tool(
    title="企业画像",
    summary="查看企业的工商、税务、社保、知识产权、海关、银行流水与信用六域数据，逐项标明来源、日期与授权",
    scope="enterprises",
    examples=(
        "看一下璟笙视觉的企业画像",
        "璟笙视觉近一年纳税和开票情况怎么样",
        "这家企业有多少件发明专利",
        "查询客户的社保参保人数变化",
        "该公司近12个月出口额是多少",
        "帮我看看这户的银行流水和贷款余额",
        "这家公司是什么时候成立的，注册资本多少",
        "我们企业在你们行登记的基本情况有哪些",
        "客户有没有被列入经营异常名录",
        "这家企业的纳税信用级别是几级",
        "打开企业六个数据域的资料，哪些还没授权",
        "这户企业的资产总额和负债总额分别是多少",
        "这家公司的知识产权情况：专利、软著、商标",
        "客户在我行有多少授信额度和贷款余额",
        "该公司的海关进出口数据怎么样",
        "这家企业社保缴费有没有欠缴",
        "工商登记信息看一下，这家公司注册在哪里",
        "我司的纳税数据和流水情况",
    ),
)
async def enterprise_portrait(
    ctx: ToolContext,
    enterprise: Annotated[
        str | None,
        Field(max_length=100),
        Arg("企业（名称、简称或统一社会信用代码）", "enterprise", ("企业", "公司", "客户", "这家", "该户")),
    ] = None,
    domains: Annotated[
        list[Domain] | None,
        Field(max_length=6),
        BeforeValidator(_domains),
        Arg("数据域，不填为全部", "choice", ("数据域", "资料"), choices=_DOMAIN_WORDS),
    ] = None,
) -> ToolResult:
    found = await ctx.find_enterprise(enterprise)
    wanted: tuple[str, ...] = tuple(dict.fromkeys(domains)) if domains else get_args(Domain)
    deliveries: dict[str, Delivery] = {}
    closed: dict[str, ConsentRequired] = {}
    empty: list[str] = []
    for domain in wanted:
        try:
            read = await ctx.read_domain(found.code, domain)
        except ConsentRequired as error:
            closed[domain] = error
            continue
        delivery = latest_delivery(read)
        if delivery is None:
            empty.append(domain)
        else:
            deliveries[domain] = delivery
    if closed and len(closed) == len(wanted):
        first = next(iter(closed.values()))
        titles = "、".join(DOMAIN_TITLES[domain] for domain in closed)
        raise ConsentRequired(found.code, first.domain, first.purpose, title=titles)
    checks = cross_checks({domain: one.payload for domain, one in deliveries.items()})
    return ToolResult(
        value=_value(found, deliveries, list(closed), checks),
        as_of=ctx.as_of,
        facts=_facts(found, deliveries, checks),
        trace=_trace(checks),
        inputs_used={"enterprise": found.code, "domains": list(wanted)},
        missing=_missing(closed, empty),
        sources=_sources(found, deliveries),
        risk_level="low",
        summary=_summary(found, deliveries, tuple(closed), checks),
        picture=radar(deliveries, tuple(wanted)),
    )


def _value(
    found: Enterprise,
    deliveries: Mapping[str, Delivery],
    closed: Sequence[str],
    checks: tuple[CrossCheck, ...],
) -> dict[str, Any]:
    return {
        "enterprise": {
            "code": found.code,
            "name": found.name,
            "short_name": found.short_name,
            "city": found.city,
            "industry": found.industry,
            "stage": found.stage,
            "size": found.size,
            "labels": list(found.labels),
            "fictional": found.fictional,
        },
        "domains": {
            domain: {
                "title": one.title,
                "source": one.source,
                "as_of": one.observed.isoformat() if one.observed else None,
                "consent": one.consent,
                "fields": [
                    {
                        "name": field.name,
                        "title": field.title,
                        "value": f"{field.value:f}" if isinstance(field.value, Decimal) else field.value,
                        "unit": field.unit,
                        "sensitivity": field.sensitivity,
                    }
                    for field in one.fields
                ],
            }
            for domain, one in deliveries.items()
        },
        "without_consent": list(closed),
        "checks": [
            {
                "name": check.name,
                "title": check.title,
                "ratio": None if check.ratio is None else str(check.ratio),
                "agrees": check.agrees,
            }
            for check in checks
        ],
    }


def _facts(
    found: Enterprise, deliveries: Mapping[str, Delivery], checks: tuple[CrossCheck, ...]
) -> tuple[Fact, ...]:
    general = [
        Fact(label="企业", value=found.name),
        Fact(label="统一社会信用代码", value=found.code),
        Fact(label="发展阶段", value=found.stage),
        Fact(label="规模", value=found.size),
    ]
    compared = [
        Fact(label=f"{check.title}之比", value=check.ratio) for check in checks if check.ratio is not None
    ]
    return (*general, *(fact for one in deliveries.values() for fact in one.facts()), *compared)


def _trace(checks: tuple[CrossCheck, ...]) -> tuple[TraceStep, ...]:
    return tuple(
        TraceStep(
            label=check.title,
            detail=f"{check.left}，{check.right}" + ("" if check.ratio is None else f"，比值{check.ratio}"),
            outcome="unknown" if check.agrees is None else "pass" if check.agrees else "fail",
        )
        for check in checks
    )


def _missing(closed: Mapping[str, ConsentRequired], empty: Sequence[str]) -> tuple[str, ...]:
    named = [f"{DOMAIN_TITLES[domain]}数据：未取得企业的有效授权，企业授权后可查" for domain in closed]
    return tuple(named + [f"{DOMAIN_TITLES[domain]}数据：尚未交付" for domain in empty])


def _sources(found: Enterprise, deliveries: Mapping[str, Delivery]) -> tuple[ToolSource, ...]:
    return tuple(one.origin() for one in deliveries.values())


def _summary(
    found: Enterprise,
    deliveries: Mapping[str, Delivery],
    closed: Sequence[str],
    checks: tuple[CrossCheck, ...],
) -> tuple[str, ...]:
    mark = "（虚构示例企业）" if found.fictional else ""
    head = f"{found.short_name}{mark}：{found.city}{found.industry}{found.size}企业，处于{found.stage}。"
    said = [head]
    said += _sentences(found, deliveries, _SAID)
    said += [
        f"{found.short_name}的{check.title}不一致：{check.left}，{check.right}，比值{check.ratio}，须核实。"
        for check in checks
        if check.agrees is False
    ]
    if closed:
        listed = "、".join(DOMAIN_TITLES[domain] for domain in closed)
        said.append(f"{listed}数据未取得有效授权，企业授权后可查。")
    return (*said, *_sentences(found, deliveries, _ALSO))


def _sentences(
    found: Enterprise, deliveries: Mapping[str, Delivery], plan: Mapping[str, tuple[tuple[str, ...], ...]]
) -> list[str]:
    """One sentence for each group of the plan that the delivery has values for."""
    said = []
    for domain, one in deliveries.items():
        by_name = {field.name: field for field in one.fields if field.value is not None}
        day = f"（{one.title}数据，截至{one.observed.isoformat()}）" if one.observed else ""
        for names in plan[domain]:
            parts = [_said(by_name[name]) for name in names if name in by_name]
            if parts:
                said.append(f"{found.short_name}{'，'.join(parts)}{day}。")
    return said


def _said(field: DeliveredField) -> str:
    if field.name == "abnormal_listed":
        return "已列入经营异常名录" if field.value == "是" else "未列入经营异常名录"
    return field.text()
