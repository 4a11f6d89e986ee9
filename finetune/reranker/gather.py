"""First-stage candidates of questions, with the features that the re-ranker learns from."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.glossary import expand
from assistant.principal import principal_for
from assistant.retrieval.encoder import StaticEncoder
from assistant.retrieval.found import RERANKED, candidate_of
from assistant.retrieval.fusion import Weights, mix, scaled
from assistant.retrieval.interaction import Candidate, Interaction
from assistant.retrieval.retriever import CANDIDATES, Retriever
from assistant.retrieval.text_index import TextEntry, TextIndex
from assistant.store.database import Store
from eval.retrieval_builtin import DAY, read_cases
from finetune.embedder.pairs import Question, lines
from knowledge.ingest import load_builtin

_ARTICLE = re.compile(r"(.*?)(第[一二三四五六七八九十百千零]+条.*)$")


@dataclass(frozen=True, slots=True)
class Judged:
    """The candidates of one question: features, shape `(n, len(NAMES))`, and which of them are right.

    `golds` counts the right ones that there are at all; `boost` and `factor` are those of the search.
    """

    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    golds: int
    boost: NDArray[np.float32]
    factor: NDArray[np.float32]
    own: bool


def stard_index(data: Path, path: Path) -> TextIndex:
    """A text index of the articles, whose ids are their numbers."""
    index = TextIndex(path)
    index.create()
    articles = lines(data / "stard" / "corpus.jsonl.gz")
    index.add(
        (TextEntry(n, str(n), "knowledge", row["name"], row["text"]) for n, row in enumerate(articles)), {}
    )
    return index


def of_stard(
    data: Path, index: TextIndex, encoder: StaticEncoder, questions: Sequence[Question]
) -> Iterator[Judged]:
    """Candidates over all articles. The encoder must not have been trained on these questions."""
    corpus = list(lines(data / "stard" / "corpus.jsonl.gz"))
    vectors = encoder.encode([f"{row['name']} {row['text']}" for row in corpus])
    interaction = Interaction.of(encoder)
    for question in questions:
        vector = encoder.encode_questions([question.text])[0]
        found, scores = index.search(index.query_terms(question.text, "knowledge"), "knowledge", CANDIDATES)
        held = dict(zip(found, scores, strict=True))
        likeness = vectors @ vector
        near = np.argpartition(-likeness, CANDIDATES)[:CANDIDATES]
        rows = np.array(sorted({*found, *near.tolist()}), dtype=np.int64)
        lexical = scaled(np.array([held.get(row, 0.0) for row in rows.tolist()], dtype=np.float32))
        dense = scaled(likeness[rows])
        fused = mix(lexical, dense, Weights().dense(len(corpus)))
        first = np.argsort(-fused, kind="stable")[:RERANKED]
        candidates = [
            _candidate(corpus[rows[n]], lexical[n], dense[n], fused[n], likeness[rows[n]])
            for n in first.tolist()
        ]
        yield Judged(
            interaction.features(question.text, candidates),
            np.isin(rows[first], question.gold),
            len(question.gold),
            np.zeros(len(first), dtype=np.float32),
            np.ones(len(first), dtype=np.float32),
            own=False,
        )


def _candidate(row: dict[str, Any], lexical: float, dense: float, fused: float, likeness: float) -> Candidate:
    found = _ARTICLE.match(row["name"])
    title, place = (found[1], found[2]) if found else (row["name"], "")
    return Candidate(title, place, row["text"], float(lexical), float(dense), float(fused), float(likeness))


async def of_builtin(encoder: StaticEncoder) -> list[Judged]:
    """Candidates of the questions on the built-in knowledge, as the search finds them."""
    interaction = Interaction.of(encoder)
    rm = principal_for("rm", "train")
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
        await load_builtin(store, encoder)
        retriever = Retriever(store, encoder, home / "index", chroma=False)
        await retriever.open()
        for case in read_cases():
            found = await retriever.candidates(case.question, rm, k=RERANKED, as_of=DAY, today=DAY)
            if not case.documents:
                continue
            right = [
                text.document_id in case.documents and text.locator.startswith(case.locator)
                for text, _ in found
            ]
            judged.append(
                Judged(
                    interaction.features(expand(case.question), [candidate_of(*pair) for pair in found]),
                    np.array(right, dtype=np.bool_),
                    max(1, sum(right)),
                    np.array([item.boost for _, item in found], dtype=np.float32),
                    np.array([item.factor for _, item in found], dtype=np.float32),
                    own=True,
                )
            )
        await retriever.close()
        await store.close()
    return judged
