"""What a portrait says: every figure as a fact, and sentences domain by domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.answer import Fact, ToolResult, TraceStep
from assistant.store.domains import DOMAIN_TITLES
from assistant.store.enterprises import Enterprise
from assistant.tools.enterprise_data.crosscheck import CrossCheck
from assistant.tools.enterprise_data.delivery import DeliveredField, Delivery
from assistant.tools.enterprise_data.reading import Reading
from assistant.tools.enterprise_portrait.radar import radar

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


def portrait_report(
    reading: Reading, wanted: tuple[str, ...], checks: tuple[CrossCheck, ...], as_of: date
) -> ToolResult:
    """The result for the domains asked for; what is closed or empty stands in `missing`."""
    found, deliveries, closed = reading.enterprise, reading.deliveries, tuple(reading.closed)
    picture = radar(reading.payloads, wanted)
    return ToolResult(
        value=_value(found, deliveries, closed, checks),
        as_of=as_of,
        facts=_facts(found, deliveries, checks),
        trace=tuple(TraceStep(label=one.title, detail=one.detail, outcome=one.outcome) for one in checks),
        inputs_used={"enterprise": found.code, "domains": list(wanted)},
        missing=(*reading.closed_lines(), *reading.empty_lines()),
        sources=tuple(one.origin() for one in deliveries.values()),
        risk_level="low",
        summary=_summary(found, deliveries, closed, checks),
        picture=None if picture is None else dict(picture),
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
