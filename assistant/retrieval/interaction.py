"""What a question and a passage have in common, term by term: the features that the shipped re-ranker reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.encoding.encoder import StaticEncoder
from assistant.encoding.features import codes

Matrix = NDArray[np.float32]
Rows = NDArray[np.int64]
BODY_CHARS = 300
_SAME, _STRONG = 0.999, 0.6
_ASKED = 256  # of a pasted text the pairs that count most; a question has fewer
_STEP = 24  # terms; a stretch of a text is two of them
_MEANING = 64  # of the encoder's dimensions, the widest: a quarter of the time for sums over a text
_PAIR = np.uint64(1 << 21)
NAMES = (
    "soft_all", "soft_body", "soft_head", "soft_title", "soft_rare", "soft_above", "soft_beside", "soft_least", "strong",
    "exact_all", "exact_body", "exact_head", "exact_title", "exact_rare", "exact_here",
    "stretch", "head", "lexical", "fused", "cosine", "likeness", "behind_best", "best", "rank", "law", "law_share", "length",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage as the first stage hands it on: its words, and its scores there (see `Ranked`)."""

    title: str
    place: str
    text: str
    lexical: float
    fused: float
    cosine: float
    likeness: float


class Interaction:
    """How alike each term of a question (a pair of characters) is to those of a passage, by term vectors of its own; and
    how near parts of the passage are to the question, by the encoder's.
    """

    def __init__(
        self, terms: NDArray[np.uint64], table: Matrix, weight: Matrix, encoder: StaticEncoder
    ) -> None:
        """`terms` ascending, each with a direction in `table` and what it counts for in a question (> 0)."""
        place = np.minimum(np.searchsorted(encoder.vocabulary, terms), len(encoder.vocabulary) - 1)
        self._encoder = encoder
        _, axes = np.linalg.eigh(encoder.table.T @ encoder.table)
        self._basis: Matrix = axes[:, -_MEANING:]
        known = (encoder.vocabulary[place] == terms)[:, None]
        self._meaning: Matrix = (encoder.table[place] @ self._basis) * known
        self._terms = terms
        self._table = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-6)
        self._weight = weight

    def features(self, question: str, candidates: Sequence[Candidate]) -> Matrix:
        """One row a candidate, columns as in `NAMES`. `candidates` stand in the order of the first stage."""
        asked = np.unique(self._rows([question])[0])
        asked = np.sort(asked[np.argsort(-self._weight[asked], kind="stable")[:_ASKED]])
        weight = _shares(self._weight[asked])
        rare = _shares(weight**2)
        texts = [
            *(one.title for one in candidates),
            *(one.place for one in candidates),
            *(one.text[:BODY_CHARS] for one in candidates),
        ]
        rows, owners = self._rows(texts)
        titles, places, bodies = np.split(self._best(asked, rows, owners, len(texts)), 3)
        heads = np.maximum(titles, places)
        both = np.maximum(heads, bodies)
        soft, exact = both @ weight, both > _SAME
        here = _shares(weight * np.log((len(candidates) + 1) / (exact.sum(axis=0) + 0.5)).clip(0))
        least = np.sort(both, axis=1)[:, : max(1, len(asked) // 3)]
        scores = np.array([(c.lexical, c.fused, c.cosine, c.likeness) for c in candidates], dtype=np.float32)
        lexical, fused, cosine, likeness = scores.T
        found = {
            "soft_all": soft,
            "soft_body": bodies @ weight,
            "soft_head": heads @ weight,
            "soft_title": titles @ weight,
            "soft_rare": both @ rare,
            "soft_above": (both - both.mean(axis=0)).clip(0) @ weight,
            "soft_beside": soft - soft.mean(),
            "soft_least": least.sum(axis=1) / max(1, least.shape[1]),
            "strong": (both > _STRONG) @ weight,
            "exact_all": exact @ weight,
            "exact_body": (bodies > _SAME) @ weight,
            "exact_head": (heads > _SAME) @ weight,
            "exact_title": (titles > _SAME) @ weight,
            "exact_rare": exact @ rare,
            "exact_here": exact @ here,
            **self._near(question, rows, owners, len(candidates)),
            "lexical": lexical,
            "fused": fused,
            "cosine": cosine,
            "likeness": likeness,
            "behind_best": cosine - cosine.max(),
            "best": np.full_like(cosine, cosine.max()),
            "rank": 1 / (1 + np.arange(len(candidates)) / 3),
            **_law(candidates, fused),
            "length": np.log1p([len(one.text) for one in candidates]) / 6,
        }
        return np.stack([found[name] for name in NAMES], axis=1).astype(np.float32)

    def asked(self, question: str) -> float:
        """What the known terms of a question count for together: little for a short one and for common words."""
        return float(self._weight[np.unique(self._rows([question])[0])].sum())

    def _best(self, asked: Rows, rows: Rows, owners: Rows, count: int) -> Matrix:
        """For each of `count` texts and each term asked the greatest cosine with a term there."""
        unique, back = np.unique(rows, return_inverse=True)
        alike = self._table[unique] @ self._table[asked].T
        best = np.zeros((count, len(asked)), dtype=np.float32)
        starts = _starts(owners)
        if starts.size:
            best[owners[starts]] = np.maximum.reduceat(alike[back], starts, axis=0)
        return best.clip(0, 1)

    def _near(self, question: str, rows: Rows, owners: Rows, count: int) -> dict[str, Matrix]:
        """Cosines with the question: the greatest of a stretch of each body, and that of each title with its place."""
        stretch, heads = np.zeros(count, dtype=np.float32), np.zeros((count, _MEANING), dtype=np.float32)
        meant = self._encoder.encode_questions([question])[0] @ self._basis
        meant /= max(float(np.linalg.norm(meant)), 1e-6)
        starts = _starts(owners)
        inside = np.arange(len(owners)) - np.repeat(starts, np.diff(np.append(starts, len(owners))))
        steps = np.flatnonzero(inside % _STEP == 0)
        if steps.size:
            sums = np.add.reduceat(self._meaning[rows], steps, axis=0)
            owner = owners[steps]
            body = int(np.searchsorted(owner, 2 * count))
            np.add.at(heads, owner[:body] % count, sums[:body])
            parts, owner = sums[body:], owner[body:] - 2 * count
            parts[:-1] += parts[1:] * (owner[1:] == owner[:-1])[:, None]
            np.maximum.at(stretch, owner, _cosines(parts, meant))
        return {"stretch": stretch, "head": _cosines(heads, meant)}

    def _rows(self, texts: Sequence[str]) -> tuple[Rows, Rows]:
        """Rows of the known pairs of every text, and the text of each (ascending)."""
        terms, owners = codes(texts)
        pairs = terms >= _PAIR
        terms, owners = terms[pairs], owners[pairs]
        place = np.minimum(np.searchsorted(self._terms, terms), len(self._terms) - 1)
        known = self._terms[place] == terms
        return place[known], owners[known]


def _starts(owners: Rows) -> Rows:
    """Where each text begins among its terms."""
    return np.flatnonzero(np.diff(owners, prepend=-1))


def _cosines(vectors: Matrix, direction: Matrix) -> Matrix:
    return (vectors @ direction) / np.maximum(np.linalg.norm(vectors, axis=1), 1e-6)


def _shares(weights: Matrix) -> Matrix:
    return weights / max(float(weights.sum()), 1e-6)


def _law(candidates: Sequence[Candidate], fused: Matrix) -> dict[str, Matrix]:
    """How strong the other candidates of the same title are, and how many."""
    titles = [one.title for one in candidates]
    _, group, sizes = np.unique(titles, return_inverse=True, return_counts=True)
    strength = fused**4
    others = np.bincount(group, strength)[group] - strength
    return {"law": others / max(float(strength.sum()), 1e-9), "law_share": (sizes[group] - 1) / len(titles)}
