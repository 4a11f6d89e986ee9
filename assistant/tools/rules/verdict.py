"""Verdicts of conditions and tests under the inputs given: pass, fail, or unknown where an input is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from assistant.tools.rules.ruleset import Condition, When

Outcome = Literal["pass", "fail", "unknown"]
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition under the inputs given; a missing input is `unknown`, never `fail`."""

    condition: Condition
    outcome: Outcome


def judge(conditions: Iterable[Condition], given: Given) -> tuple[Verdict, ...]:
    """Every condition with its outcome."""
    return tuple(Verdict(condition, _outcome(condition, given)) for condition in conditions)


def overall(verdicts: Sequence[Verdict]) -> Outcome:
    """`fail` as soon as one condition fails, `unknown` while one is open or there is none."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if "fail" in outcomes:
        return "fail"
    return "pass" if outcomes == {"pass"} else "unknown"


def outcome_of(met: bool | None) -> Outcome:
    """A three-valued answer as an outcome."""
    return "unknown" if met is None else "pass" if met else "fail"


def _outcome(condition: Condition, inputs: Given) -> Outcome:
    given = inputs.get(condition.input)
    if given is None:
        return "unknown"
    if condition.kind == "flag":
        met = given == condition.value
    elif condition.kind == "max":
        met = Decimal(given) <= Decimal(condition.value)
    elif condition.kind == "min":
        met = Decimal(given) >= Decimal(condition.value)
    elif condition.kind == "one_of":
        met = given in condition.value
    else:
        met = any(label in condition.value for label in given)
    return "pass" if met else "fail"


def holds(when: When, inputs: Given) -> bool | None:
    """Three-valued: `None` where the inputs given do not decide it."""
    if when.any or when.all:
        parts = [holds(part, inputs) for part in (when.any or when.all)]
        decisive = bool(when.any)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    given = inputs.get(when.input or "")
    if given is None:
        return None
    value = when.value
    if when.op in {"gt", "ge", "lt", "le"}:
        left, right = Decimal(given), Decimal(value)
        return {"gt": left > right, "ge": left >= right, "lt": left < right, "le": left <= right}[when.op]
    if when.op == "in":
        return given in value
    return (given == value) is (when.op == "eq")
