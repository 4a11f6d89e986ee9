"""How sure it is that a passage bears on a question: the number that is shown as its score.

What the shipped re-ranker looked at is judged by `signs`; a portrait, and what another encoder or a cross-encoder ordered, by the
question's words and its likeness alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.interaction import NAMES
from assistant.retrieval.text_index import QueryTerms

Matrix = NDArray[np.float32]
BIAS, COVERAGE, LIKENESS = -3.4, 4.7, 9.1
"""Logistic calibration from the share of the question's terms in a passage and from its cosine, fitted on the best
five passages of 75 answerable and 40 foreign questions (eval/cases/retrieval.jsonl)."""
SIGNS = ("best", "law", "asked", "head", "judged", "likeness", "behind_best")
"""The greatest cosine of a candidate; how strong the other candidates of the passage's own title are; what the question's terms
count for together (logarithm); how near titles and places are to the question, on average; what the re-ranker makes of the passage; its
cosine with what the question is about; how far the candidates lie behind the best, on average."""


def covered(terms: QueryTerms, text: str) -> float:
    """Share of a question's weight in a text by pairs and words; single characters match anywhere by chance."""
    longer = {term: weight for term, weight in terms.weights.items() if len(term) > 1}
    return (QueryTerms(longer) if longer else terms).covered(text)


def certainty(coverage: float, likeness: float) -> float:
    """How likely a passage bears on the question, in (0, 1)."""
    return 1 / (1 + math.exp(-(BIAS + COVERAGE * coverage + LIKENESS * likeness)))


def signs(features: Matrix, judged: Matrix, asked: float) -> Matrix:
    """One row a candidate, columns as in `SIGNS`, from the re-ranker's features (columns `NAMES`), what it makes of them, and
    the weight of the question's terms (≥ 0).
    """
    of = {name: features[:, NAMES.index(name)] for name in ("best", "law", "head", "likeness", "behind_best")}
    every = np.ones(len(features), dtype=np.float32)
    columns = {
        "best": of["best"],
        "law": of["law"],
        "asked": every * math.log1p(asked),
        "head": every * of["head"].mean(),
        "judged": judged,
        "likeness": of["likeness"],
        "behind_best": every * of["behind_best"].mean(),
    }
    return np.stack([columns[name] for name in SIGNS], axis=1).astype(np.float32)


def sureness(weight: Matrix, signs: Matrix) -> Matrix:
    """How likely each passage answers the question, in (0, 1); `weight` is one for each of `SIGNS` and, last, the bias."""
    return 1 / (1 + np.exp(-(signs @ weight[:-1] + weight[-1])))
