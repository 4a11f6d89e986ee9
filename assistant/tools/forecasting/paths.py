"""From monthly quantiles to joint paths of net flow, and from paths to the financing need.

The need over k months is what would have to be borrowed so that the balance never falls below the reserve: the
reserve minus the lowest balance of the path, at least zero. Dependence between months comes from the ranks of
real forecast errors on enterprises that were not trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.tools.forecasting.network import QUANTILES

_Q = np.array(QUANTILES)
_LOW_LOG = float(np.log(_Q[1] / _Q[0]))
_HIGH_LOG = float(np.log((1 - _Q[-2]) / (1 - _Q[-1])))
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Need:
    """万元. `quantiles` is months x 3 (P10, P50, P90 of the need up to that month); `gap_share` the share of paths
    that fell below the reserve by that month."""

    quantiles: np.ndarray
    gap_share: np.ndarray

    def first_gap(self) -> int | None:
        """1-based month by which at least half of the paths have a gap."""
        reached = np.flatnonzero(self.gap_share >= 0.5)
        return int(reached[0]) + 1 if len(reached) else None


def sample_paths(quantiles: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Paths x HORIZON: each rank through its month's quantile function; tails beyond P10 and P90 are exponential."""
    paths = np.empty_like(ranks, dtype=float)
    for h in range(quantiles.shape[0]):
        q, u = quantiles[h].astype(float), np.clip(ranks[:, h], 0.01, 0.99)
        values = np.interp(u, _Q, q)
        low = (q[1] - q[0]) / _LOW_LOG
        high = (q[-1] - q[-2]) / _HIGH_LOG
        values = np.where(u < _Q[0], q[0] - low * np.log(_Q[0] / u), values)
        paths[:, h] = np.where(u > _Q[-1], q[-1] + high * np.log((1 - _Q[-1]) / (1 - u)), values)
    return paths


def rank_of(quantiles: np.ndarray, value: np.ndarray) -> np.ndarray:
    """The inverse of `sample_paths`: batch x HORIZON ranks of values under batch x HORIZON x 5 quantiles."""
    ranks = np.empty_like(value, dtype=float)
    for row in range(value.shape[0]):
        for h in range(value.shape[1]):
            q, y = quantiles[row, h].astype(float), float(value[row, h])
            if y < q[0]:
                ranks[row, h] = _Q[0] * np.exp(-(q[0] - y) / max((q[1] - q[0]) / _LOW_LOG, _TINY))
            elif y > q[-1]:
                ranks[row, h] = 1 - (1 - _Q[-1]) * np.exp(
                    -(y - q[-1]) / max((q[-1] - q[-2]) / _HIGH_LOG, _TINY)
                )
            else:
                ranks[row, h] = np.interp(y, q, _Q)
    return ranks


def need_of(net: np.ndarray, balance: float, due: np.ndarray, reserve: float) -> np.ndarray:
    """Need up to each month, for one path or for rows of paths; same unit as its arguments."""
    balances = balance + np.cumsum(net - due[: net.shape[-1]], axis=-1)
    return np.maximum(0.0, reserve - np.minimum.accumulate(balances, axis=-1))


def need_quantiles(paths: np.ndarray, balance: float, due: np.ndarray, reserve: float) -> Need:
    """P10, P50, P90 of the need over the paths and the share of paths with a gap, month by month."""
    needs = need_of(paths, balance, due, reserve)
    return Need(
        np.quantile(needs, (0.1, 0.5, 0.9), axis=0).T,
        (needs > 0).mean(axis=0),
    )
