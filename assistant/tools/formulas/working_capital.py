"""The reference formula for working-capital loans in the annex of 流动资金贷款管理办法 (2024), computed exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from assistant.tools.rules.ruleset import RuleSet

RULE = RuleSet(
    id="working-capital-loans",
    version="2024",
    title="流动资金贷款管理办法",
    aliases=(),
    authority="national",
    document="working-capital-loans",
    jurisdiction="全国",
    issued=date(2024, 2, 2),
    effective_from=date(2024, 7, 1),
    effective_to=None,
    confidence="H",
)
LOCATOR = "贷款需求测算"
FORMULA = "营运资金量＝上年销售收入×(1－上年销售利润率)×(1＋预计增长率)÷周转次数"
DAYS_IN_YEAR = Decimal(360)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Turnover:
    """Average days each item binds or frees money; the year has 360 days."""

    inventory_days: Decimal
    receivable_days: Decimal
    payable_days: Decimal
    prepayment_days: Decimal
    advance_days: Decimal

    @property
    def days(self) -> Decimal:
        return (
            self.inventory_days
            + self.receivable_days
            - self.payable_days
            + self.prepayment_days
            - self.advance_days
        )


@dataclass(frozen=True, slots=True)
class WorkingCapital:
    """`capital` is 营运资金量, `need` what a new loan may cover; both in 万元, rounded half up to 0.01."""

    days: Decimal
    turns: Decimal
    capital: Decimal
    gap: Decimal
    need: Decimal


def working_capital(
    revenue: Decimal,
    profit_margin_pct: Decimal,
    growth_pct: Decimal,
    turnover: Turnover,
    other_sources: Decimal = Decimal(0),
) -> WorkingCapital | None:
    """The formula; `None` where the cycle is zero or negative days, for which it is not usable.

    营运资金量 = 上年销售收入 × (1 − 上年销售利润率) × (1 + 预计增长率) ÷ 周转次数，周转次数 = 360 ÷ 周转天数。
    `other_sources` are own funds, existing loans and other funding together. A negative gap is no need.
    """
    days = turnover.days
    if days <= 0:
        return None
    # Multiplying by days / 360 keeps one division, at the end, so nothing is rounded on the way.
    capital = revenue * (100 - profit_margin_pct) * (100 + growth_pct) * days / (10_000 * DAYS_IN_YEAR)
    gap = capital - other_sources
    return WorkingCapital(
        days=days,
        turns=_cents(DAYS_IN_YEAR / days),
        capital=_cents(capital),
        gap=_cents(gap),
        need=_cents(max(gap, Decimal(0))),
    )


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, rounding=ROUND_HALF_UP)
