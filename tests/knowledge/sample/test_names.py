"""Codes are well formed and can never have been issued."""

import pytest
from stdnum.cn import uscc

from knowledge.sample.names import CITIES, credit_code, short_stems


def test_check_characters_are_right():
    for ordinal in [*range(400), 9_999_999]:
        assert uscc.validate(credit_code(ordinal)) == credit_code(ordinal)


def test_region_is_none_of_guangxis_prefectures():
    region = credit_code(7)[2:8]
    assert region == "459999"
    assert int(region[2:4]) > len(CITIES)


@pytest.mark.parametrize("ordinal", [-1, 10_000_000])
def test_ordinals_out_of_range_are_refused(ordinal):
    with pytest.raises(ValueError, match="ordinal"):
        credit_code(ordinal)


def test_stems_stay_unique_past_the_pairs():
    import numpy as np

    stems = short_stems(np.random.default_rng(1), 3000)
    assert len(set(stems)) == 3000
