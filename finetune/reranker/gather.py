"""Questions with what the first stage of the search finds for them: what the re-ranker learns from and is measured on."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.content import content_path
from assistant.encoding.encoder import StaticEncoder
from assistant.evidence.book import split_sentences
from assistant.question.asking import substance
from assistant.retrieval.found import RERANKED
from assistant.retrieval.fusion import Weights, mix, scaled
from assistant.retrieval.interaction import Candidate
from assistant.retrieval.retriever import CANDIDATES
from assistant.retrieval.text_index import QueryTerms, TextEntry, TextIndex
from assistant.words.glossary import expand
from finetune.embedder.collection import Collection, read_collection
from finetune.embedder.questions import Question, read_questions
from knowledge.intake.load import load_file

_ARTICLE = re.compile(r"(.*?)(第[一二三四五六七八九十百千零]+条.*)$")
_TAILS = ("", "", "是怎么规定的", "怎么规定", "？", "出自哪里")
MIXED = 4_000
Fields = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and its first candidates; `golds` counts the right ones that there are at all.

    `source`: stard, law, builtin (among the built-in knowledge alone), mixed (with `MIXED` articles of the law beside it),
    or quote_law and quote_builtin, which say a passage's own words.
    """

    source: str
    question: str
    rows: tuple[int, ...]
    candidates: tuple[Candidate, ...]
    right: NDArray[np.bool_]
    golds: int
    gold: tuple[int, ...]


class Shelf:
    """Some texts of the collection, searched as the program searches them."""

    def __init__(
        self, fields: Sequence[Fields], vectors: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> None:
        self._fields, self._rows, self._vectors = fields, rows, vectors[rows]
        self._index = TextIndex(None)
        self._index.create()
        heads = ((n, row, fields[row]) for n, row in enumerate(rows.tolist()))
        self._index.add(
            (TextEntry(n, str(row), "knowledge", f"{t} {p}".strip(), text) for n, row, (t, p, text) in heads),
            {},
        )

    def terms(self, question: str) -> QueryTerms:
        return self._index.query_terms(question, "knowledge")

    def judge(self, encoder: StaticEncoder, source: str, question: str, gold: tuple[int, ...]) -> Judged:
        fuller = expand(question)
        vector, bearing = encoder.encode_questions([fuller, expand(substance(question))])
        terms = self._index.query_terms(fuller, "knowledge")
        held = dict(zip(*self._index.search(terms, "knowledge", CANDIDATES), strict=True))
        cosines = self._vectors @ vector
        near = np.argsort(-cosines)[:CANDIDATES]
        places = np.array(sorted({*held, *near.tolist()}), dtype=np.int64)
        lexical = scaled(np.array([held.get(place, 0.0) for place in places.tolist()], dtype=np.float32))
        fused = mix(lexical, scaled(cosines[places]), Weights().dense(len(self._rows)))
        first = np.argsort(-fused, kind="stable")[:RERANKED]
        chosen = places[first]
        scores = zip(
            lexical[first].tolist(),
            fused[first].tolist(),
            cosines[chosen].tolist(),
            (self._vectors[chosen] @ bearing).tolist(),
            strict=True,
        )
        rows = tuple(self._rows[chosen].tolist())
        candidates = tuple(
            Candidate(*self._fields[row], *four) for row, four in zip(rows, scores, strict=True)
        )
        return Judged(source, fuller, rows, candidates, np.isin(rows, gold), len(gold), gold)


def fields_of(collection: Collection) -> list[Fields]:
    """Title, place and text of every text of the collection."""
    fields: list[Fields] = []
    for text in collection.texts[: first_builtin(collection)]:
        name, _, body = text.partition(" ")
        found = _ARTICLE.match(name)
        fields.append((found[1], found[2], body) if found else (name, "", body))
    for path in sorted(content_path("corpus").rglob("*.md")):
        for document in load_file(path):
            for passage in document.passages:
                place = f"{passage.context} {passage.locator}".strip()
                fields.append((document.version.title, place, passage.text))
    return fields


def first_builtin(collection: Collection) -> int:
    return min(row for rows in collection.builtin.values() for row in rows)


def gather(data: Path, encoder: StaticEncoder, fold: int, *, without: bool = False) -> Iterator[Judged]:
    """Questions of one fold, and others that quote; `without`: those of all other folds (to train term vectors on).

    The encoder must not have been trained on the fold.
    """
    collection = read_collection(data)
    fields = fields_of(collection)
    vectors = encoder.encode(collection.texts).astype(np.float16).astype(np.float32)
    border = first_builtin(collection)
    rng = random.Random(77 if without else 5)
    law, builtin = np.arange(border), np.arange(border, len(fields))
    mixed = np.concatenate([np.array(sorted(rng.sample(range(border), MIXED))), builtin])
    parts = {"law": law, "builtin": builtin, "mixed": mixed}
    shelves = {name: Shelf(fields, vectors, rows) for name, rows in parts.items()}
    for question in read_questions(data, collection):
        if (question.fold == fold) != without:
            for shelf in _shelves_of(question, without):
                source = shelf if question.source == "builtin" else question.source
                yield shelves[shelf].judge(encoder, source, question.text, question.gold)
    for shelf, count in (("law", 1_200), ("mixed", 500)) if without else (("law", 400), ("builtin", 250)):
        for text, gold in quotes(fields, parts[shelf], count, shelf, rng):
            yield shelves[shelf].judge(encoder, f"quote_{shelf}", text, gold)


def _shelves_of(question: Question, without: bool) -> tuple[str, ...]:
    if question.source != "builtin":
        return ("law",)
    return ("mixed",) if without else ("builtin", "mixed")


def quotes(
    fields: Sequence[Fields], rows: NDArray[np.int64], count: int, shelf: str, rng: random.Random
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Sentences of passages, whole, in part or behind the title, and titles with their place."""
    order = rows.tolist()
    rng.shuffle(order)
    for row in order:
        title, place, text = fields[row]
        sentences = [one for one in split_sentences(text) if 12 <= len(one) <= 80]
        if not sentences or count == 0:
            continue
        count -= 1
        said = rng.choice(sentences).strip("。；！，")
        kind = rng.random()
        if kind < 0.6:
            yield said + rng.choice(_TAILS), _saying(fields, rows, said, row)
        elif kind < 0.8 and len(said) > 24:
            start = rng.randrange(0, len(said) - 20)
            said = said[start : start + 20]
            yield said, _saying(fields, rows, said, row)
        elif shelf == "builtin":
            alike = [one for one in rows.tolist() if fields[one][:2] == fields[row][:2]]
            yield f"{title} {place}", tuple(alike)
        else:
            yield f"{title}{said}", _saying(fields, rows, said, row)


def _saying(fields: Sequence[Fields], rows: NDArray[np.int64], said: str, row: int) -> tuple[int, ...]:
    return tuple(sorted({row, *(one for one in rows.tolist() if said in fields[one][2])}))
