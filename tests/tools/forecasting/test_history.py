"""What the forecast reads: loans by their schedule, missing months filled, short histories refused."""

import numpy as np
import pytest

from assistant.tools.forecasting.features import CHANNELS, STATICS, WINDOW, build_window, fill
from assistant.tools.forecasting.forecast import forecast
from assistant.tools.forecasting.history import (
    HORIZON,
    PURPOSES,
    History,
    Loan,
    principal_due,
    read_history,
    trade_class,
)
from assistant.tools.forecasting.network import load_network

LAST = 2026 * 12 + 8


def _history(months=30, **changes):
    season = 100 + 20 * np.sin(np.arange(months) / 12 * 2 * np.pi)
    values = {
        "last": LAST, "inflow": season, "outflow": season * 0.95, "drawn": np.zeros(months),
        "balance": np.full(months, 150.0), "due": np.zeros(HORIZON), "purposes": np.zeros(len(PURPOSES)), "trade": 2,
    }  # fmt: skip
    return History(**(values | changes))


def test_a_bullet_loan_is_due_once():
    due = principal_due([Loan(100, 100, LAST - 6, LAST + 6, False)], LAST)
    assert due[5] == 100
    assert due.sum() == 100


def test_a_quarterly_loan_is_due_in_equal_parts():
    due = principal_due([Loan(120, 60, LAST - 12, LAST + 12, True)], LAST)
    assert due.nonzero()[0].tolist() == [2, 5, 8, 11]
    assert due.sum() == pytest.approx(60)


def test_what_is_overdue_counts_for_the_next_month_and_later_loans_do_not():
    due = principal_due(
        [Loan(50, 50, LAST - 20, LAST - 2, False), Loan(70, 70, LAST, LAST + 13, False)], LAST
    )
    assert due[0] == 50
    assert due.sum() == 50


def test_a_repaid_loan_is_not_due():
    assert principal_due([Loan(50, 0, LAST - 20, LAST + 2, False)], LAST).sum() == 0


def test_missing_months_are_bridged():
    assert fill(np.array([1.0, np.nan, 3.0, np.nan])).tolist() == [1.0, 2.0, 3.0, 3.0]


def test_window_has_its_shape_and_is_free_of_money_units():
    small = build_window(_history())
    large = build_window(_history(inflow=_history().inflow * 50, outflow=_history().outflow * 50,
                                  balance=np.full(30, 7500.0)))  # fmt: skip
    assert small.monthly.shape == (WINDOW, CHANNELS)
    assert small.static.shape == (STATICS,)
    np.testing.assert_allclose(small.monthly, large.monthly, atol=1e-9)


def test_short_history_is_refused():
    with pytest.raises(ValueError, match="twelve"):
        build_window(_history(months=11))


def test_a_missing_month_does_not_count():
    inflow = _history(months=12).inflow.copy()
    inflow[4] = np.nan
    assert _history(months=12, inflow=inflow).months == 11


def test_idle_account_gives_finite_numbers():
    made = forecast(
        load_network(), _history(inflow=np.zeros(30), outflow=np.zeros(30), balance=np.zeros(30)), 6
    )
    assert all(np.isfinite(made.need))


@pytest.mark.parametrize("horizon", [0, 13])
def test_horizon_out_of_range(horizon):
    with pytest.raises(ValueError, match="horizon"):
        forecast(load_network(), _history(), horizon)


def test_more_debt_due_means_more_need():
    due = np.zeros(HORIZON)
    due[2] = 400.0
    calm, pressed = forecast(load_network(), _history(), 6), forecast(load_network(), _history(due=due), 6)
    assert pressed.need[1] > calm.need[1] + 200
    assert pressed.first_gap == LAST + 3
    effect = {one.label: one.effect for one in pressed.contributions}
    assert effect["存量贷款到期还本"] == pytest.approx(pressed.need[1] - calm.need[1], rel=0.5)


def test_a_forecast_takes_less_than_fifty_milliseconds():
    import time

    network, history = load_network(), _history()
    forecast(network, history, 12)
    spent = []
    for _ in range(5):
        start = time.process_time()
        forecast(network, history, 12)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05


def test_trades_by_industry():
    assert trade_class("I65", "人工智能") != trade_class("I65", "软件和信息技术服务业")
    assert trade_class("C3511", "装备制造业") == trade_class("C35", "x")
    assert trade_class("Z99", "未知") == trade_class("", "")


def test_an_empty_delivery_has_no_history():
    payload = {"months": [], "series": {}, "tables": {}}
    assert read_history(payload, "C35", "装备制造业") is None
