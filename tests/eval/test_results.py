"""A results file says again what was written, and a broken one says where it is broken."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assistant.errors import InvalidRequest, NotFound
from eval.case import Case
from eval.results import CaseResult, Header, Results, figures, file_name, read, write
from eval.score import Score

HEADER = Header(
    "answers",
    datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC),
    {"program": "0.1.0", "python": "3.12"},
    {"top_k": 5},
)
CASES = (
    CaseResult(
        "q1", "aa", {"right": Score(1.0), "first": Score(0.0, "列在第三")}, {"total": 12.5}, "三年[1]"
    ),
    CaseResult("q2", "bb", {"right": Score(None, "没有答案可引"), "first": Score(None)}, kind="absent"),
    CaseResult("q3", "cc", {"right": Score(0.5), "first": Score(None)}, error="模型没有回应"),
)


def test_what_is_written_is_read_again_from_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "new" / file_name(HEADER)
    write(Results(HEADER, CASES), path)
    assert path.name == "answers-20261123T040506Z.jsonl"
    assert read(path) == Results(HEADER, CASES)
    assert len(path.read_text("utf-8").splitlines()) == 4
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_not_scored_is_not_wrong() -> None:
    right, first = figures(Results(HEADER, CASES))
    assert (right.mean, right.scored, right.not_scored) == (0.75, 2, 1)
    assert (first.mean, first.scored, first.not_scored) == (0.0, 1, 2)
    none = Results(HEADER, CASES[1:2])
    assert [figure.mean for figure in figures(none)] == [None, None]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_score_outside_its_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="score"):
        Score(value)


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("{}", 1),
        ("nonsense", 1),
        ('{"id": "q1"}', 2),
        ('{"id":"q","case":"a","scores":{"x":{"value":7}}}', 2),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, broken: str, line: int) -> None:
    path = tmp_path / "a.jsonl"
    write(Results(HEADER, ()), path)
    kept = path.read_text("utf-8") if line == 2 else ""
    path.write_text(kept + broken + "\n", "utf-8")
    with pytest.raises(InvalidRequest, match=f"第 {line} 行"):
        read(path)


def test_no_file_an_empty_one_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(InvalidRequest, match="空文件"):
        read(tmp_path / "empty.jsonl")
    with pytest.raises(InvalidRequest, match="无法读取"):
        read(tmp_path)


def test_a_case_is_known_by_what_it_asks_and_expects() -> None:
    case = Case("q1", "期限几年", {"documents": ["a"]})
    same = Case("q7", "期限几年", {"documents": ["a"]}, kind="lay")
    assert case.digest() == same.digest()
    others = (
        Case("q1", "期限几个月", {"documents": ["a"]}),
        Case("q1", "期限几年", {"documents": ["b"]}),
        Case("q1", "期限几年", {"documents": ["a"]}, as_of=date(2024, 1, 1)),
        Case("q1", "期限几年", {"documents": ["a"]}, role="enterprise"),
    )
    assert case.digest() not in {other.digest() for other in others}
