"""One order out of two: lexical and dense scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
FEW, MANY = 700, 30_000


@dataclass(frozen=True, slots=True)
class Weights:
    """Measured on questions kept from training (finetune/embedder/LOG.md, eval/retrieval_stard.py).

    `few` and `many` are the shares of the dense score in the order. On everyday questions that the embedder had not
    seen, .7 was best at the thirteen hundred passages of the built-in knowledge, .7 to .8 with sixty laws beside it
    (4,300), .8 to .9 at 13,000 and .9 at the sixty-four thousand of a whole body of law.
    """

    few: float = 0.65
    many: float = 0.9

    def dense(self, passages: int) -> float:
        """The share of the dense score among so many passages: words tell less the more passages share them."""
        step = (math.log10(max(passages, 1)) - math.log10(FEW)) / (math.log10(MANY) - math.log10(FEW))
        return self.few + (self.many - self.few) * min(1.0, max(0.0, step))


def fuse(lexical: Scores, dense: Scores, weight: float) -> Scores:
    """Convex combination of both scores of the same candidates, each scaled to [0, 1] over them."""
    return mix(scaled(lexical), scaled(dense), weight)


def mix(lexical: Scores, dense: Scores, weight: float) -> Scores:
    return ((1 - weight) * lexical + weight * dense).astype(np.float32)


def scaled(scores: Scores) -> Scores:
    """Scores stretched to [0, 1]; all alike are 1 where positive."""
    if scores.size == 0:
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high <= low:
        return np.full_like(scores, 1.0 if high > 0 else 0.0)
    return (scores - low) / (high - low)
