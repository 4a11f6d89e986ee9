"""The same kind of network on public monthly series (M3): does the architecture forecast anything but our own data?

The file has columns `series,type,period,split,values` with the competition's train and test parts. The network sees
only the train parts; windows end eighteen months before their end at the latest. One value a month, so the inputs
are the deseasonalised log level and nothing else. Nothing of this is shipped; it is a check with a known yardstick.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

AHEAD, WINDOW, PERIOD = 18, 24, 12
_FLOOR = 1e-3


def read_series(path: Path) -> dict[str, dict[str, np.ndarray]]:
    """Series name -> {"train": values, "test": values}."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values = np.array([float(value) for value in row["values"].split()])
            found.setdefault(row["series"], {})[row["split"]] = values
    return {name: parts for name, parts in found.items() if len(parts) == 2 and len(parts["train"]) >= 48}


def seasonal_index(values: np.ndarray) -> np.ndarray:
    """Twelve multiplicative indices by ratio to a centred average; ones where lag 12 is not significant (Naive2's test)."""
    centred = values - values.mean()
    power = float((centred**2).sum())
    if power <= 0:
        return np.ones(PERIOD)
    lags = [float((centred[lag:] * centred[:-lag]).sum() / power) for lag in range(1, PERIOD + 1)]
    limit = 1.645 * np.sqrt((1 + 2 * sum(lag**2 for lag in lags[:-1])) / len(values))
    if abs(lags[-1]) <= limit:
        return np.ones(PERIOD)
    weights = np.r_[0.5, np.ones(PERIOD - 1), 0.5] / PERIOD
    trend = np.convolve(values, weights, mode="valid")
    half = PERIOD // 2
    ratio = values[half : half + len(trend)] / np.maximum(trend, _FLOOR)
    index = np.array([ratio[(month - half) % PERIOD :: PERIOD].mean() for month in range(PERIOD)])
    return np.maximum(index / index.mean(), 0.05)


class Univariate(nn.Module):
    """One LSTM layer over log levels, a direct head for eighteen months, on top of the last level."""

    def __init__(self, hidden: int = 64) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden + WINDOW, 96), nn.Tanh(), nn.Linear(96, AHEAD))

    def forward(self, window: Tensor) -> Tensor:
        state = self.lstm(window[..., None])[1][0][-1]
        return self.head(torch.cat([state, window], dim=1))


def _level(window: np.ndarray) -> float:
    return max(float(window[-3:].mean()), _FLOOR)


def _windows(series: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    inputs, targets = [], []
    for values in series:
        for end in range(WINDOW, len(values) - AHEAD + 1):
            past, coming = values[end - WINDOW : end], values[end : end + AHEAD]
            level = _level(past)
            inputs.append(np.log(np.maximum(past, _FLOOR * level) / level))
            targets.append(np.log(np.maximum(coming, _FLOOR * level) / level))
    return np.clip(inputs, -3, 3).astype(np.float32), np.clip(targets, -3, 3).astype(np.float32)


def _smape(truth: np.ndarray, guess: np.ndarray) -> float:
    return float(200 * np.mean(np.abs(truth - guess) / (np.abs(truth) + np.abs(guess))))


def score_m3(path: Path, *, epochs: int = 15, members: int = 3) -> dict[str, Any]:
    """Mean sMAPE and MASE over the series, of the network and of the seasonal naive forecast."""
    parts = read_series(path)
    indices = {name: seasonal_index(part["train"]) for name, part in parts.items()}
    plain = {
        name: part["train"] / indices[name][np.arange(len(part["train"])) % PERIOD]
        for name, part in parts.items()
    }
    inputs, targets = _windows(list(plain.values()))
    data, truth = torch.from_numpy(inputs), torch.from_numpy(targets)
    last = np.stack([values[-WINDOW:] for values in plain.values()])
    levels = np.array([_level(window) for window in last])
    latest = torch.from_numpy(
        np.clip(np.log(np.maximum(last, _FLOOR * levels[:, None]) / levels[:, None]), -3, 3).astype(
            np.float32
        )
    )
    guesses = []
    for seed in range(members):
        torch.manual_seed(seed)
        model = Univariate()
        optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
        for _ in range(epochs):
            for rows in torch.randperm(len(data)).split(256):
                loss = (model(data[rows]) - truth[rows]).abs().mean()
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimiser.step()
            schedule.step()
        with torch.no_grad():
            guesses.append(model(latest).numpy())
    ahead = np.exp(np.mean(guesses, axis=0)) * levels[:, None]
    found: dict[str, list[float]] = {"lstm_smape": [], "lstm_mase": [], "snaive_smape": [], "snaive_mase": []}
    for place, (name, part) in enumerate(parts.items()):
        train, test = part["train"], part["test"]
        future = (len(train) + np.arange(len(test))) % PERIOD
        guess = ahead[place, : len(test)] * indices[name][future]
        naive = train[-PERIOD:][np.arange(len(test)) % PERIOD]
        scale = float(np.abs(train[PERIOD:] - train[:-PERIOD]).mean()) or 1.0
        found["lstm_smape"].append(_smape(test, guess))
        found["lstm_mase"].append(float(np.abs(test - guess).mean() / scale))
        found["snaive_smape"].append(_smape(test, naive))
        found["snaive_mase"].append(float(np.abs(test - naive).mean() / scale))
    return {"series": len(parts), "windows": len(inputs)} | {
        name: round(float(np.mean(values)), 3) for name, values in found.items()
    }
