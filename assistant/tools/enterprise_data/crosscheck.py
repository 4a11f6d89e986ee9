"""Do the figures of different domains agree? Declared revenue, invoices and flows; register and insured heads.

Pure functions over the payloads of the domains that the caller may read: what was not read is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

# Bands of a ratio that count as agreement; templates of practice, not law.
INVOICE_BAND = (Decimal("0.80"), Decimal("1.25"))
FLOW_BAND = (Decimal("0.60"), Decimal("1.40"))
HEADCOUNT_BAND = (Decimal("0.70"), Decimal("1.40"))
_MONTHS = 12
_FEWEST = 6  # fewer shared months say nothing: receipts lag sales


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """`ratio` is right over left; `None` where a side is missing or zero, and then `agrees` is `None` too."""

    name: str
    title: str
    left: str
    right: str
    ratio: Decimal | None
    agrees: bool | None

    @property
    def detail(self) -> str:
        compared = f"{self.left}，{self.right}"
        return compared if self.ratio is None else f"{compared}，比值{self.ratio}"

    @property
    def outcome(self) -> Literal["pass", "fail", "unknown"]:
        return "unknown" if self.agrees is None else "pass" if self.agrees else "fail"


def _figure(payload: Mapping[str, Any] | None, name: str) -> Decimal | None:
    value = None if payload is None else payload.get("fields", {}).get(name)
    return None if value is None else Decimal(str(value))


def _side(title: str, value: Decimal | None, unit: str) -> str:
    return f"{title}缺" if value is None else f"{title}{value:f}{unit}"


def _compare(
    name: str, titles: tuple[str, str, str], left: Decimal | None, right: Decimal | None,
    band: tuple[Decimal, Decimal], unit: str,
) -> CrossCheck:  # fmt: skip
    title, left_title, right_title = titles
    left_text, right_text = _side(left_title, left, unit), _side(right_title, right, unit)
    if left is None or right is None or left == 0:
        return CrossCheck(name, title, left_text, right_text, None, None)
    ratio = (right / left).quantize(Decimal("0.01"))
    return CrossCheck(name, title, left_text, right_text, ratio, band[0] <= ratio <= band[1])


def _overlap(tax: Mapping[str, Any], bank: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None, int]:
    """Declared revenue and tax-exclusive inflow of the last months (at most 12) that both domains cover."""
    declared = dict(zip(tax.get("months", ()), tax["series"]["declared_revenue"], strict=True))
    inflow = dict(zip(bank.get("months", ()), bank["series"]["inflow"], strict=True))
    shared = [month for month in sorted(declared.keys() & inflow.keys()) if declared[month] and inflow[month]]
    shared = shared[-_MONTHS:]
    if len(shared) < _FEWEST:
        return None, None, 0
    rate = 1 + Decimal(str(tax["fields"]["vat_rate_pct"])) / 100
    received = sum((Decimal(inflow[month]) for month in shared), Decimal(0)) / rate
    return (
        sum((Decimal(declared[month]) for month in shared), Decimal(0)),
        received.quantize(Decimal("0.01")),
        len(shared),
    )


def cross_checks(payloads: Mapping[str, Mapping[str, Any]]) -> tuple[CrossCheck, ...]:
    """Every comparison whose two domains are both in `payloads` (domain -> payload of its latest delivery)."""
    found: list[CrossCheck] = []
    tax, bank = payloads.get("tax"), payloads.get("bank_credit")
    if tax is not None:
        found.append(
            _compare(
                "invoices", ("申报收入与开票", "近12个月申报收入", "近12个月开票金额"),
                _figure(tax, "declared_revenue_12m"), _figure(tax, "invoiced_12m"), INVOICE_BAND, "万元",
            )
        )  # fmt: skip
    if tax is not None and bank is not None:
        declared, received, months = _overlap(tax, bank)
        found.append(
            _compare(
                "flows", ("申报收入与银行流水", f"重合{months}个月申报收入", f"重合{months}个月经营流入（折不含税）"),
                declared, received, FLOW_BAND, "万元",
            )
        )  # fmt: skip
    registration, social = payloads.get("registration"), payloads.get("social_insurance")
    if registration is not None and social is not None:
        found.append(
            _compare(
                "headcount", ("年报人数与参保人数", "年报从业人数", "最近月参保人数"),
                _figure(registration, "employees"), _figure(social, "insured_latest"), HEADCOUNT_BAND, "人",
            )
        )  # fmt: skip
    return tuple(found)
