"""A score: what a scorer makes of what came out of one case. Not scored is not wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eval.case import Case


@dataclass(frozen=True, slots=True)
class Output:
    """What came out of a case: a short text for people, and `found`, which the suite's scorers read."""

    text: str
    found: Any = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """`value` in [0, 1], or `None` where the scorer does not apply to the case or the case could not be run."""

    value: float | None
    explanation: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"a score lies in [0, 1]: {self.value}")


NOT_SCORED = Score(None)


@dataclass(frozen=True, slots=True)
class Scorer:
    """A named judgement. The name stands in results files: renamed, it cannot be compared with earlier runs."""

    name: str
    judge: Callable[[Case, Output], Score]


def yes(right: bool, explanation: str = "") -> Score:
    """1 or 0; the explanation is for what went wrong."""
    return Score(1.0 if right else 0.0, "" if right else explanation)
