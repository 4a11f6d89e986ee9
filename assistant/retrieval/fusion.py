"""One order out of two: lexical and dense scores, and how sure the best of them is about the question."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Measured on questions kept from training (finetune/embedder/LOG.md, eval/retrieval_stard.py).

    `dense` is the share of the dense score in the order; `bias`, `coverage` and `likeness` are the logistic
    calibration of certainty from the share of the question's terms in a passage and its cosine.
    """

    dense: float = 0.5
    bias: float = -6.0
    coverage: float = 7.0
    likeness: float = 6.0


def fuse(lexical: Scores, dense: Scores, weight: float) -> Scores:
    """Convex combination of both scores of the same candidates, each scaled to [0, 1] over them."""
    return ((1 - weight) * _scaled(lexical) + weight * _scaled(dense)).astype(np.float32)


def _scaled(scores: Scores) -> Scores:
    if scores.size == 0:
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high <= low:
        return np.full_like(scores, 1.0 if high > 0 else 0.0)
    return (scores - low) / (high - low)


def certainty(coverage: float, likeness: float, weights: Weights) -> float:
    """How likely a passage bears on the question, in (0, 1)."""
    return 1 / (1 + math.exp(-(weights.bias + weights.coverage * coverage + weights.likeness * likeness)))
