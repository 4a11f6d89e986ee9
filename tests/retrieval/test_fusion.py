"""One order out of two."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import Weights, fuse

SCORES = st.lists(st.floats(-1, 50, width=32), min_size=2, max_size=8)


@given(SCORES, st.floats(0, 1))
def test_scores_stay_between_zero_and_one(values: list[float], weight: float) -> None:
    scores = np.array(values, dtype=np.float32)
    fused = fuse(scores, scores[::-1].copy(), weight)
    assert ((fused >= -1e-6) & (fused <= 1 + 1e-6)).all()


def test_the_weight_goes_from_one_order_to_the_other() -> None:
    lexical, dense = np.array([9, 5, 1], dtype=np.float32), np.array([0.1, 0.2, 0.9], dtype=np.float32)
    assert fuse(lexical, dense, 0).argmax() == 0
    assert fuse(lexical, dense, 1).argmax() == 2


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_more_passages_the_less_the_words_count(few: int, many: int) -> None:
    few, many = sorted((few, many))
    assert Weights().few <= Weights().dense(few) <= Weights().dense(many) <= Weights().many
