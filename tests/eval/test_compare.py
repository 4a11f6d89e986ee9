"""Two runs compared: the difference and how sure it is, over what both scored."""

from datetime import UTC, datetime

import pytest

from assistant.errors import InvalidRequest
from eval.compare import compare
from eval.results import CaseResult, Header, Results
from eval.score import Score


def run_of(values: dict[str, float | None], *, suite: str = "answers", digest: str = "d") -> Results:
    cases = tuple(CaseResult(name, digest, {"right": Score(value, "说明")}) for name, value in values.items())
    return Results(Header(suite, datetime(2026, 11, 23, tzinfo=UTC)), cases)


def test_a_clear_gain_and_the_cases_behind_it() -> None:
    before = run_of({f"q{n}": float(n >= 20) for n in range(40)})
    after = run_of({f"q{n}": 1.0 for n in range(40)})
    found = compare(before, after)
    (one,) = found.differences
    assert (one.pairs, one.before, one.after, one.difference) == (40, 0.5, 1.0, 0.5)
    assert one.low is not None and one.high is not None and 0.3 < one.low < 0.5 < one.high < 0.7
    assert one.clear
    assert [change.id for change in found.changes] == [f"q{n}" for n in range(20)]
    assert compare(before, after) == found


def test_one_case_more_is_no_clear_gain() -> None:
    before = run_of({f"q{n}": float(n % 2) for n in range(40)})
    after = run_of({f"q{n}": float(n % 2 or n == 0) for n in range(40)})
    (one,) = compare(before, after).differences
    assert one.difference == pytest.approx(1 / 40) and one.low == 0 and not one.clear


def test_the_same_run_differs_in_nothing() -> None:
    run = run_of({"q1": 1.0, "q2": 0.0, "q3": None})
    found = compare(run, run)
    (one,) = found.differences
    assert (one.pairs, one.difference, one.low, one.high) == (2, 0, 0, 0)
    assert found.changes == () and not one.clear


def test_not_scored_in_one_run_is_left_out_of_the_mean_and_told() -> None:
    found = compare(run_of({"q1": 1.0, "q2": 0.0}), run_of({"q1": 1.0, "q2": None}))
    (one,) = found.differences
    assert (one.pairs, one.before, one.after) == (1, 1.0, 1.0)
    assert [(c.id, c.before, c.after) for c in found.changes] == [("q2", 0.0, None)]
    (nothing,) = compare(run_of({"q1": None}), run_of({"q1": 1.0})).differences
    assert (nothing.pairs, nothing.difference, nothing.low) == (0, None, None) and not nothing.clear


def test_cases_of_one_run_only_and_cases_that_are_another_question_are_left_out() -> None:
    found = compare(run_of({"q1": 1.0, "q2": 1.0}), run_of({"q2": 1.0, "q3": 0.0}))
    assert (found.only_before, found.only_after) == (("q1",), ("q3",))
    assert found.differences[0].pairs == 1
    altered = compare(run_of({"q1": 1.0}), run_of({"q1": 0.0}, digest="other"))
    assert (altered.altered, altered.changes, altered.differences[0].pairs) == (("q1",), (), 0)


def test_different_suites_are_not_compared() -> None:
    with pytest.raises(InvalidRequest, match="answers 与 routing"):
        compare(run_of({}), run_of({}, suite="routing"))
