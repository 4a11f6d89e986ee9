"""Train bagui-embed: `python -m finetune.embedder.train --data PATH [--out assistant/models/embed]`.

A table of vectors for characters and character pairs, trained by in-batch contrast on one core in about a
quarter of an hour: first on pairs cut from law texts, then on questions with mined hard negatives. What ships is the
running average of the table over the question steps. `--start FILE` keeps the table after the pairs, for further runs.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from assistant.retrieval.encoder import StaticEncoder, bags
from assistant.retrieval.features import codes
from finetune.embedder import pairs

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--data", type=Path, required=True)
options.add_argument("--out", type=Path, default=Path("assistant/models/embed"))
options.add_argument("--terms", type=int, default=28_000)
options.add_argument("--dim", type=int, default=256)
options.add_argument("--batch", type=int, default=1024)
options.add_argument("--steps", type=int, default=400)
options.add_argument("--question-steps", type=int, default=200)
options.add_argument("--rate", type=float, default=0.01)
options.add_argument("--temperature", type=float, default=0.05)
options.add_argument("--version", default="1")
options.add_argument("--average", type=float, default=0.97, help="decay of the running average; 0 for none")
options.add_argument(
    "--start", type=Path, help="table after the general pairs: read if it is there, else written"
)
options.add_argument("--seed", type=int, default=7)
options.add_argument(
    "--fold", type=int, default=0, help="which fifth of the questions is kept back to tune on"
)
options.add_argument(
    "--all-questions", action="store_true", help="the final run: keep no questions back to tune on"
)
args = options.parse_args()
rng = random.Random(args.seed)
torch.manual_seed(args.seed)
began = time.time()


def log(text: str) -> None:
    print(f"{time.time() - began:7.0f} s  {text}", flush=True)


# ---- texts
corpus = pairs.stard_corpus(args.data)
asked = pairs.questions(args.data / "stard" / "train.jsonl.gz")
training = [question for question in asked if args.all_questions or pairs.fold(question) != args.fold]
tuning = [question for question in asked if pairs.fold(question) == args.fold]
from_questions = [(question.text, corpus[gold]) for question in training for gold in question.gold]
general = [
    *pairs.article_pairs(corpus, rng),
    *pairs.chapter_pairs(args.data),
    *pairs.neighbour_pairs(args.data, rng),
    *pairs.colloquial_pairs(corpus, rng),
    *list(pairs.general_pairs(args.data)) * 3,
]
own = [
    *pairs.glossary_pairs(),
    *pairs.builtin_pairs(rng),
    *pairs.builtin_pairs(rng),
    *pairs.builtin_pairs(rng),
]
general += own * 3
rng.shuffle(general)
log(
    f"{len(general)} general pairs ({len(own)} own), {len(from_questions)} from {len(training)} questions, {len(tuning)} to tune"
)

# ---- vocabulary: the most frequent terms, questions counted tenfold; weight by rarity
started = dict(np.load(args.start)) if args.start is not None and args.start.exists() else {}
if started:
    vocabulary, rarity = started["vocabulary"], started["rarity"]
else:
    sample = rng.sample(corpus, 40_000) + [
        text[:300] for pair in rng.sample(general, 40_000) for text in pair
    ]
    counted: dict[int, int] = {}
    for start in range(0, len(sample), 10_000):
        terms, owners = codes(sample[start : start + 10_000])
        unique = np.unique(np.stack([terms, owners.astype(np.uint64)]), axis=1)[0]
        for term, count in zip(*np.unique(unique, return_counts=True), strict=True):
            counted[int(term)] = counted.get(int(term), 0) + int(count)
    terms, _ = codes([question.text for question in (asked if args.start else training)])
    for term in terms.tolist():
        counted[term] = counted.get(term, 0) + 10
    chosen = sorted(counted, key=lambda term: -counted[term])[: args.terms]
    vocabulary = np.sort(np.array(chosen, dtype=np.uint64))
    often = np.array([counted[int(term)] for term in vocabulary])
    rarity = np.log(len(sample) / often).clip(0.3).astype(np.float32)
log(f"{len(vocabulary)} terms kept")

# ---- model: rows start as random directions as long as the term is rare (a random projection of tf-idf)
table = torch.nn.Parameter(
    torch.randn(len(vocabulary), args.dim) * torch.from_numpy(rarity)[:, None] / args.dim**0.5
)
optimizer = torch.optim.Adam([table], lr=args.rate, betas=(0.9, 0.99))
mean: torch.Tensor | None = None


def vectors(texts: list[str]) -> torch.Tensor:
    rows, owners, weights = bags(texts, vocabulary)
    offsets = np.searchsorted(owners, np.arange(len(texts)))
    summed = torch.nn.functional.embedding_bag(
        torch.from_numpy(rows),
        table,
        torch.from_numpy(offsets),
        mode="sum",
        per_sample_weights=torch.from_numpy(weights),
    )
    return torch.nn.functional.normalize(summed, dim=-1)


def step(questions: list[str], passages: list[str], hard: list[str], gold: torch.Tensor | None) -> float:
    """One step of in-batch contrast; `gold` masks other right answers of the same question."""
    asked_vectors = vectors(questions)
    likeness = asked_vectors @ vectors(passages + hard).T / args.temperature
    if gold is not None:
        likeness = likeness.masked_fill(gold, -1e4)
    targets = torch.arange(len(questions))
    loss = torch.nn.functional.cross_entropy(likeness, targets)
    loss = loss + 0.5 * torch.nn.functional.cross_entropy(likeness[:, : len(questions)].T, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def encoder() -> StaticEncoder:
    return StaticEncoder(vocabulary, (table.detach() if mean is None else mean).numpy(), "training")


def top(questions: list[pairs.Question], k: int) -> np.ndarray:
    model = encoder()
    found = model.encode([question.text for question in questions]) @ model.encode(corpus).T
    best = np.argpartition(-found, k, axis=1)[:, :k]
    return np.take_along_axis(best, np.argsort(-np.take_along_axis(found, best, 1), axis=1), 1)


def report(name: str) -> None:
    if args.all_questions:
        return
    best = top(tuning, 100)
    recall = {
        k: np.mean([len({*row[:k]} & {*q.gold}) / len(q.gold) for row, q in zip(best, tuning, strict=True)])
        for k in (10, 100)
    }
    log(f"{name}: held-out questions R@10 {recall[10]:.3f} R@100 {recall[100]:.3f}")


total = args.steps + args.question_steps
if started:
    table.data = torch.from_numpy(started["table"])
for index in range(0 if started else args.steps):
    for group in optimizer.param_groups:
        group["lr"] = args.rate * min((index + 1) / 30, 1 - index / total)
    start = index * args.batch % (len(general) - args.batch)
    batch = general[start : start + args.batch]
    loss = step([a for a, _ in batch], [b[:300] for _, b in batch], [], None)
    if index % 50 == 0:
        log(f"step {index} loss {loss:.3f}")
if args.start is not None and not started:
    np.savez(args.start, vocabulary=vocabulary, rarity=rarity, table=table.detach().numpy())
report("after general pairs")

# ---- questions with hard negatives: what the model itself takes for an answer
mined = top(training, 60)
gold_of = [set(question.gold) for question in training]
hard_of = [[int(i) for i in row if int(i) not in gold] for row, gold in zip(mined, gold_of, strict=True)]
mean = table.detach().clone() if args.average else None
for index in range(args.question_steps):
    for group in optimizer.param_groups:
        group["lr"] = args.rate * (1 - (args.steps + index) / total)
    picked = rng.sample(range(len(training)), 192)
    golds = [rng.choice(training[i].gold) for i in picked]
    hard = [rng.choice(hard_of[i]) for i in picked for _ in range(2)]
    background = rng.sample(general, args.batch // 4) + rng.sample(own, args.batch // 4)
    ids = [*golds, *([-1] * len(background)), *hard]
    gold = torch.zeros(len(picked) + len(background), len(ids), dtype=torch.bool)
    for row, question in enumerate(picked):
        for column, article in enumerate(ids):
            gold[row, column] = column != row and article in gold_of[question]
    loss = step(
        [training[i].text for i in picked] + [a for a, _ in background],
        [corpus[i][:300] for i in golds] + [b[:300] for _, b in background],
        [corpus[i][:300] for i in hard],
        gold,
    )
    if mean is not None:
        mean.lerp_(table.detach(), 1 - args.average)
    if index % 50 == 0:
        log(f"question step {index} loss {loss:.3f}")
report("after questions")

# ---- ship: int8 with one scale a row
learned = (table.detach() if mean is None else mean).numpy()
scale = np.abs(learned).max(axis=1) / 127
args.out.mkdir(parents=True, exist_ok=True)
save_file(
    {
        "terms": vocabulary,
        "table": np.round(learned / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
    },
    args.out / "model.safetensors",
)
(args.out / "config.json").write_text(
    json.dumps({"name": "bagui-embed", "version": args.version, "kind": "static", "pairs": "uni+bigram"})
    + "\n"
)
log(f"written to {args.out}")
