"""A history as the network sees it. Training and serving build their inputs here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.tools.enterprise_data.calendar import QUARTER_TAX_MONTHS, bonus_month, festival_share
from assistant.tools.forecasting.history import HORIZON, TRADE_CLASSES, History

WINDOW = 24
MINIMUM_MONTHS = 12
CHANNELS = 10
STATICS = 3 * HORIZON + 2 + TRADE_CLASSES + 10
SEASONAL = slice(0, HORIZON)  # where last year's net flows stand among the static inputs
_FLOOR = 0.1  # 万元: a level below this is an idle account


@dataclass(frozen=True, slots=True)
class Window:
    """`monthly` is WINDOW x CHANNELS (zeros before the first month), `static` has STATICS values.

    `level` is the mean monthly inflow of the last year in 万元: every money input and output is divided by it.
    `seasonal` is last year's net flow of the same months, 万元.
    """

    monthly: np.ndarray
    static: np.ndarray
    level: float
    seasonal: np.ndarray


def fill(values: np.ndarray) -> np.ndarray:
    """Missing months by straight lines between their neighbours; all-missing becomes zeros."""
    known = ~np.isnan(values)
    if known.all():
        return values
    if not known.any():
        return np.zeros_like(values)
    place = np.arange(len(values))
    return np.interp(place, place[known], values[known])


def build_window(history: History) -> Window:
    """The network's inputs for a history of at least MINIMUM_MONTHS months."""
    if history.months < MINIMUM_MONTHS:
        raise ValueError("history is shorter than twelve months")
    missing = np.isnan(history.inflow + history.outflow)
    inflow, outflow = fill(history.inflow), fill(history.outflow)
    balance, drawn = fill(history.balance), np.nan_to_num(history.drawn)
    net = inflow - outflow
    level = max(float(inflow[-12:].mean()), float(outflow[-12:].mean()) * 0.2, _FLOOR)
    count = min(WINDOW, len(net))
    cut = slice(len(net) - count, len(net))
    months = np.arange(history.last - count + 1, history.last + 1)
    angle = 2 * np.pi * (months % 12) / 12
    monthly = np.zeros((WINDOW, CHANNELS))
    monthly[-count:] = np.column_stack(
        [
            np.clip(net[cut] / level, -4, 4),
            np.clip(np.log(np.maximum(inflow[cut], 0.01 * level) / level), -4, 2),
            np.clip(np.log(np.maximum(outflow[cut], 0.01 * level) / level), -4, 2),
            np.clip(balance[cut] / level, -2, 8),
            np.clip(drawn[cut] / level, 0, 6),
            1.0 - missing[cut],
            np.sin(angle),
            np.cos(angle),
            [festival_share(int(month)) for month in months],
            [float(int(month) % 12 + 1 in QUARTER_TAX_MONTHS) for month in months],
        ]
    )
    seasonal = net[-12:]
    return Window(monthly, _static(history, net, inflow, balance, level), level, seasonal.copy())


def _static(
    history: History, net: np.ndarray, inflow: np.ndarray, balance: np.ndarray, level: float
) -> np.ndarray:
    ahead = [history.last + step for step in range(1, HORIZON + 1)]
    angle = 2 * np.pi * (history.last % 12) / 12
    trade = np.zeros(TRADE_CLASSES)
    trade[history.trade] = 1.0
    recent, before = inflow[-6:].mean(), inflow[-12:-6].mean()
    loans = history.purposes.sum()
    return np.concatenate(
        [
            np.clip(net[-12:] / level, -4, 4),
            [festival_share(month) for month in ahead],
            [float(bonus_month(month)) for month in ahead],
            [np.sin(angle), np.cos(angle)],
            trade,
            [
                np.log10(level),
                min(len(net), 60) / 60,
                float(np.clip(np.log(max(recent, 0.01 * level) / max(before, 0.01 * level)), -1.5, 1.5)),
                float(np.clip(balance[-1] / level, -2, 8)),
                float(np.clip(history.due.sum() / level, 0, 8)),
                min(loans, 10) / 10,
            ],
            history.purposes / max(1.0, loans),
        ]
    )
