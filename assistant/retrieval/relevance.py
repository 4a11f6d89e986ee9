"""How sure it is that a passage bears on a question: the number that is shown as its score."""

from __future__ import annotations

import math

from assistant.retrieval.text_index import QueryTerms

BIAS, COVERAGE, LIKENESS = -3.4, 4.7, 9.1
"""Logistic calibration from the share of the question's terms in a passage and from its cosine, fitted on the best
five passages of 75 answerable and 40 foreign questions (eval/cases/retrieval.jsonl)."""


def covered(terms: QueryTerms, text: str) -> float:
    """Share of a question's weight in a text by pairs and words; single characters match anywhere by chance."""
    longer = {term: weight for term, weight in terms.weights.items() if len(term) > 1}
    return (QueryTerms(longer) if longer else terms).covered(text)


def certainty(coverage: float, likeness: float) -> float:
    """How likely a passage bears on the question, in (0, 1)."""
    return 1 / (1 + math.exp(-(BIAS + COVERAGE * coverage + LIKENESS * likeness)))
