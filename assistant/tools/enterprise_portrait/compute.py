"""A domain's delivery on a scale of 0 to 100, by plain rules that are written out here: orientation, not a rating."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_GRADES = {"A": 100, "B": 80, "M": 70, "C": 40, "D": 15}


def _number(fields: Mapping[str, Any], name: str) -> float:
    return float(Decimal(str(fields.get(name) or 0)))


def _score(domain: str, fields: Mapping[str, Any]) -> float:
    if domain == "registration":
        return 100 - 50 * bool(fields.get("abnormal_listed")) - 15 * _number(fields, "enforcement_count")
    if domain == "tax":
        return _GRADES.get(str(fields.get("credit_grade")), 50) - 20 * _number(fields, "zero_months")
    if domain == "social_insurance":
        return 100 - 25 * _number(fields, "arrears_months")
    if domain == "intellectual_property":
        return (
            15 * _number(fields, "invention_count")
            + 4 * _number(fields, "utility_count")
            + 3 * _number(fields, "software_count")
        )
    if domain == "customs":
        return 100 * min(1.0, _number(fields, "declarations_12m") / 100)
    overdue, net = (
        _number(fields, "overdue_days_max_12m"),
        _number(fields, "inflow_12m") - _number(fields, "outflow_12m"),
    )
    return (80 if net >= 0 else 60) + 20 * (overdue == 0) - overdue


def score(domain: str, fields: Mapping[str, Any]) -> int:
    """The axis of one domain from the fields of its delivery."""
    return round(min(100.0, max(0.0, _score(domain, fields))))
