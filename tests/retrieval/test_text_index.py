"""The lexical index as a cache: what it finds, and how it knows that it is whole."""

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.encoding.features import cut
from assistant.retrieval import text_index
from assistant.retrieval.text_index import QueryTerms, TextEntry, TextIndex

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
        other.execute("INSERT INTO entries VALUES (99, 'p99', 'knowledge', 1)")
    other.close()
    assert not index.sound()


def by_hand(texts: list[str], query: str) -> list[float]:
    """BM25 of every text (k1 1.2, b .75), as the textbook has it."""
    terms = [cut(text) for text in texts]
    mean = sum(map(len, terms)) / len(texts)
    scores = []
    for own in terms:
        score = 0.0
        for term in dict.fromkeys(cut(query)):
            held = sum(term in other for other in terms)
            rarity = max(math.log((len(texts) - held + 0.5) / (held + 0.5)), 1e-6)
            count = own.count(term)
            score += rarity * 2.2 * count / (count + 1.2 * (0.25 + 0.75 * len(own) / mean)) if count else 0.0
        scores.append(score)
    return scores


WORDS = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=2, max_size=12), WORDS, st.integers(1, 11), st.data())
def test_scores_are_bm25_however_the_texts_came_in(
    texts: list[str], query: str, first: int, data: st.DataObject
) -> None:
    index = TextIndex(None)
    index.create()
    entries = [TextEntry(row, f"p{row}", "knowledge", "", text) for row, text in enumerate(texts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_index, "_PART", 2)
        patch.setattr(text_index, "_FREQUENCIES", 4)
        index.add(entries[:first], {})
        index.search(index.query_terms(query, "knowledge"), "knowledge", 5)
        index.add(entries[first:], {})
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))
    rows, scores = index.search(index.query_terms(query, "knowledge"), "knowledge", 5, allowed)
    expected = np.where(allowed, by_hand(texts, query), 0)
    assert list(scores) == pytest.approx(sorted(expected[expected > 0], reverse=True)[:5], rel=1e-4)
    assert [expected[row] for row in rows] == pytest.approx(list(scores), rel=1e-4)
    index.close()


@given(st.text(alphabet="甲乙丙，。 aB1.２", max_size=16), st.text(alphabet="甲乙丙，。 aB1.２", max_size=40))
def test_what_a_text_holds_is_what_the_index_would_find(query: str, text: str) -> None:
    terms = QueryTerms(dict.fromkeys(cut(query), 1.0))
    assert set(terms.found_in(text)) == set(cut(query)) & set(cut(text))
