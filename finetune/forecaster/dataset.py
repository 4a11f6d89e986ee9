"""Windows of fictional enterprises for training, calibrating and testing the forecaster.

Three groups of enterprises that share none, in three spans of time: targets to train on, then a year to calibrate
on, then a year to test on. Calibration and test thus both meet a calendar that training has not seen. Training
enterprises end in random months, so that the last year of a distressed firm is met at every time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.tools.enterprise_data.calendar import month_index, month_label
from assistant.tools.forecasting.features import MINIMUM_MONTHS, build_window
from assistant.tools.forecasting.history import HORIZON, PURPOSES, TERMS, History, trade_class
from knowledge.sample.cashflow import Months, simulate
from knowledge.sample.generator import ANCHOR
from knowledge.sample.profile import Profile, draw_profile
from knowledge.sample.public_domains import industry_code

RESERVE_MONTHS = 1.0
END = month_index(ANCHOR)
CALIBRATION_END = END - HORIZON
TRAIN_END = CALIBRATION_END - HORIZON


@dataclass(frozen=True, slots=True)
class Windows:
    """One row per (enterprise, origin). Money is divided by `level`; targets are NaN past the last month.

    `purpose` and `term` are -1 where no loan was drawn in the twelve months after the origin.
    `scale` is the in-sample error of the seasonal naive forecast (of the last value under 24 months), for MASE.
    """

    enterprise: np.ndarray
    monthly: np.ndarray
    static: np.ndarray
    target: np.ndarray
    purpose: np.ndarray
    term: np.ndarray
    level: np.ndarray
    balance: np.ndarray
    due: np.ndarray
    reserve: np.ndarray
    scale: np.ndarray
    months: np.ndarray


def history_at(months: Months, profile: Profile, origin: int, missing: np.ndarray) -> History:
    """What was known after `origin` months."""
    due = np.zeros(HORIZON)
    purposes = np.zeros(len(PURPOSES))
    for loan in months.loans:
        if loan.drawn < origin:
            purposes[PURPOSES.index(loan.purpose)] += 1
            for when, part in loan.repayments():
                if origin <= when < origin + HORIZON:
                    due[when - origin] += part
    hide = missing[:origin]
    inflow, outflow = months.inflow[:origin].copy(), months.outflow[:origin].copy()
    inflow[hide] = outflow[hide] = np.nan
    balance = months.balance[:origin].copy()
    balance[hide] = np.nan
    return History(
        last=months.first + origin - 1,
        inflow=inflow,
        outflow=outflow,
        drawn=months.drawn[:origin],
        balance=balance,
        due=due,
        purposes=purposes,
        trade=trade_class(industry_code(profile), profile.sector.industry),
    )


def _scale(net: np.ndarray) -> float:
    lag = 12 if len(net) >= 24 else 1
    return float(np.abs(net[lag:] - net[:-lag]).mean())


def _label(months: Months, origin: int) -> tuple[int, int]:
    coming = [loan for loan in months.loans if origin <= loan.drawn < origin + HORIZON]
    if not coming:
        return -1, -1
    first = min(coming, key=lambda loan: loan.drawn)
    return PURPOSES.index(first.purpose), TERMS.index(first.months)


def make_windows(seed: int, count: int, *, step: int, last_year_of: int | None = None) -> Windows:
    """`count` enterprises of one group; origins every `step` months with at least a year behind them.

    With `last_year_of` (a month index) every enterprise ends in that month and targets lie in the year up to it,
    as for a forecast made today; otherwise enterprises end in random months and all targets lie before `TRAIN_END`.
    """
    rows: dict[str, list] = {name: [] for name in Windows.__slots__}
    for ordinal in range(count):
        rng = np.random.default_rng([seed, ordinal])
        profile = draw_profile(rng, ordinal, ANCHOR, showcase=False)
        end = last_year_of or TRAIN_END - int(rng.integers(0, 24))
        months = simulate(rng, profile, end)
        net = months.net
        missing = (rng.random(len(net)) < 0.04) & (rng.random() < 0.12)
        last = len(net) - HORIZON
        if last_year_of:
            origins = range(max(MINIMUM_MONTHS, last), len(net) - 5, step)
        else:
            origins = range(MINIMUM_MONTHS + int(rng.integers(0, step)), last + 1, step)
        for origin in origins:
            history = history_at(months, profile, origin, missing)
            if history.months < MINIMUM_MONTHS:
                continue
            window = build_window(history)
            ahead = np.full(HORIZON, np.nan)
            coming = net[origin : origin + HORIZON]
            ahead[: len(coming)] = coming / window.level
            purpose, term = _label(months, origin)
            rows["enterprise"].append(ordinal)
            rows["monthly"].append(window.monthly)
            rows["static"].append(window.static)
            rows["target"].append(ahead)
            rows["purpose"].append(purpose)
            rows["term"].append(term)
            rows["level"].append(window.level)
            rows["balance"].append(months.balance[origin - 1] / window.level)
            rows["due"].append(history.due / window.level)
            rows["reserve"].append(
                RESERVE_MONTHS * months.outflow[max(0, origin - 12) : origin].mean() / window.level
            )
            rows["scale"].append(_scale(net[:origin]) / window.level)
            rows["months"].append(origin)
    arrays = {name: np.asarray(values, dtype=None if name in ("enterprise", "purpose", "term", "months") else np.float32)
              for name, values in rows.items()}  # fmt: skip
    return Windows(**arrays)


def spans() -> str:
    """Which months are trained, calibrated and tested on."""
    return (
        f"targets to {month_label(TRAIN_END)} for training, to {month_label(CALIBRATION_END)} for calibration, "
        f"to {month_label(END)} for the test"
    )
