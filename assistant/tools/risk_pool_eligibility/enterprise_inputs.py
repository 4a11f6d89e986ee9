"""Inputs of a scheme that an enterprise's own data answer, read under its consent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.answer import ToolSource
from assistant.tools.context import ToolContext
from assistant.tools.enterprise_data.delivery import Delivery
from assistant.tools.enterprise_data.reading import read_domains
from assistant.tools.risk_pool_eligibility.scheme import Scheme

if TYPE_CHECKING:
    from assistant.store.enterprises import Enterprise

# Names as the register writes them; the value is the label of the rule sets.
_LABELS = {
    "高新技术企业": "high_tech",
    "科技型中小企业": "tech_sme",
    "专精特新": "specialised",
    "创新型中小企业": "innovative_sme",
    "技术创新示范企业": "innovation_demo",
    "单项冠军": "single_champion",
}


@dataclass(frozen=True, slots=True)
class EnterpriseInputs:
    """What the enterprise's own data say of the inputs, where it came from, and what could not be read."""

    inputs: dict[str, Any]
    sources: tuple[ToolSource, ...] = ()
    missing: tuple[str, ...] = ()


async def enterprise_inputs(
    ctx: ToolContext, found: Enterprise, scheme: Scheme, given: Collection[str]
) -> EnterpriseInputs:
    """The scheme's inputs that were not given, from the register and from bank data under consent.

    A domain that could answer none of them is not read.
    """
    wanted = scheme.inputs.keys() - set(given)
    answers = {domain: names & wanted for domain, (_, names) in _READERS.items() if names & wanted}
    reading = await read_domains(ctx, found, answers)
    inputs: dict[str, Any] = {}
    for domain, delivery in reading.deliveries.items():
        read_inputs, _ = _READERS[domain]
        said = read_inputs(delivery.payload, found.founded, ctx.as_of)
        inputs |= {name: value for name, value in said.items() if name in wanted}
    missing = tuple(
        f"{error.message}，因此无法核对：{'、'.join(_labels(scheme, answers[domain]))}"
        for domain, error in reading.closed.items()
    )
    return EnterpriseInputs(inputs, tuple(map(_source, reading.deliveries.values())), missing)


def _labels(scheme: Scheme, names: Collection[str]) -> list[str]:
    return [declared.label for name, declared in scheme.inputs.items() if name in names]


def _source(delivery: Delivery) -> ToolSource:
    enterprise = delivery.read.enterprise
    return ToolSource(
        kind="data",
        id=enterprise.code,
        title=f"{enterprise.name}·{delivery.title}",
        as_of=delivery.read.records[-1].period,
        data=delivery.read.use,
    )


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


# The domains that answer, and the inputs that each may answer.
_READERS = {
    "registration": (registration_inputs, {"established_months", "labels"}),
    "bank_credit": (bank_inputs, {"first_loan"}),
}
