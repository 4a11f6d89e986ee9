"""Train bagui-rerank: `python -m finetune.reranker.train --data PATH --fold 0=FOLDER --fold 1=FOLDER ...`.

Each FOLDER holds an embedder that was trained without that fifth of the STARD training questions
(`finetune.embedder.train --fold N`), so that no feature has seen its answer. Our own questions weigh a third of them.
Prints five-fold cross-validation, the STARD dev questions once, and writes the network.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from assistant.retrieval.encoder import StaticEncoder, load_encoder, shipped_encoder
from assistant.retrieval.interaction import NAMES
from assistant.retrieval.reranker import SHARE, FeatureReranker
from finetune.embedder.pairs import fold, questions
from finetune.reranker.gather import Judged, of_builtin, of_stard, stard_index

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--data", type=Path, required=True)
options.add_argument("--fold", action="append", required=True, metavar="N=FOLDER")
options.add_argument("--out", type=Path, default=Path("assistant/models/rerank"))
options.add_argument("--hidden", type=int, default=12)
options.add_argument("--steps", type=int, default=300)
options.add_argument("--rate", type=float, default=0.01)
options.add_argument("--decay", type=float, default=0.01)
options.add_argument("--own", type=float, default=0.3, help="weight of our own questions beside STARD's")
options.add_argument("--version", default="1")
args = options.parse_args()
torch.set_num_threads(1)
FUSED = NAMES.index("fused")


# ---- questions and their candidates
def static(folder: str) -> StaticEncoder:
    return load_encoder(Path(folder))


stard: list[Judged] = []
asked = questions(args.data / "stard" / "train.jsonl.gz")
with tempfile.TemporaryDirectory() as scratch:
    index = stard_index(args.data, Path(scratch) / "terms.sqlite")
    for option in args.fold:
        number, _, folder = option.partition("=")
        own = [question for question in asked if fold(question) == int(number)]
        stard += of_stard(args.data, index, static(folder), own)
        print(f"{len(stard)} questions of STARD", flush=True)
    dev = list(of_stard(args.data, index, shipped_encoder(), questions(args.data / "stard" / "dev.jsonl.gz")))
    index.close()
builtin = asyncio.run(of_builtin(shipped_encoder()))
print(f"{len(builtin)} questions of our own", flush=True)


# ---- a network with one hidden layer beside a direct path that begins as the first stage's order
def train(judged: list[Judged], seed: int) -> dict[str, np.ndarray]:
    """Listwise: the softmax over a question's candidates should lie on the right ones."""
    torch.manual_seed(seed)
    everything = np.concatenate([one.features for one in judged])
    mean, spread = everything.mean(0), everything.std(0) + 1e-6
    kept = [one for one in judged if one.right.any()]
    longest = max(len(one.right) for one in kept)
    inputs = torch.zeros(len(kept), longest, len(NAMES))
    target = torch.zeros(len(kept), longest)
    empty = torch.ones(len(kept), longest, dtype=torch.bool)
    for row, one in enumerate(kept):
        inputs[row, : len(one.right)] = torch.from_numpy((one.features - mean) / spread)
        target[row, : len(one.right)] = torch.from_numpy(one.right / one.right.sum())
        empty[row, : len(one.right)] = False
    ours = torch.tensor([one.own for one in kept])
    weight = torch.ones(len(kept))
    weight[ours] = args.own * float((~ours).sum()) / max(1.0, float(ours.sum()))
    first = torch.nn.Parameter(torch.randn(len(NAMES), args.hidden) * 0.1)
    first_bias = torch.nn.Parameter(torch.zeros(args.hidden))
    second = torch.nn.Parameter(torch.zeros(args.hidden))
    direct = torch.zeros(len(NAMES))
    direct[FUSED] = 1.0
    direct = torch.nn.Parameter(direct)
    optimizer = torch.optim.AdamW([first, first_bias, second, direct], lr=args.rate, weight_decay=args.decay)
    for step in range(args.steps):
        for group in optimizer.param_groups:
            group["lr"] = args.rate * (1 - step / args.steps)
        logits = torch.tanh(inputs @ first + first_bias) @ second + inputs @ direct
        chances = torch.log_softmax(logits.masked_fill(empty, -1e4), 1)
        loss = -((target * chances).sum(1) * weight).sum() / weight.sum() + 1e-3 * (direct**2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "mean": mean,
        "spread": spread,
        "first": first.detach().numpy(),
        "first_bias": first_bias.detach().numpy(),
        "second": second.detach().numpy(),
        "direct": direct.detach().numpy(),
    }


def joined(models: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Several networks over the same inputs as one whose output is their mean."""
    return {
        "mean": models[0]["mean"],
        "spread": models[0]["spread"],
        "first": np.concatenate([m["first"] for m in models], axis=1),
        "first_bias": np.concatenate([m["first_bias"] for m in models]),
        "second": np.concatenate([m["second"] for m in models]) / len(models),
        "direct": np.mean([m["direct"] for m in models], axis=0),
    }


def fit(judged: list[Judged]) -> dict[str, np.ndarray]:
    return joined([train(judged, seed) for seed in range(3)])


# ---- what it is worth
def measured(judged: list[Judged], model: dict[str, np.ndarray] | None) -> np.ndarray:
    """Recall among ten, reciprocal rank within ten, first one right; means over questions."""
    rows = []
    for one in judged:
        order = one.features[:, FUSED]
        if model is not None:
            order = FeatureReranker.blend(model, one.features)
        right = one.right[np.argsort(-(order + one.boost) * one.factor, kind="stable")]
        first = int(np.argmax(right)) if right.any() else 99
        rows.append((right[:10].sum() / one.golds, 1 / (first + 1) if first < 10 else 0.0, first == 0))
    return np.mean(rows, axis=0)


def line(name: str, figures: np.ndarray) -> None:
    print(f"{name:<34} R@10 {figures[0]:.3f}  MRR@10 {figures[1]:.3f}  first {figures[2]:.3f}", flush=True)


for name, group in (("STARD, held out", stard), ("our own", builtin)):
    line(f"{name}, first stage", measured(group, None))
held: dict[str, list[np.ndarray]] = {"stard": [], "own": []}
for part in range(5):
    model = fit(
        [one for n, one in enumerate(stard) if n % 5 != part]
        + [one for n, one in enumerate(builtin) if n % 5 != part]
    )
    held["stard"].append(measured(stard[part::5], model) * len(stard[part::5]))
    held["own"].append(measured(builtin[part::5], model) * len(builtin[part::5]))
line(f"STARD, cross-validated, share {SHARE}", np.sum(held["stard"], axis=0) / len(stard))
line(f"our own, cross-validated, share {SHARE}", np.sum(held["own"], axis=0) / len(builtin))
final = fit(stard + builtin)
line("STARD dev, first stage", measured(dev, None))
line("STARD dev, re-ranked", measured(dev, final))

# ---- ship
args.out.mkdir(parents=True, exist_ok=True)
save_file(
    {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in final.items()},
    args.out / "model.safetensors",
)
config = {
    "name": "bagui-rerank",
    "version": args.version,
    "features": list(NAMES),
    "embedder": shipped_encoder().name,
}
(args.out / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
print(f"written to {args.out}")
