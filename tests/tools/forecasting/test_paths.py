"""From quantiles to need: known paths give known needs, ranks and paths are inverse to each other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.tools.forecasting.paths import need_of, need_quantiles, rank_of, sample_paths


def test_need_is_what_keeps_the_reserve():
    net = np.array([-10.0, -20.0, 15.0, -5.0])
    need = need_of(net, balance=25.0, due=np.zeros(4), reserve=5.0)
    # balances 15, -5, 10, 5: the lowest is -5, ten below the reserve
    assert need.tolist() == [0.0, 10.0, 10.0, 10.0]


def test_due_loans_raise_the_need():
    net = np.zeros(3)
    assert need_of(net, 10.0, np.array([0.0, 8.0, 0.0]), 5.0).tolist() == [0.0, 3.0, 3.0]


def test_first_gap_is_when_half_of_the_paths_are_short():
    paths = np.array([[1.0, -9.0, 0.0], [1.0, -9.0, 0.0], [1.0, 1.0, 1.0]])
    found = need_quantiles(paths, balance=6.0, due=np.zeros(3), reserve=2.0)
    assert found.first_gap() == 2
    assert found.gap_share[0] == 0.0
    calm = need_quantiles(np.ones((3, 3)), balance=6.0, due=np.zeros(3), reserve=2.0)
    assert calm.first_gap() is None


@given(
    st.lists(st.floats(0.02, 2.0), min_size=5, max_size=5),
    st.floats(-3, 3),
    st.floats(0.02, 0.98),
)
def test_rank_and_path_are_inverse(steps, start, rank):
    quantiles = np.array([start + np.cumsum(steps)])
    path = sample_paths(quantiles, np.array([[rank]]))
    assert abs(rank_of(quantiles[None], path)[0, 0] - rank) < 1e-6


@given(st.lists(st.floats(-50, 50), min_size=12, max_size=12), st.floats(0, 100), st.floats(0, 50))
def test_need_never_falls_with_time_and_never_below_zero(net, balance, reserve):
    need = need_of(np.array(net), balance, np.zeros(12), reserve)
    assert (need >= 0).all()
    assert (np.diff(need) >= 0).all()
