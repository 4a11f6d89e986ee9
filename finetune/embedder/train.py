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

from assistant.encoding.encoder import StaticEncoder, bags
from assistant.encoding.features import codes
from finetune.embedder import pairs
from finetune.embedder.collection import read_collection
from finetune.embedder.questions import Question, read_questions

# Of each batch, questions by where they come from; of 1,010, 7,500 and 1,500.
SHARES = {"stard": 96, "law": 176, "builtin": 64}
QUESTION_COUNTS = 4  # a term of a question counts so often where the vocabulary is chosen
NEAR_COPY = 0.9

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--data", type=Path, required=True)
options.add_argument("--out", type=Path, default=Path("assistant/models/embed"))
options.add_argument("--terms", type=int, default=28_000)
options.add_argument("--dim", type=int, default=256)
options.add_argument("--batch", type=int, default=1024)
options.add_argument("--steps", type=int, default=400)
options.add_argument("--question-steps", type=int, default=600)
options.add_argument("--mine-every", type=int, default=200, help="question steps between two minings")
options.add_argument("--rate", type=float, default=0.01)
options.add_argument("--temperature", type=float, default=0.05)
options.add_argument(
    "--dropout", type=float, default=0.3, help="share of a text's terms left out in question steps"
)
options.add_argument("--version", default="2")
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
collection = read_collection(args.data)
corpus, articles = collection.texts, collection.texts[: collection.articles]
asked = read_questions(args.data, collection)
training = [question for question in asked if args.all_questions or question.fold != args.fold]
tuning = [question for question in asked if question.fold == args.fold]
general = [
    *pairs.article_pairs(articles, rng),
    *pairs.chapter_pairs(args.data),
    *pairs.neighbour_pairs(args.data, rng),
    *pairs.colloquial_pairs(articles, rng),
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
log(f"{len(general)} general pairs ({len(own)} own), {len(training)} questions, {len(tuning)} to tune")

# ---- vocabulary: the most frequent terms, questions counted tenfold; weight by rarity
started = dict(np.load(args.start)) if args.start is not None and args.start.exists() else {}
if started:
    vocabulary, rarity = started["vocabulary"], started["rarity"]
else:
    sample = rng.sample(articles, 40_000) + [
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
        counted[term] = counted.get(term, 0) + QUESTION_COUNTS
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


def vectors(texts: list[str], dropout: float = 0.0) -> torch.Tensor:
    rows, owners, weights = bags(texts, vocabulary)
    if dropout:
        kept = np.random.default_rng(rng.getrandbits(32)).random(len(rows)) >= dropout
        rows, owners, weights = rows[kept], owners[kept], weights[kept]
    offsets = np.searchsorted(owners, np.arange(len(texts)))
    summed = torch.nn.functional.embedding_bag(
        torch.from_numpy(rows),
        table,
        torch.from_numpy(offsets),
        mode="sum",
        per_sample_weights=torch.from_numpy(weights),
    )
    return torch.nn.functional.normalize(summed, dim=-1)


def step(
    questions: list[str],
    passages: list[str],
    hard: list[str],
    gold: torch.Tensor | None,
    dropout: float = 0.0,
) -> float:
    """One step of in-batch contrast; `gold` masks other right answers of the same question."""
    asked_vectors = vectors(questions, dropout)
    likeness = asked_vectors @ vectors(passages + hard, dropout).T / args.temperature
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


def top(questions: list[Question], k: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the `k` nearest texts of each question, nearest first, and the vectors of all texts."""
    model = encoder()
    vectors = model.encode(corpus)
    asked_vectors = model.encode([question.text for question in questions])
    rows = []
    for start in range(0, len(questions), 512):
        found = asked_vectors[start : start + 512] @ vectors.T
        best = np.argpartition(-found, k, axis=1)[:, :k]
        rows.append(np.take_along_axis(best, np.argsort(-np.take_along_axis(found, best, 1), axis=1), 1))
    return np.concatenate(rows), vectors


def report(name: str) -> None:
    if args.all_questions:
        return
    best, _ = top(tuning, 100)
    for source in SHARES:
        recall = {
            k: np.mean(
                [
                    len({*row[:k]} & {*question.gold}) / len(question.gold)
                    for row, question in zip(best, tuning, strict=True)
                    if question.source == source
                ]
            )
            for k in (5, 10, 100)
        }
        log(f"{name}: held out of {source}: " + " ".join(f"R@{k} {r:.3f}" for k, r in recall.items()))


def mine(questions: list[Question]) -> list[list[int]]:
    """For each question what the model itself takes for an answer and is none; near copies of the answer are left out."""
    best, vectors = top(questions, 60)
    kept = []
    for row, question in zip(best, questions, strict=True):
        copies = (vectors[row] @ vectors[list(question.gold)].T).max(axis=1) > NEAR_COPY
        kept.append(
            [int(i) for i, copy in zip(row, copies, strict=True) if not copy and i not in question.gold]
        )
    return kept


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

# ---- questions with hard negatives
by_source = {
    source: [i for i, question in enumerate(training) if question.source == source] for source in SHARES
}
gold_of = [set(question.gold) for question in training]
hard_of: list[list[int]] = []
mean = table.detach().clone() if args.average else None
for index in range(args.question_steps):
    if index % args.mine_every == 0:
        hard_of = mine(training)
        report(f"question step {index}")
    for group in optimizer.param_groups:
        group["lr"] = args.rate * (1 - (args.steps + index) / total)
    picked = [i for source, share in SHARES.items() for i in rng.sample(by_source[source], share)]
    golds = [rng.choice(training[i].gold) for i in picked]
    hard = [rng.choice(hard_of[i]) for i in picked for _ in range(2)]
    background = rng.sample(general, args.batch // 8) + rng.sample(own, args.batch // 8)
    ids = [*golds, *([-1] * len(background)), *hard]
    also = [
        (row, column)
        for row, question in enumerate(picked)
        for column, article in enumerate(ids)
        if column != row and article in gold_of[question]
    ]
    gold = torch.zeros(len(picked) + len(background), len(ids), dtype=torch.bool)
    if also:
        gold[tuple(torch.tensor(also).T)] = True
    loss = step(
        [training[i].text for i in picked] + [a for a, _ in background],
        [corpus[i][:300] for i in golds] + [b[:300] for _, b in background],
        [corpus[i][:300] for i in hard],
        gold,
        args.dropout,
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
