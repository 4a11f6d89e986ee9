"""What a forecast is made of: the history in the bank's data, the formula beside it, the comparisons with tax data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.tools.enterprise_data.crosscheck import CrossCheck, cross_checks
from assistant.tools.financing_forecast.statement import StatementNeed, statement_need
from assistant.tools.forecasting.history import History, read_history


@dataclass(frozen=True, slots=True)
class Basis:
    """`history` is `None` where the delivery holds no month; `checks` compare it with the tax data, if read."""

    history: History | None
    formula: StatementNeed
    checks: tuple[CrossCheck, ...]

    @property
    def months(self) -> int:
        return 0 if self.history is None else self.history.months


def basis(bank: Mapping[str, Any], tax: Mapping[str, Any] | None, industry_code: str, industry: str) -> Basis:
    """From the payloads of the latest deliveries and the enterprise's trade."""
    payloads = {"bank_credit": bank} | ({} if tax is None else {"tax": tax})
    return Basis(
        history=read_history(bank, industry_code, industry),
        formula=statement_need(bank.get("fields", {})),
        checks=cross_checks(payloads),
    )


def months_behind(history: History, this_month: int) -> int:
    """Whole months between the last one delivered and this month (both as month indices)."""
    return this_month - history.last - 1
