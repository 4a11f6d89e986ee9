"""The lexical index as a cache: what it finds, and how it knows that it is whole."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.retrieval.text_index import TextEntry, TextIndex

TEXTS = (
    "流动资金贷款期限不超过三年",
    "固定资产贷款期限一般不超过十年",
    "专利权质押登记",
    "贷款利率由双方约定",
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TextIndex]:
    index = TextIndex(tmp_path / "terms.sqlite")
    index.create()
    index.add(
        [TextEntry(row, f"p{row}", "knowledge", "示例", text) for row, text in enumerate(TEXTS)],
        {"encoder": "e"},
    )
    yield index
    index.close()


def search(index: TextIndex, query: str, shelf: str = "knowledge") -> list[int]:
    return list(index.search(index.query_terms(query, shelf), shelf, 10)[0])


def test_the_passage_with_the_rarer_terms_comes_first(index: TextIndex) -> None:
    assert search(index, "流动资金贷款最长几年")[0] == 0
    assert search(index, "专利质押")[0] == 2
    assert search(index, "专利质押", "portraits") == []


@pytest.mark.parametrize("query", ["", "？！", '"', "AND OR NOT", "*", "知识 NEAR(", "'; DROP TABLE entries"])
def test_no_question_is_a_syntax_error(index: TextIndex, query: str) -> None:
    search(index, query)
    assert index.sound()


def test_coverage_is_the_share_of_the_questions_weight(index: TextIndex) -> None:
    terms = index.query_terms("专利权质押", "knowledge")
    assert terms.covered("专利权质押登记") == pytest.approx(1)
    assert terms.covered("天气") == 0
    assert 0 < terms.covered("专利") < 1


def test_entries_and_state_go_in_together_or_not_at_all(index: TextIndex) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        index.add(
            [TextEntry(4, "p4", "knowledge", "", "新的"), TextEntry(5, "p0", "knowledge", "", "重复")],
            {"encoder": "f"},
        )
    assert index.ids() == ["p0", "p1", "p2", "p3"]
    assert index.state()["encoder"] == "e"
    assert search(index, "新的") == []
    assert index.sound()


def test_entries_without_their_texts_are_noticed(index: TextIndex, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "terms.sqlite") as other:
        other.execute("INSERT INTO entries VALUES (99, 'p99', 'knowledge')")
    other.close()
    assert not index.sound()
