"""Train, calibrate, test and export the financing forecaster. Reads from top to bottom.

    python -m finetune.forecaster.train [--out DIR] [--enterprises 6000] [--epochs 14] [--members 3] [--m3 FILE]

One CPU core, about five minutes. The exported weights run in `assistant.tools.forecasting.network` without torch.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from assistant.tools.forecasting.features import CHANNELS, SEASONAL, STATICS
from assistant.tools.forecasting.history import HORIZON, PURPOSES, TERMS
from assistant.tools.forecasting.network import QUANTILES, SHIPPED, Network, forward, load_network, predict
from assistant.tools.forecasting.paths import rank_of
from finetune.forecaster.dataset import CALIBRATION_END, END, Windows, make_windows, spans
from finetune.forecaster.evaluate import flow_scores, label_scores, need_scores

HIDDEN, INNER = 64, 96
TRAIN_SEED, CHECK_SEED, CALIBRATE_SEED, TEST_SEED = 101, 202, 303, 404
RANKS = 400


class Forecaster(nn.Module):
    """One LSTM layer over 24 months, the static inputs beside its last state, heads for flow, purpose and term."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(CHANNELS, HIDDEN, batch_first=True)
        self.body = nn.Linear(HIDDEN + STATICS, INNER)
        self.flow = nn.Linear(INNER, HORIZON * len(QUANTILES))
        self.purpose = nn.Linear(INNER, len(PURPOSES))
        self.term = nn.Linear(INNER, len(TERMS))
        self.seasonal = nn.Parameter(torch.full((HORIZON,), 0.4))
        self.mean = nn.Parameter(torch.full((HORIZON,), 0.4))

    def forward(self, monthly: Tensor, static: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.lstm(monthly)[1][0][-1]
        inner = torch.tanh(self.body(torch.cat([hidden, static], dim=1)))
        raw = self.flow(inner).view(-1, HORIZON, len(QUANTILES))
        last_year = static[:, SEASONAL]
        middle = raw[..., 0] + self.seasonal * last_year + self.mean * last_year.mean(dim=1, keepdim=True)
        steps = F.softplus(raw[..., 1:])
        low, high = middle - steps[..., 0], middle + steps[..., 2]
        quantiles = torch.stack([low - steps[..., 1], low, middle, high, high + steps[..., 3]], dim=-1)
        return quantiles, self.purpose(inner), self.term(inner)


def loss_of(model: Forecaster, batch: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """Pinball loss of the flows, and that plus the cross entropy of purpose and term."""
    monthly, static, target, purpose, term = batch
    quantiles, purpose_logits, term_logits = model(monthly, static)
    known = ~torch.isnan(target)
    error = torch.nan_to_num(target)[..., None] - quantiles
    levels = torch.tensor(QUANTILES)
    pinball = torch.maximum(levels * error, (levels - 1) * error)[known].mean()
    labels = F.cross_entropy(purpose_logits, purpose, ignore_index=-1) + F.cross_entropy(
        term_logits, term, ignore_index=-1
    )
    return pinball, pinball + 0.03 * labels


def tensors(windows: Windows) -> tuple[Tensor, ...]:
    return (
        torch.from_numpy(windows.monthly),
        torch.from_numpy(windows.static),
        torch.from_numpy(np.clip(windows.target, -8, 8)),
        torch.from_numpy(windows.purpose),
        torch.from_numpy(windows.term),
    )


def train_member(
    seed: int, train: tuple[Tensor, ...], check: tuple[Tensor, ...], epochs: int, batch: int
) -> Forecaster:
    """One ensemble member: the epoch that is best on the check enterprises is kept."""
    torch.manual_seed(seed)
    model = Forecaster()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    count = len(train[0])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=3e-3, total_steps=epochs * ((count + batch - 1) // batch), pct_start=0.15
    )
    best, kept = float("inf"), {name: value.clone() for name, value in model.state_dict().items()}
    for epoch in range(epochs):
        model.train()
        start, total = time.perf_counter(), 0.0
        for rows in torch.randperm(count).split(batch):
            _, loss = loss_of(model, tuple(part[rows] for part in train))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
        model.eval()
        with torch.no_grad():
            pinball, loss = loss_of(model, check)
        if float(loss) < best:
            best, kept = float(loss), {name: value.clone() for name, value in model.state_dict().items()}
        print(
            f"member {seed} epoch {epoch + 1}/{epochs} train {total / count:.4f} check {float(loss):.4f} "
            f"pinball {float(pinball):.4f} {time.perf_counter() - start:.1f}s",
            flush=True,
        )
    model.load_state_dict(kept)
    model.eval()
    return model


def weights_of(model: Forecaster) -> dict[str, np.ndarray]:
    """The state as the numpy network reads it, rounded to half precision as it will be stored."""
    return {
        name: value.numpy().astype(np.float16).astype(np.float32)
        for name, value in model.state_dict().items()
    }


def calibrate(network: Network, windows: Windows) -> Network:
    """Split-conformal offsets per month and quantile, then the joint ranks of what really came.

    The offset of level q is the q-quantile of (target - predicted quantile) over calibration windows: after
    adding it, a share q of the targets lies below.
    """
    raw = predict(network, windows.monthly, windows.static).quantiles
    whole = ~np.isnan(windows.target).any(axis=1)
    error = windows.target[..., None] - raw
    offsets = np.empty((HORIZON, len(QUANTILES)), dtype=np.float32)
    for k, level in enumerate(QUANTILES):
        offsets[:, k] = np.nanquantile(error[..., k], level, axis=0)
    calibrated = replace(network, offsets=offsets)
    rows = np.random.default_rng(7).permutation(np.flatnonzero(whole))[:RANKS]
    output = predict(calibrated, windows.monthly[rows], windows.static[rows])
    ranks = np.round(rank_of(output.quantiles, windows.target[rows]) * 255) / 255
    return replace(calibrated, ranks=ranks.astype(np.float32))


def parity(model: Forecaster, windows: Windows) -> dict[str, object]:
    """A few windows with torch's own outputs, for the test that numpy says the same."""
    rows = [0, len(windows.level) // 2, len(windows.level) - 1]
    half = Forecaster()
    half.load_state_dict({name: torch.from_numpy(value) for name, value in weights_of(model).items()})
    half.eval()
    with torch.no_grad():
        quantiles, purposes, terms = half(
            torch.from_numpy(windows.monthly[rows]), torch.from_numpy(windows.static[rows])
        )
    return {
        "monthly": windows.monthly[rows].round(5).tolist(),
        "static": windows.static[rows].round(5).tolist(),
        "quantiles": quantiles.numpy().round(6).tolist(),
        "purposes": purposes.softmax(-1).numpy().round(6).tolist(),
        "terms": terms.softmax(-1).numpy().round(6).tolist(),
    }


def export(network: Network, folder: Path, facts: dict[str, object]) -> None:
    """Weights in half precision, offsets, ranks as bytes; the facts beside them as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"member{number}.{name}": value.astype(np.float16)
        for number, member in enumerate(network.members)
        for name, value in member.items()
    }
    arrays["offsets"] = network.offsets.astype(np.float32)
    arrays["ranks"] = np.round(network.ranks * 255).astype(np.uint8)
    save_file(arrays, folder / "forecaster.safetensors")
    (folder / "forecaster.json").write_text(
        json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--enterprises", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--members", type=int, default=3)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--version", default="1")
    parser.add_argument("--parity", type=Path, help="write torch's outputs for the parity test here")
    parser.add_argument(
        "--m3", type=Path, help="m3_monthly csv.gz: also score the architecture on public series"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    begin = time.perf_counter()

    train = make_windows(TRAIN_SEED, options.enterprises, step=2)
    check = make_windows(CHECK_SEED, max(40, options.enterprises // 9), step=4)
    held = make_windows(
        CALIBRATE_SEED, max(80, options.enterprises // 3), step=3, last_year_of=CALIBRATION_END
    )
    test = make_windows(TEST_SEED, max(40, options.enterprises // 4), step=3, last_year_of=END)
    print(
        f"windows: train {len(train.level)} check {len(check.level)} calibrate {len(held.level)} test {len(test.level)}"
    )
    print(f"{time.perf_counter() - begin:.0f}s for data; {spans()}", flush=True)

    data, control = tensors(train), tensors(check)
    models = [
        train_member(seed, data, control, options.epochs, options.batch)
        for seed in range(1, options.members + 1)
    ]
    plain = Network(
        members=tuple(weights_of(model) for model in models),
        offsets=np.zeros((HORIZON, len(QUANTILES)), dtype=np.float32),
        ranks=np.full((1, HORIZON), 0.5, dtype=np.float32),
        version=options.version,
        trained=f"{options.enterprises} fictional enterprises",
    )
    network = calibrate(plain, held)

    labelled = train.purpose >= 0
    majority = (
        int(np.bincount(train.purpose[labelled]).argmax()),
        int(np.bincount(train.term[labelled]).argmax()),
    )
    scores = {
        "flow": flow_scores(network, test),
        "flow_before_calibration_coverage": flow_scores(plain, test)["coverage_p10_p90"],
        "need": need_scores(network, test),
        "labels": label_scores(network, test, majority),
    }
    if options.m3:
        from finetune.forecaster.public_series import score_m3

        scores["m3"] = score_m3(options.m3)
    facts = {
        "version": options.version,
        "trained": plain.trained,
        "horizon": HORIZON,
        "members": options.members,
        "purposes": list(PURPOSES),
        "terms": list(TERMS),
        "quantiles": list(QUANTILES),
        "seconds": round(time.perf_counter() - begin),
        "windows": {"train": len(train.level), "calibrate": len(held.level), "test": len(test.level)},
        "scores": scores,
    }
    export(network, options.out, facts)
    if options.parity:
        options.parity.write_text(json.dumps(parity(models[0], test)) + "\n", encoding="utf-8")
    load_network.cache_clear()
    again = load_network(options.out)
    same = forward(again.members[0], test.monthly[:4], test.static[:4]).quantiles
    drift = np.abs(same - forward(network.members[0], test.monthly[:4], test.static[:4]).quantiles).max()
    print(json.dumps(scores, ensure_ascii=False, indent=1))
    print(
        f"exported to {options.out}, reload difference {drift:.2e}, {time.perf_counter() - begin:.0f}s in all"
    )


if __name__ == "__main__":
    main()
