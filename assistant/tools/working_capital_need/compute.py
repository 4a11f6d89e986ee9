"""One enterprise's figures put through the reference formula."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from assistant.tools.formulas.working_capital import Turnover, WorkingCapital, working_capital


@dataclass(frozen=True, slots=True)
class Funding:
    """What already covers a part of the working capital, in 万元."""

    own_funds: Decimal
    existing_loans: Decimal
    other_funding: Decimal

    @property
    def total(self) -> Decimal:
        return self.own_funds + self.existing_loans + self.other_funding


@dataclass(frozen=True, slots=True)
class Case:
    """Last year's figures, the growth expected, and what funds the enterprise already."""

    revenue: Decimal
    profit_margin_pct: Decimal
    growth_pct: Decimal
    turnover: Turnover
    funding: Funding


def need(case: Case) -> WorkingCapital | None:
    """`None` where the formula is not usable: a cycle of no days."""
    return working_capital(
        case.revenue, case.profit_margin_pct, case.growth_pct, case.turnover, case.funding.total
    )
