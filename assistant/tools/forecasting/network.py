"""The forecast network from exported weights: LSTM and head in numpy, no torch.

Gates follow PyTorch's order (input, forget, cell, output). The ensemble's members are averaged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from safetensors import safe_open

from assistant.errors import ConfigurationError
from assistant.tools.forecasting.features import SEASONAL
from assistant.tools.forecasting.history import HORIZON, PURPOSES, TERMS

SHIPPED = Path(__file__).parents[2] / "models" / "forecaster"
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
Weights = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Output:
    """`quantiles` is batch x HORIZON x 5 in units of the level; `purposes`, `terms` are probabilities per row."""

    quantiles: np.ndarray
    purposes: np.ndarray
    terms: np.ndarray


@dataclass(frozen=True, slots=True)
class Network:
    """Ensemble weights plus what calibration measured: quantile offsets and joint ranks of real residuals."""

    members: tuple[Weights, ...]
    offsets: np.ndarray
    ranks: np.ndarray
    version: str
    trained: str


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -40, 40)))


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0.0, x)


def _softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def forward(weights: Weights, monthly: np.ndarray, static: np.ndarray) -> Output:
    """One member. `monthly`: batch x WINDOW x CHANNELS; `static`: batch x STATICS."""
    hidden_size = weights["lstm.weight_hh_l0"].shape[1]
    hidden = np.zeros((len(monthly), hidden_size), dtype=monthly.dtype)
    cell = np.zeros_like(hidden)
    inputs = (
        monthly @ weights["lstm.weight_ih_l0"].T + weights["lstm.bias_ih_l0"] + weights["lstm.bias_hh_l0"]
    )
    recurrent = weights["lstm.weight_hh_l0"].T
    for step in range(monthly.shape[1]):
        gates = inputs[:, step] + hidden @ recurrent
        i, f, g, o = np.split(gates, 4, axis=1)
        cell = _sigmoid(f) * cell + _sigmoid(i) * np.tanh(g)
        hidden = _sigmoid(o) * np.tanh(cell)
    joined = np.concatenate([hidden, static], axis=1)
    inner = np.tanh(joined @ weights["body.weight"].T + weights["body.bias"])
    raw = (inner @ weights["flow.weight"].T + weights["flow.bias"]).reshape(-1, HORIZON, len(QUANTILES))
    seasonal = static[:, SEASONAL]
    middle = (
        raw[..., 0] + weights["seasonal"] * seasonal + weights["mean"] * seasonal.mean(axis=1, keepdims=True)
    )
    steps = _softplus(raw[..., 1:])
    low, high = middle - steps[..., 0], middle + steps[..., 2]
    quantiles = np.stack([low - steps[..., 1], low, middle, high, high + steps[..., 3]], axis=-1)
    purposes = _softmax(inner @ weights["purpose.weight"].T + weights["purpose.bias"])
    terms = _softmax(inner @ weights["term.weight"].T + weights["term.bias"])
    return Output(quantiles, purposes, terms)


def predict(network: Network, monthly: np.ndarray, static: np.ndarray) -> Output:
    """The ensemble's mean with calibrated quantiles, never crossing."""
    outputs = [forward(weights, monthly, static) for weights in network.members]
    quantiles = np.mean([output.quantiles for output in outputs], axis=0) + network.offsets
    return Output(
        np.sort(quantiles, axis=-1),
        np.mean([output.purposes for output in outputs], axis=0),
        np.mean([output.terms for output in outputs], axis=0),
    )


@cache
def load_network(folder: Path = SHIPPED) -> Network:
    """The exported ensemble. Raises `ConfigurationError` when files are missing or of another shape."""
    try:
        facts = json.loads((folder / "forecaster.json").read_text(encoding="utf-8"))
        with safe_open(folder / "forecaster.safetensors", framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except OSError as error:
        raise ConfigurationError(f"the forecaster's files are missing: {error}") from error
    members = tuple(
        {
            name.split(".", 1)[1]: tensor.astype(np.float32)
            for name, tensor in tensors.items()
            if name.startswith(f"member{number}.")
        }
        for number in range(facts["members"])
    )
    shapes = (facts["horizon"], tuple(facts["purposes"]), tuple(facts["terms"]), tuple(facts["quantiles"]))
    if shapes != (HORIZON, PURPOSES, TERMS, QUANTILES):
        raise ConfigurationError("the forecaster's files were made by another version of this program")
    return Network(
        members=members,
        offsets=tensors["offsets"].astype(np.float32),
        ranks=tensors["ranks"].astype(np.float32) / 255.0,
        version=facts["version"],
        trained=facts["trained"],
    )
