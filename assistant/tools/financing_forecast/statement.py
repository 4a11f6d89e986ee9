"""The working-capital formula on the statements that an enterprise handed to the bank, as a check beside a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assistant.tools.formulas.working_capital import Turnover, WorkingCapital, working_capital

REQUIRED: dict[str, str] = {
    "statement_revenue": "上年销售收入",
    "profit_margin_pct": "上年销售利润率",
    "inventory_days": "存货周转天数",
    "receivable_days": "应收账款周转天数",
    "payable_days": "应付账款周转天数",
    "prepayment_days": "预付账款周转天数",
    "advance_days": "预收账款周转天数",
}


@dataclass(frozen=True, slots=True)
class StatementNeed:
    """`result` is `None` where inputs are missing (named in `missing`) or the cycle is not positive.

    `months` is how many months the statements cover; below twelve the revenue was scaled up to a year.
    Expected growth is not in the data and counted as zero.
    """

    result: WorkingCapital | None
    revenue: Decimal | None
    months: int
    missing: tuple[str, ...]


def statement_need(fields: Mapping[str, Any]) -> StatementNeed:
    """The formula from the fields of a bank delivery; own funds and loans outstanding are taken off."""
    missing = tuple(title for name, title in REQUIRED.items() if fields.get(name) is None)
    months = int(fields.get("statement_months") or 0)
    if missing or months <= 0:
        return StatementNeed(None, None, months, missing or ("财务报表",))
    value = {name: Decimal(str(fields[name])) for name in REQUIRED}
    revenue = (value["statement_revenue"] * 12 / min(months, 12)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    turnover = Turnover(
        inventory_days=value["inventory_days"],
        receivable_days=value["receivable_days"],
        payable_days=value["payable_days"],
        prepayment_days=value["prepayment_days"],
        advance_days=value["advance_days"],
    )
    others = sum(
        (Decimal(str(fields.get(name) or 0)) for name in ("own_funds", "loans_outstanding")), Decimal(0)
    )
    result = working_capital(revenue, value["profit_margin_pct"], Decimal(0), turnover, others)
    return StatementNeed(result, revenue, months, () if result else ("周转天数合计不大于0，参考公式不适用",))
