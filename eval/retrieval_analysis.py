"""How Chinese text is cut for the text index, compared: `python -m eval.retrieval_analysis --data PATH`.

Plain BM25 (k1 1.2, b .75, by bm25s) over the same texts, cut in four ways: characters and pairs as shipped, the
same with the glossary's terms as words, jieba's words, and both. On STARD dev and on the questions of our own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import rjieba

from assistant.content import content_path
from assistant.encoding.encoder import place_text
from assistant.encoding.features import cut, fold
from assistant.words.glossary import glossary
from eval.retrieval_builtin import read_cases
from eval.retrieval_stard import figures, lines, read_questions
from knowledge.intake.load import load_file

Cutter = Callable[[str], list[str]]
_STOP = frozenset(
    "的了是在有我你他她们这那吗呢啊吧么和与及或为以被把就都也还要会能可对于从到由什怎哪个请问之其"
)


def shipped(text: str) -> list[str]:
    return [term for term in cut(text) if not _STOP.issuperset(term)]


def with_terms(text: str) -> list[str]:
    folded = fold(text)
    return shipped(text) + [name for name in _names() if name in folded]


def words(text: str) -> list[str]:
    return [word for word in rjieba.cut(fold(text)) if word.strip() and not _STOP.issuperset(word)]


def both(text: str) -> list[str]:
    return shipped(text) + [word for word in words(text) if len(word) > 2]


def _names() -> list[str]:
    return [fold(name) for term in glossary().terms for name in term.names if len(name) > 2]


CUTTERS: dict[str, Cutter] = {
    "characters and pairs": shipped,
    "+ glossary terms": with_terms,
    "jieba words": words,
    "characters, pairs, words": both,
}


def orders(texts: Sequence[str], questions: Sequence[str], cutter: Cutter, k: int = 100) -> list[list[int]]:
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index([cutter(text) or ["\u3000"] for text in texts], show_progress=False)
    found = []
    for question in questions:
        terms = [term for term in dict.fromkeys(cutter(question)) if term in index.vocab_dict]
        scores = index.get_scores(terms) if terms else np.zeros(len(texts))
        best = np.argsort(-scores, kind="stable")[:k]
        found.append(best.tolist())
    return found


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="folder that holds stard/")
    data = options.parse_args().data / "stard"
    articles = [f"{row['name']} {row['text']}" for row in lines(data / "corpus.jsonl.gz")]
    dev = read_questions(data / "dev.jsonl.gz")
    held = [
        (
            document.version.id,
            passage.locator,
            place_text(document.version.title, passage.locator) + passage.text,
        )
        for path in sorted(content_path("corpus").rglob("*.md"))
        for document in load_file(path)
        for passage in document.passages
    ]
    own = [case for case in read_cases() if case.expected["documents"]]
    for name, cutter in CUTTERS.items():
        law = figures(orders(articles, [q.text for q in dev], cutter), dev)
        ranks = []
        for case, order in zip(
            own, orders([t for *_, t in held], [c.question for c in own], cutter), strict=True
        ):
            documents, locator = case.expected["documents"], case.expected["locator"]
            right = [held[n][0] in documents and held[n][1].startswith(locator) for n in order[:10]]
            ranks.append(1 / (right.index(True) + 1) if any(right) else 0.0)
        print(f"{name:<26} STARD dev {law}   own {len(own)}: MRR@10 {np.mean(ranks):.3f}", flush=True)


if __name__ == "__main__":
    main()
