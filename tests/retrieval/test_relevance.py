"""The score that is shown: how sure it is that a passage bears on a question."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from assistant.retrieval.relevance import SIGNS, certainty, covered, sureness
from assistant.retrieval.reranker import SHIPPED
from assistant.retrieval.text_index import QueryTerms


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


@given(st.lists(st.floats(-1, 1), min_size=len(SIGNS), max_size=len(SIGNS)), st.sampled_from(SIGNS))
def test_no_sign_that_is_greater_makes_the_shipped_weights_less_sure(low: list[float], sign: str) -> None:
    weight = load_file(SHIPPED / "model.safetensors")["certainty"]
    high = [value + (name == sign) for name, value in zip(SIGNS, low, strict=True)]
    less, more = sureness(weight, np.array([low, high], dtype=np.float32)).tolist()
    assert 0 < less <= more <= 1
