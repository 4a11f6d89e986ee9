"""What a question and a passage have in common, term by term: the features that the shipped re-ranker reads."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.encoder import StaticEncoder
from assistant.retrieval.features import codes

Matrix = NDArray[np.float32]
BODY_CHARS = 400
_WINDOW = 48
_SAME = 0.999
_PAIR = np.uint64(1 << 21)
NAMES = (
    "soft_all", "soft_body", "soft_head", "strong_all", "exact_all", "exact_body", "exact_head", "exact_title",
    "window", "rare_all", "length", "lexical", "dense", "fused", "likeness", "rank", "law", "law_share",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage as the first stage hands it on: its words, and its scores there (each scaled to [0, 1])."""

    title: str
    place: str
    text: str
    lexical: float
    dense: float
    fused: float
    likeness: float


class Interaction:
    """Reads the term vectors of the shipped encoder: how alike each term of a question is to those of a passage."""

    def __init__(self, vocabulary: NDArray[np.uint64], table: Matrix) -> None:
        """`vocabulary` is sorted; `table` has a row a term."""
        self._vocabulary = vocabulary
        self._table = table
        self._norms = np.maximum(np.linalg.norm(table, axis=1), 1e-6).astype(np.float32)

    @classmethod
    def of(cls, encoder: StaticEncoder) -> Interaction:
        return cls(encoder.vocabulary, encoder.table)

    def features(self, question: str, candidates: Sequence[Candidate]) -> Matrix:
        """One row a candidate, columns as in `NAMES`."""
        asked = self._asked(question)
        weight = self._norms[asked]
        weight = weight / max(float(weight.sum()), 1e-6)
        count = len(candidates)
        texts = [
            *(one.title for one in candidates),
            *(one.place for one in candidates),
            *(one.text[:BODY_CHARS] for one in candidates),
        ]
        rows, owners = self._pairs(texts)
        best = self._best(asked, rows, owners, len(texts))
        titles, bodies = best[:count], best[2 * count :]
        heads = np.maximum(titles, best[count : 2 * count])
        both = np.maximum(heads, bodies)
        exact = both > _SAME
        found = {
            "soft_all": both @ weight,
            "soft_body": bodies @ weight,
            "soft_head": heads @ weight,
            "strong_all": (both > 0.6) @ weight,
            "exact_all": exact @ weight,
            "exact_body": (bodies > _SAME) @ weight,
            "exact_head": (heads > _SAME) @ weight,
            "exact_title": (titles > _SAME) @ weight,
            "window": _windows(asked, weight, rows, owners - 2 * count, count),
            "rare_all": exact @ (weight**2 / max(float((weight**2).sum()), 1e-9)),
            "length": np.log1p([len(one.text) for one in candidates]) / 6,
            "lexical": np.array([one.lexical for one in candidates]),
            "dense": np.array([one.dense for one in candidates]),
            "fused": np.array([one.fused for one in candidates]),
            "likeness": np.array([one.likeness for one in candidates]),
            "rank": 1 / (1 + np.arange(count) / 3),
            **_law(candidates),
        }
        return np.stack([found[name] for name in NAMES], axis=1).astype(np.float32)

    def _asked(self, question: str) -> NDArray[np.int64]:
        """Rows of the question's terms: pairs, and single characters only where no pair is known."""
        rows, _ = self._rows([question])
        pairs = rows[self._vocabulary[rows] >= _PAIR]
        return np.unique(pairs if pairs.size else rows)

    def _pairs(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the pairs of every text in order, and the text of each."""
        rows, owners = self._rows(texts)
        pairs = self._vocabulary[rows] >= _PAIR
        return rows[pairs], owners[pairs]

    def _rows(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        terms, owners = codes(texts)
        place = np.minimum(np.searchsorted(self._vocabulary, terms), len(self._vocabulary) - 1)
        known = self._vocabulary[place] == terms
        return place[known], owners[known]

    def _best(
        self, asked: NDArray[np.int64], rows: NDArray[np.int64], owners: NDArray[np.int64], count: int
    ) -> Matrix:
        """For each text and term of the question the greatest cosine with a term of the text, 0 for none."""
        best = np.zeros((count, len(asked)), dtype=np.float32)
        if not rows.size or not asked.size:
            return best
        unique, back = np.unique(rows, return_inverse=True)
        alike = self._table[unique] @ (self._table[asked] / self._norms[asked, None]).T
        alike /= self._norms[unique, None]
        starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        best[owners[starts]] = np.maximum.reduceat(alike[back], starts, axis=0)
        return np.clip(best, 0, 1)


def _windows(
    asked: NDArray[np.int64],
    weight: Matrix,
    rows: NDArray[np.int64],
    owners: NDArray[np.int64],
    count: int,
) -> NDArray[np.float64]:
    """For each body the greatest share of the question's weight within `_WINDOW` neighbouring terms."""
    best = np.zeros(count)
    if not asked.size or not rows.size:
        return best
    place = np.minimum(np.searchsorted(asked, rows), len(asked) - 1)
    hits = np.flatnonzero((asked[place] == rows) & (owners >= 0))
    open_hits: deque[tuple[int, int]] = deque()
    held: Counter[int] = Counter()
    total, owner = 0.0, -1
    for spot, term, own in zip(hits.tolist(), place[hits].tolist(), owners[hits].tolist(), strict=True):
        if own != owner:
            open_hits.clear()
            held.clear()
            total, owner = 0.0, own
        while open_hits and spot - open_hits[0][0] > _WINDOW:
            _, left = open_hits.popleft()
            held[left] -= 1
            total -= float(weight[left]) if not held[left] else 0.0
        open_hits.append((spot, term))
        held[term] += 1
        total += float(weight[term]) if held[term] == 1 else 0.0
        best[own] = max(best[own], total)
    return best


def _law(candidates: Sequence[Candidate]) -> dict[str, NDArray[np.float64]]:
    """How strong the other candidates of the same title are, and how many."""
    fused = np.array([one.fused for one in candidates])
    titles = [one.title for one in candidates]
    strength = dict.fromkeys(titles, 0.0)
    count = dict.fromkeys(titles, 0)
    for title, score in zip(titles, fused.tolist(), strict=True):
        strength[title] += score**4
        count[title] += 1
    total = max(float((fused**4).sum()), 1e-9)
    law = np.array([(strength[t] - s**4) / total for t, s in zip(titles, fused.tolist(), strict=True)])
    share = np.array([(count[t] - 1) / max(len(titles), 1) for t in titles])
    return {"law": law, "law_share": share}
