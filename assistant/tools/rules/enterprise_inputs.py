"""Inputs of a scheme that an enterprise's own data answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

# Names as the register writes them; the value is the label of the rule sets.
_LABELS = {
    "高新技术企业": "high_tech",
    "科技型中小企业": "tech_sme",
    "专精特新": "specialised",
    "创新型中小企业": "innovative_sme",
    "技术创新示范企业": "innovation_demo",
    "单项冠军": "single_champion",
}


def registration_inputs(values: Mapping[str, Any], founded: date | None, as_of: date) -> dict[str, Any]:
    """`established_months` and `labels` from a delivery of the register."""
    inputs: dict[str, Any] = {}
    if founded is not None and founded <= as_of:
        inputs["established_months"] = full_months(founded, as_of)
    certified = values.get("fields", {}).get("certifications")
    if certified is not None:
        inputs["labels"] = [
            label for name, label in _LABELS.items() if any(name in text for text in certified)
        ]
    return inputs


def bank_inputs(values: Mapping[str, Any], founded: date | None, as_of: date) -> dict[str, Any]:
    """`first_loan` is known to be false where a loan stands on record; none on record proves nothing."""
    loans = values.get("tables", {}).get("loans", [])
    return {"first_loan": False} if loans else {}


def full_months(start: date, end: date) -> int:
    """Whole months from `start` to `end`."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)
