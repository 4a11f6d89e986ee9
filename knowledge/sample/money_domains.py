"""The tax, social insurance, customs and bank records of a fictional enterprise, made from its months."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from assistant.tools.enterprise_data.calendar import month_end, month_index, month_label, month_start
from assistant.tools.enterprise_data.contract import DomainRecord, load_contract
from knowledge.sample.cashflow import Months
from knowledge.sample.figures import money, money_series, percent, signed, total, with_gaps
from knowledge.sample.profile import Profile

_LENDERS = ("本行", "示例银行甲（虚构）", "示例银行乙（虚构）")
_MARKETS = ("越南", "泰国", "马来西亚", "印度尼西亚", "新加坡", "柬埔寨", "老挝", "菲律宾")
WAGE_YEAR = {"ai": 15.0, "software": 13.0, "biomed": 11.0}  # 万元 a head; 8.5 elsewhere


def record_of(
    domain: str,
    anchor: date,
    late: int,
    fields: dict[str, Any],
    months: tuple[str, ...] = (),
    series: dict[str, tuple[Any, ...]] | None = None,
    tables: dict[str, tuple[dict[str, Any], ...]] | None = None,
) -> DomainRecord:
    """A delivery that describes the months up to `late` months before the anchor."""
    rule = load_contract().domains[domain]
    observed = month_end(month_index(anchor) - late)
    return DomainRecord(
        domain=domain,
        source=rule.source,
        observed=observed,
        delivered=observed + timedelta(days=rule.delay_days),
        fields=fields,
        months=months,
        series=series or {},
        tables=tables or {},
    )


def month_names(months: Months, late: int) -> tuple[str, ...]:
    return tuple(month_label(months.first + i) for i in range(len(months.sales) - late))


def headcount(profile: Profile, months: Months) -> np.ndarray:
    """Insured people a month: wages over the trade's pay, at least one."""
    pay = WAGE_YEAR.get(profile.sector.key, 8.5) / 12
    smooth = (
        np.convolve(months.wages, np.ones(5) / 5, mode="same") if len(months.wages) >= 5 else months.wages
    )
    edge = min(4, len(smooth))
    smooth[:edge], smooth[-edge:] = smooth[edge - 1], smooth[-edge]
    return np.maximum(1, np.round(smooth / pay)).astype(int)


def tax_record(
    rng: np.random.Generator, profile: Profile, months: Months, anchor: date, late: int
) -> DomainRecord:
    """Declared and invoiced sales; a distressed firm declares nothing in its worst last months."""
    keep = len(months.sales) - late
    declared = months.sales[:keep] * np.exp(rng.normal(0, 0.02, keep))
    invoiced = months.sales[:keep] * np.exp(rng.normal(0.005, 0.03, keep))
    zero = 0
    if profile.path == "distress" and months.overdue_days.any():
        zero = int(rng.integers(1, 3))
        declared[-zero:] = 0.0
        invoiced[-zero:] *= 0.3
    paid = months.vat[:keep] + months.income_tax[:keep]
    gap = 0.03 if rng.random() < 0.2 else 0.0
    series = {
        "declared_revenue": with_gaps(rng, money_series(declared), gap),
        "invoiced": money_series(invoiced),
        "tax_paid": money_series(paid),
    }
    before = float(declared[-24:-12].sum()) if keep >= 24 else 0.0
    growth = percent((float(declared[-12:].sum()) / before - 1) * 100) if before > 0 else None
    worst = profile.path == "distress"
    grade = (
        "D"
        if worst and zero > 1
        else "C"
        if worst
        else "M"
        if keep < 24
        else str(rng.choice(["A", "B"], p=[0.45, 0.55]))
    )
    fields = {
        "declared_revenue_12m": str(total(series["declared_revenue"])),
        "invoiced_12m": str(total(series["invoiced"])),
        "tax_paid_12m": str(total(series["tax_paid"])),
        "declared_growth_pct": growth,
        "research_deduction_12m": money(float(months.research[-12:].sum()) * 0.9),
        "vat_rate_pct": str(profile.sector.vat_pct),
        "credit_grade": grade,
        "void_ratio_pct": percent(float(rng.uniform(0.3, 5.5))),
        "zero_months": zero,
    }
    return record_of("tax", anchor, late, fields, month_names(months, late), series)


def social_record(
    rng: np.random.Generator, profile: Profile, months: Months, anchor: date, late: int
) -> DomainRecord:
    insured = headcount(profile, months)[: len(months.sales) - late]
    pay = WAGE_YEAR.get(profile.sector.key, 8.5) / 12
    contribution = (
        insured * pay * 0.62 * 0.25
    )  # contribution base and rate are the sample's own round figures
    arrears = int(rng.integers(1, 5)) if profile.path == "distress" and months.overdue_days.any() else 0
    if arrears:
        contribution = contribution.copy()
        contribution[-arrears:] = 0.0
    series = {
        "insured": tuple(int(value) for value in insured),
        "contribution": money_series(contribution),
    }
    change = percent((insured[-1] / insured[-4] - 1) * 100) if len(insured) >= 4 else None
    fields = {
        "insured_latest": int(insured[-1]),
        "insured_change_3m_pct": change,
        "contribution_12m": str(total(series["contribution"])),
        "arrears_months": arrears,
    }
    return record_of("social_insurance", anchor, late, fields, month_names(months, late), series)


def customs_record(
    rng: np.random.Generator, profile: Profile, months: Months, anchor: date, late: int
) -> DomainRecord:
    keep = len(months.sales) - late
    exports = months.sales[:keep] * profile.exports * np.exp(rng.normal(0, 0.12, keep))
    imports = exports * float(rng.uniform(0, 0.25))
    active = profile.exports > 0
    series = {"export": money_series(exports), "import": money_series(imports)}
    markets = [str(name) for name in rng.choice(_MARKETS, size=int(rng.integers(1, 5)), replace=False)]
    fields = {
        "export_12m": str(total(series["export"])),
        "import_12m": str(total(series["import"])),
        "declarations_12m": int(float(exports[-12:].sum()) // 45 + 1) if active else 0,
        "main_markets": markets if active else [],
        "credit_level": ("高级认证企业" if rng.random() < 0.15 else "常规管理企业")
        if active
        else "无进出口记录",
    }
    return record_of("customs", anchor, late, fields, month_names(months, late), series)


def bank_record(rng: np.random.Generator, profile: Profile, months: Months, anchor: date) -> DomainRecord:
    """Flows, balance, loans and the statements that the firm handed to the bank."""
    gap = 0.04 if rng.random() < 0.12 else 0.0
    gaps = rng.random(len(months.sales)) < gap
    gaps[:3] = gaps[-1:] = False
    columns = {
        "inflow": months.inflow, "outflow": months.outflow, "loan_drawn": months.drawn,
        "loan_repaid": months.repaid, "balance": months.balance,
    }  # fmt: skip
    series = {
        name: tuple(None if gone else text for gone, text in zip(gaps, money_series(values), strict=True))
        for name, values in columns.items()
    }
    loans, outstanding = _loans(rng, months, month_index(anchor))
    largest = float(rng.uniform(9, 48))
    fields = {
        "inflow_12m": str(total(series["inflow"])),
        "outflow_12m": str(total(series["outflow"])),
        "balance_latest": money(float(months.balance[-1])),
        "loans_outstanding": str(outstanding),
        "credit_line": money(float(np.ceil(float(outstanding) * rng.uniform(1.0, 1.6) / 10) * 10)),
        "overdue_days_max_12m": int(months.overdue_days[-12:].max()),
        "inquiries_3m": int(rng.poisson(0.6 if profile.path != "distress" else 3.5)),
        "largest_customer_pct": percent(largest),
        "top5_customer_pct": percent(min(96.0, largest * float(rng.uniform(1.4, 2.2)))),
    } | _statements(rng, profile, months, float(outstanding))
    tables = {"loans": loans, "guarantees": (), "transfers": ()}
    return record_of("bank_credit", anchor, 0, fields, month_names(months, 0), series, tables)


def _loans(rng: np.random.Generator, months: Months, end: int) -> tuple[tuple[dict[str, Any], ...], Decimal]:
    """The loan book; only loans that began in the observed months, repaid ones included."""
    rows: list[dict[str, Any]] = []
    owed = Decimal(0)
    last = end - months.first
    for number, loan in enumerate(months.loans, start=1):
        paid = sum(part for when, part in loan.repayments() if when <= last)
        outstanding = Decimal(money(max(0.0, loan.amount - paid)))
        owed += outstanding
        start = month_start(months.first + loan.drawn) + timedelta(days=int(rng.integers(0, 20)))
        rows.append(
            {
                "number": f"示例借据{number:03d}",
                "lender": str(rng.choice(_LENDERS, p=[0.6, 0.25, 0.15])),
                "amount": money(loan.amount),
                "drawn": start.isoformat(),
                "due": month_end(months.first + loan.drawn + loan.months).isoformat(),
                "months": loan.months,
                "purpose": loan.purpose,
                "rate_pct": f"{loan.rate_pct:.2f}",
                "repayment": "按季等额还本" if loan.quarterly else "到期一次还本",
                "outstanding": str(outstanding),
            }
        )
    return tuple(rows), owed


def _statements(rng: np.random.Generator, profile: Profile, months: Months, owed: float) -> dict[str, Any]:
    """Year-to-date statements: turnover days, and a balance sheet in which assets exceed nothing by accident."""
    span = min(12, len(months.sales))
    revenue = float(months.sales[-span:].sum())
    annual = revenue * 12 / span
    days = {
        "inventory_days": profile.inventory_days,
        "receivable_days": profile.receivable_days * (1.7 if profile.break_at else 1.0),
        "payable_days": profile.payable_days * 0.9,
        "prepayment_days": float(rng.uniform(2, 14)),
        "advance_days": float(rng.uniform(2, 16)),
    }
    margin = float(np.clip(profile.gross * 0.82 - profile.payroll - profile.sector.research, -0.35, 0.35))
    if profile.break_at:
        margin -= 0.12
    cost = annual * (1 - profile.gross)
    current = (
        annual * days["receivable_days"] / 360
        + cost * (days["inventory_days"] + days["prepayment_days"]) / 360
        + float(months.balance[-1])
    )
    fixed = annual * (0.45 if profile.sector.manufacturing else 0.15) * float(rng.uniform(0.7, 1.3))
    short = cost * days["payable_days"] / 360 + annual * days["advance_days"] / 360 + owed * 0.7
    short *= 1.5 if profile.break_at else 1.0
    liabilities = short + owed * 0.3 + annual * 0.02
    assets = current + fixed
    retained = (assets - liabilities) * 0.55 if not profile.break_at else -abs(assets - liabilities) * 0.4
    return {name: round(value) for name, value in days.items()} | {
        "statement_months": span,
        "statement_revenue": money(revenue),
        "profit_margin_pct": percent(margin * 100),
        "own_funds": money(float(months.balance[-1]) * 0.5),
        "total_assets": money(assets),
        "current_assets": money(current),
        "current_liabilities": money(short),
        "total_liabilities": money(liabilities),
        "retained_earnings": signed(retained),
        "ebit": signed(revenue * margin + owed * 0.045),
    }
