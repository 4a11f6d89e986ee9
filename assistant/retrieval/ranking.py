"""The order of the passages of one shelf for one question: lexical and dense candidates, fused under a mask."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer import LegalStatus
from assistant.encoding.encoder import Encoder, Vectors
from assistant.retrieval.fusion import Weights, mix, scaled
from assistant.retrieval.naming import articles_in, named
from assistant.retrieval.snapshot import PORTRAITS, Snapshot
from assistant.retrieval.text_index import QueryTerms, TextIndex
from assistant.retrieval.vector_file import VectorFile
from assistant.retrieval.visibility import Mask, passage_status
from assistant.words.glossary import expand

_NAMED_TITLE = 0.3
_NAMED_ARTICLE = 2.0
_OUT_OF_FORCE = 0.85
_SAMPLE = 0.9
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class View:
    """A generation, the indexes that hold it, and the encoder that made their vectors and alone may be compared
    with them. `row_of` by position, `place_of` by row (-1: gone).

    The indexes may already hold rows of the next generation, which this one does not know.
    """

    snapshot: Snapshot
    text: TextIndex
    vectors: VectorFile
    encoder: Encoder
    row_of: Rows
    place_of: Rows

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        text: TextIndex,
        vectors: VectorFile,
        encoder: Encoder,
        ids: Sequence[str],
    ) -> View:
        place_of = np.array([snapshot.position.get(id, -1) for id in ids], dtype=np.int64)
        row_of = np.full(len(snapshot.rows), -1, dtype=np.int64)
        alive = np.flatnonzero(place_of >= 0)
        row_of[place_of[alive]] = alive
        return cls(snapshot, text, vectors, encoder, row_of, place_of)

    def allowed(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The mask by row."""
        flags = np.zeros(len(self.place_of), dtype=np.bool_)
        places = np.flatnonzero(mask)
        rows = self.row_of[places]
        flags[rows[rows >= 0]] = True
        return flags


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage by position, and what it was worth in each step; `order` decides.

    `lexical`, `dense` and `fused` are in [0, 1] over the candidates, `reranked` in [0, 1] where a re-ranker looked at it.
    `boost` is for a title or article that the question names, `factor` for what is out of force, a
    sample, or beside the point of a question of law.
    `cosine` is that with the question, `likeness` that with what the question is about; `certainty` that the passage
    answers it, in (0, 1), where the re-ranker says so.
    """

    place: int
    lexical: float
    dense: float
    fused: float
    likeness: float
    cosine: float = 0.0
    boost: float = 0.0
    factor: float = 1.0
    reranked: float | None = None
    certainty: float | None = None

    @property
    def order(self) -> float:
        return ((self.fused if self.reranked is None else self.reranked) + self.boost) * self.factor


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be ranked; `near` holds the ids that Chroma found, `None` asks for exact search.

    `substance` is the vector of what the question is about (see `relevance`).
    """

    text: str
    vector: Vectors
    substance: Vectors
    terms: QueryTerms
    near: Sequence[str] | None


def rank(
    view: View,
    query: Query,
    mask: Mask,
    shelf: str,
    wanted: int,
    candidates: int,
    weights: Weights,
) -> list[Ranked]:
    """At least `wanted` passages, best first, where the mask leaves so many."""
    allowed = view.allowed(mask.shelf(shelf))
    if not allowed.any():
        return []
    lexical = _lexical(view, query.terms, shelf, allowed, wanted, candidates)
    dense = _dense(view, query, allowed, wanted, candidates)
    boosts = _boosts(view, query.text, allowed) if shelf != PORTRAITS else {}
    rows = np.array(sorted({*lexical, *dense.tolist(), *boosts}), dtype=np.int64)
    words = scaled(np.array([lexical.get(int(row), 0.0) for row in rows], dtype=np.float32))
    cosines = view.vectors.score(query.vector, rows)
    meaning = scaled(cosines)
    fused = mix(words, meaning, weights.dense(int(allowed.sum())))
    bearing = view.vectors.score(query.substance, rows)
    raised = fused + np.array([boosts.get(row, 0.0) for row in rows.tolist()], dtype=np.float32)
    found: list[Ranked] = []
    best: list[float] = []
    # Factors only lower: once enough stand above what is left, the rest need not be looked at.
    for at in np.argsort(-raised, kind="stable").tolist():
        if len(best) == wanted and raised[at] < best[0]:
            break
        place = int(view.place_of[rows[at]])
        item = Ranked(
            place,
            lexical=float(words[at]),
            dense=float(meaning[at]),
            fused=float(fused[at]),
            likeness=float(bearing[at]),
            cosine=float(cosines[at]),
            boost=boosts.get(int(rows[at]), 0.0),
            factor=_factor(view, place, mask),
        )
        found.append(item)
        heapq.heappush(best, item.order)
        if len(best) > wanted:
            heapq.heappop(best)
    return in_order(found)


def in_order(found: Iterable[Ranked]) -> list[Ranked]:
    return sorted(found, key=lambda item: (-item.order, item.place))


def status_of(view: View, place: int, mask: Mask) -> LegalStatus:
    """Status of a passage on the day of the mask."""
    row = view.snapshot.rows[place]
    version = view.snapshot.version[row.version_id]
    return passage_status(mask.status[row.version_id], row, version, mask.day)


def _factor(view: View, place: int, mask: Mask) -> float:
    """A step back for what is out of force on the day, and for samples beside real documents."""
    factor = _OUT_OF_FORCE if status_of(view, place, mask) in ("expired", "not_yet") else 1.0
    if view.snapshot.version[view.snapshot.rows[place].version_id].authority == "fictional":
        factor *= _SAMPLE
    return factor


def _lexical(
    view: View,
    terms: QueryTerms,
    shelf: str,
    allowed: NDArray[np.bool_],
    wanted: int,
    candidates: int,
) -> dict[int, float]:
    """BM25 by row, of the best that the mask allows."""
    rows, scores = view.text.search(terms, shelf, max(candidates, wanted), allowed)
    return dict(zip(rows, scores, strict=True))


def _dense(view: View, query: Query, allowed: NDArray[np.bool_], wanted: int, candidates: int) -> Rows:
    """Rows nearest to the question: what Chroma found, under the mask; exact search where that is too little."""
    if query.near is not None:
        places = [view.snapshot.position.get(id, -1) for id in query.near]
        rows = np.array([view.row_of[place] for place in places if place >= 0], dtype=np.int64)
        rows = rows[(rows >= 0) & allowed[rows]]
        if rows.size >= min(wanted, int(allowed.sum())):
            return rows
    return view.vectors.search(query.vector, allowed, max(candidates, wanted))[0]


def _boosts(view: View, query: str, allowed: NDArray[np.bool_]) -> dict[int, float]:
    """Rows whose title or article the question names; named articles come first, in the order of the law."""
    snapshot = view.snapshot
    names = named(query, snapshot.names, expand(query))
    order = {article: place for place, article in enumerate(sorted(names.articles))}
    boosts: dict[int, float] = {}
    for title in names.titles:
        for place in snapshot.titled[title]:
            row = int(view.row_of[place])
            if row < 0 or not allowed[row]:
                continue
            hit = [order[one] for one in articles_in(snapshot.rows[place].locator) if one in order]
            boosts[row] = _NAMED_ARTICLE + len(order) - min(hit) if hit else _NAMED_TITLE
    return boosts
