"""Train bagui-rerank: `python -m finetune.reranker.train --data PATH --embed FOLDER --terms terms.npz [--fold N]`.

Features of the questions of one fold, which neither the embedder in FOLDER nor the term vectors have seen. Prints five-fold
cross-validation over passages beside the first stage, then trains on the whole fold and writes the re-ranker, which serves
once `finetune.reranker.certainty` has added how sure it is.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from assistant.encoding.encoder import load_encoder
from assistant.retrieval.interaction import NAMES, Interaction
from assistant.retrieval.reranker import FARTHEST, judged
from finetune.reranker.gather import Judged, gather

WEIGHTS = {"stard": 1.0, "law": 2.0, "builtin": 1.0, "mixed": 1.0, "quote_law": 0.5, "quote_builtin": 0.5}
FUSED = NAMES.index("fused")
options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--data", type=Path, required=True)
options.add_argument("--embed", type=Path, required=True, help="an embedder trained without the fold")
options.add_argument("--terms", type=Path, required=True, help="what finetune.reranker.terms wrote")
options.add_argument("--fold", type=int, default=0)
options.add_argument("--out", type=Path, default=Path("assistant/models/rerank"))
options.add_argument("--hidden", type=int, default=8)
options.add_argument("--steps", type=int, default=150)
options.add_argument("--rate", type=float, default=0.015)
options.add_argument("--seeds", type=int, default=2, help="networks whose mean ships")
options.add_argument("--version", default="2")
args = options.parse_args()
torch.set_num_threads(1)
encoder = load_encoder(args.embed)
terms = dict(np.load(args.terms))
interaction = Interaction(terms["terms"], terms["table"].astype(np.float32), terms["weight"], encoder)
asked = list(gather(args.data, encoder, args.fold))
features = [interaction.features(one.question, one.candidates) for one in asked]
print(f"{len(asked)} questions", flush=True)
Network = dict[str, NDArray[np.float32]]


def trained(chosen: list[int], seed: int) -> Network:
    """Listwise: the softmax over a question's candidates should lie on the right ones. Starts as the first stage's order."""
    torch.manual_seed(seed)
    chosen = [index for index in chosen if asked[index].right.any()]
    everything = np.concatenate([features[index] for index in chosen])
    mean, spread = everything.mean(0), everything.std(0) + 1e-6
    longest = max(len(features[index]) for index in chosen)
    inputs = torch.zeros(len(chosen), longest, len(NAMES))
    target = torch.zeros(len(chosen), longest)
    empty = torch.ones(len(chosen), longest, dtype=torch.bool)
    for line, index in enumerate(chosen):
        size = len(features[index])
        inputs[line, :size] = torch.from_numpy(
            np.clip((features[index] - mean) / spread, -FARTHEST, FARTHEST)
        )
        target[line, :size] = torch.from_numpy(asked[index].right / asked[index].right.sum())
        empty[line, :size] = False
    sources = [asked[index].source for index in chosen]
    weight = torch.tensor([WEIGHTS[source] / sources.count(source) for source in sources])
    first = torch.nn.Parameter(torch.randn(len(NAMES), args.hidden) * 0.1)
    first_bias = torch.nn.Parameter(torch.zeros(args.hidden))
    second = torch.nn.Parameter(torch.zeros(args.hidden))
    direct = torch.nn.Parameter(torch.nn.functional.one_hot(torch.tensor(FUSED), len(NAMES)).float())
    optimizer = torch.optim.AdamW([first, first_bias, second, direct], lr=args.rate, weight_decay=0.01)
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


def fit(chosen: list[int]) -> Network:
    """Several networks over the same inputs as one whose output is their mean."""
    models = [trained(chosen, seed) for seed in range(args.seeds)]
    return {
        "mean": models[0]["mean"],
        "spread": models[0]["spread"],
        "first": np.concatenate([one["first"] for one in models], axis=1),
        "first_bias": np.concatenate([one["first_bias"] for one in models]),
        "second": np.concatenate([one["second"] for one in models]) / len(models),
        "direct": np.mean([one["direct"] for one in models], axis=0),
    }


def worth(one: Judged, scores: NDArray[np.float32]) -> tuple[float, float, float, float]:
    """Share of the right ones among 5 and 10, reciprocal rank within 10, whether the first is right."""
    right = one.right[np.argsort(-scores, kind="stable")]
    place = int(np.argmax(right)) if right.any() else 99
    return (
        right[:5].sum() / one.golds,
        right[:10].sum() / one.golds,
        1 / (place + 1) if place < 10 else 0.0,
        float(place == 0),
    )


# ---- what it is worth: parted by passage
part = [int(random.Random(f"x{min(one.gold)}").random() * 5) for one in asked]
before = np.array([worth(one, rows[:, FUSED]) for one, rows in zip(asked, features, strict=True)])
after = np.zeros_like(before)
for left_out in range(5):
    network = fit([index for index in range(len(asked)) if part[index] != left_out])
    for index in (index for index in range(len(asked)) if part[index] == left_out):
        after[index] = worth(asked[index], judged(network, features[index]))
for source in WEIGHTS:
    own = [index for index, one in enumerate(asked) if one.source == source]
    error = (after[own] - before[own]).std(axis=0) / len(own) ** 0.5
    print(f"{source} ({len(own)})")
    for name, b, a, e in zip(
        ("R@5", "R@10", "MRR@10", "first"), before[own].mean(0), after[own].mean(0), error, strict=True
    ):
        print(f"  {name:<7} {b:.3f} -> {a:.3f}  ({a - b:+.3f}, standard error {e:.3f})", flush=True)
    lost = sum(before[index, 3] > after[index, 3] for index in own)
    won = sum(before[index, 3] < after[index, 3] for index in own)
    print(f"  first place lost {lost}, won {won}")

# ---- ship
args.out.mkdir(parents=True, exist_ok=True)
tensors = {
    name: np.ascontiguousarray(value, dtype=np.float32) for name, value in fit([*range(len(asked))]).items()
}
save_file({**terms, **tensors}, args.out / "model.safetensors")
config = {"name": "bagui-rerank", "version": args.version, "features": list(NAMES)}
(args.out / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
print(f"written to {args.out}")
