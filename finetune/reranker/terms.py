"""Term vectors of the re-ranker: `python -m finetune.reranker.terms --data PATH --embed FOLDER --fold N --out terms.npz`.

Late interaction without context: a passage is worth the sum, over the question's pairs of characters, of the greatest cosine with a
pair of the passage, weighed by what the pair counts for. Learned on the questions of all folds but one, each against candidates of
the first stage; starts from the widest dimensions of the embedder's table. Ten minutes on one core.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.encoding.encoder import load_encoder
from assistant.encoding.features import codes
from assistant.retrieval.interaction import BODY_CHARS
from finetune.embedder.collection import read_collection
from finetune.reranker.gather import Judged, fields_of, gather

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--data", type=Path, required=True)
options.add_argument("--embed", type=Path, required=True, help="an embedder trained without the fold")
options.add_argument("--fold", type=int, default=0)
options.add_argument("--out", type=Path, required=True)
options.add_argument("--dim", type=int, default=64)
options.add_argument("--epochs", type=int, default=2)
options.add_argument("--batch", type=int, default=48)
options.add_argument("--wrong", type=int, default=15, help="wrong candidates beside the right one")
options.add_argument("--dropout", type=float, default=0.15, help="share of a question's terms left out")
args = options.parse_args()
LONGEST, ASKED = 200, 32
RATES = (0.01, 0.02, 0.05)
torch.set_num_threads(1)
torch.manual_seed(0)
rng = np.random.default_rng(0)
encoder = load_encoder(args.embed)
pairs = encoder.vocabulary[encoder.vocabulary >= np.uint64(1 << 21)]
start = encoder.table[np.searchsorted(encoder.vocabulary, pairs)]


def rows(texts: list[str], longest: int) -> NDArray[np.int32]:
    """Different pairs of every text, a row a text, filled up with -1."""
    terms, owners = codes(texts)
    place = np.minimum(np.searchsorted(pairs, terms), len(pairs) - 1)
    known = pairs[place] == terms
    place, borders = place[known], np.searchsorted(owners[known], np.arange(len(texts) + 1))
    out = np.full((len(texts), longest), -1, dtype=np.int32)
    for row in range(len(texts)):
        found = np.unique(place[borders[row] : borders[row + 1]])[:longest]
        out[row, : len(found)] = found
    return out


judged = list(gather(args.data, encoder, args.fold, without=True))
fields = fields_of(read_collection(args.data))
needed = sorted({row for one in judged for row in (*one.rows, *one.gold)})
passages = rows([f"{t} {p}\n{text[:BODY_CHARS]}" for t, p, text in (fields[row] for row in needed)], LONGEST)
place_of = {row: place for place, row in enumerate(needed)}
asked = rows([one.question for one in judged], ASKED)
print(f"{len(judged)} questions, {len(needed)} passages", flush=True)

_, axes = np.linalg.eigh(np.cov(start.T))
norms = np.linalg.norm(start, axis=1)
table = torch.nn.Parameter(
    torch.nn.functional.normalize(torch.from_numpy((start @ axes[:, ::-1][:, : args.dim]).astype(np.float32)))
)
counts = np.log(np.expm1(np.maximum(norms / norms.mean(), 0.05)))
weight = torch.nn.Parameter(torch.from_numpy(counts.astype(np.float32)))
sharpness = torch.nn.Parameter(torch.tensor(6.0))
optimizer = torch.optim.Adam(
    [{"params": [one], "lr": rate} for one, rate in zip((table, weight, sharpness), RATES, strict=True)],
    betas=(0.9, 0.99),
)


def alike(question: torch.Tensor, candidates: torch.Tensor) -> torch.Tensor:
    """Likeness of each question `(batch, ASKED)` to each of its candidates `(batch, n, LONGEST)`."""
    batch, count, longest = candidates.shape
    left = torch.nn.functional.normalize(table[question.clamp(min=0)], dim=-1)
    right = torch.nn.functional.normalize(table[candidates.clamp(min=0).reshape(batch, -1)], dim=-1)
    cosines = torch.bmm(left, right.transpose(1, 2)).reshape(batch, ASKED, count, longest)
    best = cosines.masked_fill((candidates < 0)[:, None], -1.0).max(-1).values.clamp(min=0)
    share = torch.nn.functional.softplus(weight[question.clamp(min=0)]) * (question >= 0)
    share = share * (torch.rand_like(share) >= args.dropout)
    share = share / share.sum(1, keepdim=True).clamp(min=1e-3)
    return (best * share[:, :, None]).sum(1)


def drawn(one: Judged) -> list[int]:
    """A right passage and wrong ones, those that the first stage likes best drawn most often."""
    wrong = [row for row in one.rows if row not in one.gold]
    chance = 1 / (3 + np.arange(len(wrong)))
    picked = rng.choice(wrong, min(args.wrong, len(wrong)), replace=False, p=chance / chance.sum())
    return [int(rng.choice(one.gold)), *picked.tolist()]


began, per_epoch = time.time(), len(judged) // args.batch
for step in range(args.epochs * per_epoch):
    if step % per_epoch == 0:
        order = rng.permutation(len(judged))
    for group, rate in zip(optimizer.param_groups, RATES, strict=True):
        group["lr"] = rate * (1 - step / (args.epochs * per_epoch))
    chosen = order[step % per_epoch * args.batch :][: args.batch]
    block = np.full((args.batch, args.wrong + 1, LONGEST), -1, dtype=np.int32)
    for line, index in enumerate(chosen):
        found = drawn(judged[index])
        block[line, : len(found)] = passages[[place_of[row] for row in found]]
    candidates = torch.from_numpy(block).long()
    scores = alike(torch.from_numpy(asked[chosen]).long(), candidates)
    scores = scores * 3 * torch.nn.functional.softplus(sharpness)
    scores = scores.masked_fill((candidates < 0).all(-1), -1e4)
    loss = torch.nn.functional.cross_entropy(scores, torch.zeros(args.batch, dtype=torch.long))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"{time.time() - began:5.0f} s  step {step} loss {float(loss.detach()):.3f}", flush=True)
directions = torch.nn.functional.normalize(table.detach()).numpy()
scale = np.abs(directions).max(axis=1) / 127
np.savez(
    args.out,
    terms=pairs,
    table=np.round(directions / scale[:, None]).astype(np.int8),
    weight=torch.nn.functional.softplus(weight.detach()).numpy(),
)
print(f"written to {args.out}")
