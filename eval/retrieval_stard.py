"""Statute retrieval with layperson questions: `python -m eval.retrieval_stard --data PATH [--embed FOLDER]`.

STARD dev questions over its article collection: text index alone, dense alone, fused, and re-ranked (by the shipped re-ranker, or
the cross-encoder that `--reranker` names), with bootstrap intervals. The fusion weight is the program's own, or with `--choose-weight` that of five-fold
cross-validation on questions kept from training.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.encoding.encoder import SHIPPED, load_encoder
from assistant.question.asking import substance
from assistant.retrieval.found import RERANKED
from assistant.retrieval.fusion import Weights, fuse, scaled
from assistant.retrieval.interaction import Candidate
from assistant.retrieval.reranker import Reranker, reranker_for
from assistant.retrieval.text_index import TextEntry, TextIndex

TUNE_SHARE = 0.2
CANDIDATES = 200
_ARTICLE = re.compile(r"(.*?)(第[一二三四五六七八九十百千零]+条.*)$")
GRID = tuple(round(step * 0.05, 2) for step in range(21))


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the articles that answer it."""

    id: int
    text: str
    gold: frozenset[int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over questions: share of gold found among the first 10 and 100, reciprocal rank within 10."""

    recall_10: float
    recall_100: float
    mrr_10: float

    def __str__(self) -> str:
        return f"R@10 {self.recall_10:.3f}  MRR@10 {self.mrr_10:.3f}  R@100 {self.recall_100:.3f}"


def intervals(orders: Sequence[Sequence[int]], questions: Sequence[Question], rounds: int = 2_000) -> str:
    """The three figures, each with the middle 95 % of as many means over questions drawn with replacement."""
    each = np.array(
        [
            (f.recall_10, f.mrr_10, f.recall_100)
            for f in (figures([order], [q]) for order, q in zip(orders, questions, strict=True))
        ]
    )
    drawn = np.random.default_rng(0).integers(0, len(each), (rounds, len(each)))
    low, high = np.percentile(each[drawn].mean(axis=1), (2.5, 97.5), axis=0)
    cells = zip(("R@10", "MRR@10", "R@100"), each.mean(axis=0), low, high, strict=True)
    return "  ".join(f"{name} {mean:.3f} [{a:.3f}, {b:.3f}]" for name, mean, a, b in cells)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that either index found for a question, with both scores and the cosine with what it is about."""

    rows: NDArray[np.int64]
    lexical: NDArray[np.float32]
    dense: NDArray[np.float32]
    likeness: NDArray[np.float32]

    def order(self, weight: float) -> list[int]:
        return self.rows[np.argsort(-fuse(self.lexical, self.dense, weight), kind="stable")].tolist()


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as source:
        for line in source:
            yield json.loads(line)


def read_questions(path: Path) -> list[Question]:
    return [Question(row["query_id"], row["query"], frozenset(row["gold"])) for row in lines(path)]


def held_out(question: Question) -> bool:
    """The fifth of the training questions that the embedder is not trained on."""
    return random.Random(question.id).random() < TUNE_SHARE  # noqa: S311 - a fixed split


def figures(orders: Sequence[Sequence[int]], questions: Sequence[Question]) -> Figures:
    recall_10, recall_100, ranks = [], [], []
    for order, question in zip(orders, questions, strict=True):
        recall_10.append(len(question.gold & {*order[:10]}) / len(question.gold))
        recall_100.append(len(question.gold & {*order[:100]}) / len(question.gold))
        first = next((place for place, row in enumerate(order[:10], 1) if row in question.gold), 0)
        ranks.append(1 / first if first else 0.0)
    return Figures(float(np.mean(recall_10)), float(np.mean(recall_100)), float(np.mean(ranks)))


def build_text_index(path: Path, corpus: Sequence[dict[str, Any]]) -> TextIndex:
    index = TextIndex(path)
    index.create()
    index.add(
        (
            TextEntry(row, str(row), "knowledge", article["name"], article["text"])
            for row, article in enumerate(corpus)
        ),
        {},
    )
    return index


def cross_validated(candidates: Sequence[Candidates], questions: Sequence[Question], folds: int = 5) -> float:
    """The mean of the weights that are best on R@10 with each fold left out."""
    parts = [list(range(fold, len(questions), folds)) for fold in range(folds)]
    best: list[float] = []
    for left_out in parts:
        kept = [index for index in range(len(questions)) if index not in set(left_out)]
        asked = [questions[index] for index in kept]
        scored = [
            (figures([candidates[i].order(weight) for i in kept], asked).recall_10, weight) for weight in GRID
        ]
        top = max(score for score, _ in scored)
        best.append(float(np.mean([weight for score, weight in scored if score >= top - 1e-9])))
    return round(float(np.mean(best)), 2)


def reordered(
    reranker: Reranker, question: Question, found: Candidates, weight: float, corpus: Sequence[dict[str, Any]]
) -> list[int]:
    """The fused order with its first fifty as the re-ranker puts them."""
    order = found.order(weight)
    lexical, fused = scaled(found.lexical), fuse(found.lexical, found.dense, weight)
    candidates = []
    for place in np.argsort(-fused, kind="stable")[:RERANKED].tolist():
        article = corpus[int(found.rows[place])]
        named = _ARTICLE.match(article["name"])
        title, number = (named[1], named[2]) if named else (article["name"], "")
        scores = (float(one[place]) for one in (lexical, fused, found.dense, found.likeness))
        candidates.append(Candidate(title, number, article["text"], *scores))
    first = np.argsort(-reranker.judge(question.text, candidates).order, kind="stable")
    return [*(order[place] for place in first.tolist()), *order[RERANKED:]]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="folder that holds stard/")
    options.add_argument("--embed", type=Path, default=SHIPPED, help="encoder to measure")
    options.add_argument(
        "--choose-weight",
        action="store_true",
        help="cross-validate the weight; only for an encoder trained without --all-questions",
    )
    options.add_argument("--reranker", help="folder of a cross-encoder to measure instead of the shipped one")
    options.add_argument("--json", type=Path, help="write the figures here")
    args = options.parse_args()
    stard: Path = args.data / "stard"
    corpus = list(lines(stard / "corpus.jsonl.gz"))
    tuning = [q for q in read_questions(stard / "train.jsonl.gz") if held_out(q)]
    dev = read_questions(stard / "dev.jsonl.gz")
    encoder = load_encoder(args.embed)
    reranker = reranker_for(encoder, args.reranker)
    began = time.time()
    vectors = encoder.encode([f"{article['name']} {article['text']}" for article in corpus])
    print(f"{encoder.name}: {len(corpus) / (time.time() - began):.0f} articles/s encoded")
    with tempfile.TemporaryDirectory() as folder:
        began = time.time()
        index = build_text_index(Path(folder) / "terms.sqlite", corpus)
        print(f"text index: {len(corpus) / (time.time() - began):.0f} articles/s indexed")
        report: dict[str, Any] = {"encoder": encoder.name, "articles": len(corpus)}
        spent: list[float] = []

        def gather(question: Question) -> Candidates:
            start = time.perf_counter()
            vector, bearing = encoder.encode([question.text, substance(question.text)])
            terms = index.query_terms(question.text, "knowledge")
            found, scores = index.search(terms, "knowledge", CANDIDATES)
            likeness = vectors @ vector
            near = np.argpartition(-likeness, CANDIDATES)[:CANDIDATES]
            held = dict(zip(found, scores, strict=True))
            rows = np.array(sorted({*found, *near.tolist()}), dtype=np.int64)
            spent.append(time.perf_counter() - start)
            lexical = np.array([held.get(row, 0.0) for row in rows.tolist()], dtype=np.float32)
            return Candidates(rows, lexical, likeness[rows], vectors[rows] @ bearing)

        for name, questions in (("tune", tuning if args.choose_weight else []), ("dev", dev)):
            found = [gather(question) for question in questions]
            if name == "tune":
                chosen = cross_validated(found, questions) if args.choose_weight else Weights().many
                report["weight"] = chosen
                print(f"weight of the dense score: {chosen}")
                if not questions:
                    continue
            for label, weight in (("text", 0.0), ("dense", 1.0), ("fused", report["weight"])):
                result = figures([one.order(weight) for one in found], questions)
                report[f"{name}_{label}"] = {
                    "R@10": result.recall_10,
                    "MRR@10": result.mrr_10,
                    "R@100": result.recall_100,
                }
                orders = [one.order(weight) for one in found]
                print(f"{name:5} {label:9} {intervals(orders, questions)}")
            if reranker is not None:
                orders = [
                    reordered(reranker, question, one, report["weight"], corpus)
                    for question, one in zip(questions, found, strict=True)
                ]
                result = figures(orders, questions)
                report[f"{name}_reranked"] = {
                    "R@10": result.recall_10,
                    "MRR@10": result.mrr_10,
                    "R@100": result.recall_100,
                }
                print(f"{name:5} re-ranked {intervals(orders, questions)}")
            for weight in GRID[::2]:
                print(f"      w={weight:.1f} {figures([one.order(weight) for one in found], questions)}")
        report["p50_ms"] = float(np.percentile(spent, 50) * 1000)
        report["p95_ms"] = float(np.percentile(spent, 95) * 1000)
        print(f"query p50 {report['p50_ms']:.1f} ms, p95 {report['p95_ms']:.1f} ms")
        index.close()
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
