"""Two runs of one suite compared: by scorer, over the cases that both scored, and which cases changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.errors import InvalidRequest
from eval.results import CaseResult, Results

RESAMPLES = 10_000
_SEED = 20261123
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """Of the means, second less first, over `pairs` cases; `low` and `high` bound 95 % of the paired bootstrap.

    `None` where no case was scored in both runs.
    """

    scorer: str
    pairs: int
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Change:
    """A case whose score is another one; `None` stands for not scored."""

    id: str
    scorer: str
    before: float | None
    after: float | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`altered` cases have the same id and are another question by now: they are left out, like those of one run only."""

    suite: str
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    altered: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def compare(before: Results, after: Results) -> Comparison:
    """`InvalidRequest` where the two are of different suites."""
    if before.header.suite != after.header.suite:
        suites = f"{before.header.suite} 与 {after.header.suite}"
        raise InvalidRequest(f"只能比较同一评测集的两次结果，收到 {suites}")
    first = {case.id: case for case in before.cases}
    second = {case.id: case for case in after.cases}
    shared = [name for name in first if name in second]
    pairs = [(first[name], second[name]) for name in shared if first[name].case == second[name].case]
    scorers = tuple(dict.fromkeys((*before.scorers, *after.scorers)))
    return Comparison(
        before.header.suite,
        tuple(_difference(name, pairs) for name in scorers),
        tuple(change for pair in pairs for change in _changes(*pair)),
        altered=tuple(name for name in shared if first[name].case != second[name].case),
        only_before=tuple(name for name in first if name not in second),
        only_after=tuple(name for name in second if name not in first),
    )


def _value(case: CaseResult, scorer: str) -> float | None:
    return case.scores[scorer].value if scorer in case.scores else None


def _difference(scorer: str, pairs: list[tuple[CaseResult, CaseResult]]) -> Difference:
    both = [(_value(one, scorer), _value(other, scorer)) for one, other in pairs]
    scored = np.array([(a, b) for a, b in both if a is not None and b is not None], dtype=float)
    if not len(scored):
        return Difference(scorer, 0, None, None, None, None, None)
    gains = scored[:, 1] - scored[:, 0]
    low, high = interval(gains)
    before, after = scored.mean(axis=0)
    return Difference(scorer, len(scored), float(before), float(after), float(gains.mean()), low, high)


def interval(values: np.ndarray) -> tuple[float, float]:
    """Where 95 % of the means of resampled `values` lie; the same values give the same interval."""
    draw = np.random.default_rng(_SEED)
    means = np.concatenate(
        [
            values[draw.integers(0, len(values), (_BATCH, len(values)))].mean(axis=1)
            for _ in range(RESAMPLES // _BATCH)
        ]
    )
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def _changes(before: CaseResult, after: CaseResult) -> list[Change]:
    found = []
    for scorer in dict.fromkeys((*before.scores, *after.scores)):
        was, now = _value(before, scorer), _value(after, scorer)
        if was != now:
            said = after.scores[scorer].explanation if scorer in after.scores else ""
            found.append(Change(before.id, scorer, was, now, said or after.error))
    return found
