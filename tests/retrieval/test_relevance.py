"""The score that is shown: what a question is about, and how sure a passage bears on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.relevance import certainty, covered, substance
from assistant.retrieval.text_index import QueryTerms


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("南宁算力券怎么办理", "南宁算力券"),
        ("请问桂惠贷还能申请吗", "桂惠贷 申请"),
        ("逾期贷款是什么", "逾期贷款"),
        ("怎么办", "怎么办"),
    ],
)
def test_asking_words_say_nothing_about_the_subject(question: str, about: str) -> None:
    assert substance(question) == about


@given(st.text(min_size=1, max_size=60))
def test_something_is_always_left(question: str) -> None:
    assert substance(question)


def test_single_characters_do_not_count_beside_pairs() -> None:
    terms = QueryTerms({"身": 5.0, "高": 5.0, "身高": 5.0})
    assert covered(terms, "本身很高") == 0
    assert covered(terms, "身高") == 1
    assert covered(QueryTerms({"税": 2.0}), "交税") == 1


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1))
def test_more_words_and_more_likeness_are_never_less_certain(
    low: float, high: float, likeness: float
) -> None:
    low, high = sorted((low, high))
    assert 0 < certainty(low, likeness) <= certainty(high, likeness) < 1
