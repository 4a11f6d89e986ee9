"""One forecast: from a history to need quantiles, term, purpose, first gap, baseline and what moved the figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.tools.forecasting.features import SEASONAL, build_window, fill
from assistant.tools.forecasting.history import HORIZON, PURPOSES, TERMS, History
from assistant.tools.forecasting.network import Network, predict
from assistant.tools.forecasting.paths import need_of, need_quantiles, sample_paths

RESERVE_MONTHS = 1.0
"""The balance that is to stay: this many months of last year's mean payments. An assumption, shown as one."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """`effect` is how much the P50 need (万元) changes because of this; negative lowers it."""

    label: str
    effect: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Money in 万元. `need` is P10, P50, P90 over the asked horizon, `by_month` the same for each month up to it.

    `net_flow` is months x 3 (P10, P50, P90). `first_gap` is a month index, `gap_share` the share of simulated
    paths below the reserve by the end. Probabilities are conditional on borrowing at all.
    """

    need: tuple[float, float, float]
    by_month: np.ndarray
    net_flow: np.ndarray
    months: tuple[int, ...]
    first_gap: int | None
    gap_share: float
    seasonal_naive: float
    terms: dict[int, float]
    purposes: dict[str, float]
    balance: float
    reserve: float
    due: float
    contributions: tuple[Contribution, ...]

    @property
    def term(self) -> int:
        """Median of the term's distribution, in months."""
        reached = 0.0
        for months, share in self.terms.items():
            reached += share
            if reached >= 0.5:
                return months
        return max(self.terms)

    @property
    def purpose(self) -> str:
        return max(self.purposes, key=lambda name: self.purposes[name])


def forecast(network: Network, history: History, horizon: int) -> Forecast:
    """The forecast for 1 to 12 months after the last month of a history of at least twelve.

    Three rows go through the network at once: the history, and the same with last year's season evened out, for
    the contribution of the season. Deterministic: the simulated paths come from stored ranks.
    """
    if not 1 <= horizon <= HORIZON:
        raise ValueError("horizon must be between 1 and 12 months")
    window = build_window(history)
    even = window.static.copy()
    even[SEASONAL] = even[SEASONAL].mean()
    output = predict(
        network,
        np.repeat(window.monthly[None], 2, axis=0).astype(np.float32),
        np.stack([window.static, even]).astype(np.float32),
    )
    level = window.level
    paths, flat_paths = (sample_paths(quantiles, network.ranks) * level for quantiles in output.quantiles)
    balance = float(fill(history.balance)[-1])
    reserve = RESERVE_MONTHS * float(fill(history.outflow)[-12:].mean())
    need = need_quantiles(paths, balance, history.due, reserve)

    def median(net: np.ndarray, due: np.ndarray, keep: float) -> float:
        return float(np.median(need_of(net, balance, due, keep)[:, horizon - 1]))

    base = float(need.quantiles[horizon - 1, 1])
    none_due = np.zeros_like(history.due)
    contributions = (
        Contribution("存量贷款到期还本", base - median(paths, none_due, reserve)),
        Contribution("保留最低现金储备", base - median(paths, history.due, 0.0)),
        Contribution("上年同期的季节形态", base - median(flat_paths, history.due, reserve)),
    )
    gap = need.first_gap()
    return Forecast(
        need=(
            float(need.quantiles[horizon - 1, 0]),
            base,
            float(need.quantiles[horizon - 1, 2]),
        ),
        by_month=need.quantiles[:horizon],
        net_flow=output.quantiles[0][:horizon, [0, 2, 4]] * level,
        months=tuple(history.last + step for step in range(1, horizon + 1)),
        first_gap=history.last + gap if gap is not None and gap <= horizon else None,
        gap_share=float(need.gap_share[horizon - 1]),
        seasonal_naive=float(need_of(window.seasonal, balance, history.due, reserve)[horizon - 1]),
        terms={months: float(share) for months, share in zip(TERMS, output.terms[0], strict=True)},
        purposes={name: float(share) for name, share in zip(PURPOSES, output.purposes[0], strict=True)},
        balance=balance,
        reserve=reserve,
        due=float(history.due[:horizon].sum()),
        contributions=contributions,
    )
