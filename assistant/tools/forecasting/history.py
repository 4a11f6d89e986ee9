"""What the forecast reads of an enterprise: its monthly flows, its loans and its trade, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from assistant.tools.enterprise_data.calendar import month_index

HORIZON = 12
PURPOSES = ("流动资金", "设备购置", "研发投入", "市场拓展")
TERMS = (6, 12, 24, 36)
_TRADES = ("A", "C14", "C27", "C35", "C38", "C39", "C", "E", "F51", "F52", "G", "I65")
TRADE_CLASSES = len(_TRADES) + 2  # and artificial intelligence, and everything else


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan still owed: amounts in 万元, months as month indices, `quarterly` for equal quarterly repayment."""

    amount: float
    outstanding: float
    drawn: int
    due: int
    quarterly: bool


@dataclass(frozen=True, slots=True)
class History:
    """Monthly values in 万元, oldest first, NaN where a month was not delivered; `last` is the last month's index.

    `due` is the principal that falls due in each of the next twelve months; `purposes` counts past loans by
    `PURPOSES`; `trade` is the class of `trade_class`.
    """

    last: int
    inflow: np.ndarray
    outflow: np.ndarray
    drawn: np.ndarray
    balance: np.ndarray
    due: np.ndarray
    purposes: np.ndarray
    trade: int

    @property
    def months(self) -> int:
        """Months with both flows known."""
        return int(np.count_nonzero(~np.isnan(self.inflow + self.outflow)))

    @property
    def net(self) -> np.ndarray:
        return self.inflow - self.outflow


def trade_class(industry_code: str, industry: str) -> int:
    """Index of the trade, by the longest matching division of the industry code."""
    if "人工智能" in industry:
        return len(_TRADES)
    matches = [trade for trade in _TRADES if industry_code.startswith(trade)]
    return _TRADES.index(max(matches, key=len)) if matches else len(_TRADES) + 1


def principal_due(loans: Sequence[Loan], last: int, months: int = HORIZON) -> np.ndarray:
    """Principal in 万元 that falls due in each of the `months` months after month `last`.

    What is already overdue counts for the first month. Interest is left out: it is in the operating flows' noise.
    """
    due = np.zeros(months)
    for loan in loans:
        left = loan.outstanding
        if left <= 0:
            continue
        if loan.quarterly:
            part = loan.amount / max(1, (loan.due - loan.drawn) // 3)
            when = loan.drawn + 3
            while when <= last:
                when += 3
            while left > 1e-9 and when - last <= months:
                paid = min(part, left) if when < loan.due else left
                due[when - last - 1] += paid
                left -= paid
                when += 3
        elif loan.due - last <= months:
            due[max(0, loan.due - last - 1)] += left
    return due


def _column(payload: Mapping[str, Any], name: str) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in payload["series"][name]])


def _loan(row: Mapping[str, Any]) -> Loan:
    return Loan(
        amount=float(row["amount"]),
        outstanding=float(row["outstanding"]),
        drawn=month_index(date.fromisoformat(row["drawn"])),
        due=month_index(date.fromisoformat(row["due"])),
        quarterly=row["repayment"] == "按季等额还本",
    )


def read_history(payload: Mapping[str, Any], industry_code: str, industry: str) -> History | None:
    """The history in a bank delivery; `None` when it holds no month at all. Shapes as in the data contract."""
    months = payload["months"]
    if not months:
        return None
    last = int(months[-1][:4]) * 12 + int(months[-1][5:]) - 1
    rows = payload["tables"].get("loans", [])
    purposes = np.array([sum(row["purpose"] == name for row in rows) for name in PURPOSES], dtype=float)
    return History(
        last=last,
        inflow=_column(payload, "inflow"),
        outflow=_column(payload, "outflow"),
        drawn=_column(payload, "loan_drawn"),
        balance=_column(payload, "balance"),
        due=principal_due([_loan(row) for row in rows], last),
        purposes=purposes,
        trade=trade_class(industry_code, industry),
    )
