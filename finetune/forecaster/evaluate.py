"""Scores of the exported network on held-out enterprises and months, beside baselines. numpy only."""

from __future__ import annotations

from typing import Any

import numpy as np

from assistant.tools.forecasting.features import SEASONAL
from assistant.tools.forecasting.history import HORIZON, PURPOSES, TERMS
from assistant.tools.forecasting.network import QUANTILES, Network, predict
from assistant.tools.forecasting.paths import need_of, need_quantiles, sample_paths
from finetune.forecaster.dataset import Windows

HORIZONS = (3, 6, 12)
_CLIP = 8.0  # a scaled target beyond this many monthly inflows is cut in scores as it was in training


def pinball(quantiles: np.ndarray, target: np.ndarray, levels: tuple[float, ...]) -> float:
    """Mean pinball loss over rows and levels; NaN targets are left out."""
    error = target[..., None] - quantiles
    loss = np.maximum(np.array(levels) * error, (np.array(levels) - 1) * error)
    return float(np.nanmean(loss))


def macro_f1(predicted: np.ndarray, truth: np.ndarray, classes: int) -> float:
    scores = []
    for label in range(classes):
        hit = float(((predicted == label) & (truth == label)).sum())
        found, real = float((predicted == label).sum()), float((truth == label).sum())
        if real:
            scores.append(2 * hit / (found + real))
    return float(np.mean(scores))


def flow_scores(network: Network, windows: Windows) -> dict[str, Any]:
    """Net flow: MASE and pinball of the network, of last year's month and of last year's mean; coverage."""
    output = predict(network, windows.monthly, windows.static)
    target = np.clip(windows.target, -_CLIP, _CLIP)
    seasonal = windows.static[:, SEASONAL]
    mean = np.repeat(seasonal.mean(axis=1, keepdims=True), HORIZON, axis=1)
    scale = np.maximum(windows.scale, 0.02)[:, None]

    def mase(point: np.ndarray, cut: int) -> float:
        return float(np.nanmean(np.abs(target - point)[:, :cut] / scale))

    def spread(point: np.ndarray) -> np.ndarray:
        return np.repeat(point[..., None], len(QUANTILES), axis=-1)

    inside = (target >= output.quantiles[..., 0]) & (target <= output.quantiles[..., -1])
    known = ~np.isnan(target)
    return {
        "windows": len(target),
        "enterprises": len(np.unique(windows.enterprise)),
        "mase": {
            str(cut): {
                "lstm": round(mase(output.quantiles[..., 2], cut), 4),
                "seasonal_naive": round(mase(seasonal, cut), 4),
                "last_year_mean": round(mase(mean, cut), 4),
            }
            for cut in HORIZONS
        },
        "pinball": {
            "lstm": round(pinball(output.quantiles, target, QUANTILES), 4),
            "seasonal_naive": round(pinball(spread(seasonal), target, QUANTILES), 4),
            "last_year_mean": round(pinball(spread(mean), target, QUANTILES), 4),
        },
        "coverage_p10_p90": round(float(inside[known].mean()), 4),
        "coverage_by_month": [round(float(inside[:, h][known[:, h]].mean()), 3) for h in range(HORIZON)],
    }


def need_scores(network: Network, windows: Windows, *, limit: int = 3000) -> dict[str, Any]:
    """The need itself. Coverage among the windows with a real need is told apart: zeros are easy to cover."""
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(windows.level))[:limit]
    output = predict(network, windows.monthly[rows], windows.static[rows])
    levels = (0.1, 0.5, 0.9)
    found: dict[str, Any] = {}
    for cut in HORIZONS:
        guess, naive, truth = [], [], []
        for place, row in enumerate(rows):
            real = windows.target[row]
            if np.isnan(real[:cut]).any():
                continue
            balance, due, reserve = float(windows.balance[row]), windows.due[row], float(windows.reserve[row])
            paths = sample_paths(output.quantiles[place], network.ranks)
            guess.append(need_quantiles(paths, balance, due, reserve).quantiles[cut - 1])
            naive.append(need_of(windows.static[row, SEASONAL], balance, due, reserve)[cut - 1])
            truth.append(need_of(real, balance, due, reserve)[cut - 1])
        g, n, y = np.array(guess), np.array(naive), np.array(truth)
        inside = (y >= g[:, 0] - 1e-9) & (y <= g[:, 2] + 1e-9)
        found[str(cut)] = {
            "windows": len(y),
            "share_with_need": round(float((y > 0).mean()), 3),
            "coverage_all": round(float(inside.mean()), 3),
            "coverage_with_need": round(float(inside[y > 0].mean()), 3),
            "below_p10": round(float((y < g[:, 0] - 1e-9).mean()), 3),
            "above_p90": round(float((y > g[:, 2] + 1e-9).mean()), 3),
            "wape_p50": round(float(np.abs(y - g[:, 1]).sum() / y.sum()), 3),
            "wape_seasonal_naive": round(float(np.abs(y - n).sum() / y.sum()), 3),
            "pinball": round(pinball(g, y, levels), 4),
            "pinball_seasonal_naive": round(pinball(np.repeat(n[:, None], 3, axis=1), y, levels), 4),
        }
    return found


def label_scores(network: Network, windows: Windows, majority: tuple[int, int]) -> dict[str, Any]:
    """Purpose macro-F1 and term error in months where a loan was drawn, beside always naming the commonest."""
    rows = windows.purpose >= 0
    output = predict(network, windows.monthly[rows], windows.static[rows])
    purpose, term = windows.purpose[rows], windows.term[rows]
    terms = np.array(TERMS, dtype=float)
    guess = output.purposes.argmax(axis=1)
    median = terms[(output.terms.cumsum(axis=1) >= 0.5).argmax(axis=1)]
    return {
        "windows": int(rows.sum()),
        "purpose_macro_f1": round(macro_f1(guess, purpose, len(PURPOSES)), 4),
        "purpose_macro_f1_majority": round(
            macro_f1(np.full_like(purpose, majority[0]), purpose, len(PURPOSES)), 4
        ),
        "purpose_accuracy": round(float((guess == purpose).mean()), 4),
        "purpose_log_loss": round(
            float(-np.log(output.purposes[np.arange(len(purpose)), purpose] + 1e-9).mean()), 4
        ),
        "purpose_shares": [round(float((purpose == k).mean()), 3) for k in range(len(PURPOSES))],
        "term_mae_months": round(float(np.abs(median - terms[term]).mean()), 3),
        "term_mae_months_majority": round(float(np.abs(terms[majority[1]] - terms[term]).mean()), 3),
    }
