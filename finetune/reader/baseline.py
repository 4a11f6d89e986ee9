"""What the simplest reader reaches on the labelled questions: `python -m finetune.reader.baseline [--folds 5]`.

A logistic regression over character n-grams for each head, beside the nearest example by the same features, both on
questions that neither has seen (cross-validation). Needs the `train` extra.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from finetune.reader.questions import Labelled, read_questions
from finetune.reader.shape import COLUMNS, columns

STRENGTH = 100.0  # of .1 to 300 the best for every head
BAR = 0.5  # the probability from which a question would be declined


@dataclass(frozen=True, slots=True)
class Fold:
    """Held-out questions of one fold: truth, what the regression and the nearest example say, and P(refuse)."""

    truth: np.ndarray
    regression: np.ndarray
    nearest: np.ndarray
    refuse: np.ndarray | None


def act(question: Labelled) -> str:
    """The one act that decides what happens first."""
    if question.category:
        return "refuse"
    order = ("compute", "data", "draft", "person", "front_end", "rule", "chat", "out")
    return next(name for name in order if name in question.acts)


def tool(question: Labelled) -> str:
    return min(question.tools, default="none")


HEADS = {"act": act, "tool": tool, "whose": lambda question: question.whose}


def matrix(shapes: Sequence[str]) -> sparse.csr_matrix:
    """Unit rows of weighted n-gram counts: (questions, columns)."""
    rows: list[int] = []
    places: list[int] = []
    values: list[float] = []
    for row, text in enumerate(shapes):
        for place, count in columns(text).items():
            rows.append(row)
            places.append(place)
            values.append(math.log1p(count))
    counts = sparse.csr_matrix((values, (rows, places)), shape=(len(shapes), COLUMNS), dtype=np.float32)
    held = np.bincount(counts.indices, minlength=COLUMNS)
    weighted = counts @ sparse.diags(np.log((1 + len(shapes)) / (1 + held)) + 1)
    length = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    return sparse.csr_matrix(weighted.multiply(1 / length))


def folds(features: sparse.csr_matrix, labels: np.ndarray, number: int) -> list[Fold]:
    found: list[Fold] = []
    for known, held in StratifiedKFold(number, shuffle=True, random_state=0).split(features, labels):
        model = LogisticRegression(C=STRENGTH, max_iter=300).fit(features[known], labels[known])
        likely = model.predict_proba(features[held])
        near = np.asarray((features[held] @ features[known].T).argmax(axis=1)).ravel()
        refuse = likely[:, list(model.classes_).index("refuse")] if "refuse" in model.classes_ else None
        found.append(Fold(labels[held], model.classes_[likely.argmax(axis=1)], labels[known][near], refuse))
    return found


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--folds", type=int, default=5)
    number = options.parse_args().folds
    questions = read_questions()
    features = matrix([question.shape for question in questions])
    print(f"{len(questions)} questions, each shape once")
    for name, label in HEADS.items():
        found = folds(features, np.array([label(q) for q in questions]), number)
        regression = [(fold.truth == fold.regression).mean() for fold in found]
        nearest = [(fold.truth == fold.nearest).mean() for fold in found]
        print(
            f"{name}: regression {np.mean(regression):.3f} ± {np.std(regression):.3f}, nearest {np.mean(nearest):.3f}"
        )
        wrong = [fold.refuse >= BAR for fold in found if fold.refuse is not None]
        if wrong:
            truth = np.concatenate([fold.truth == "refuse" for fold in found])
            said = np.concatenate(wrong)
            print(
                f"  declined at {BAR}: {said[truth].mean():.3f} of those to decline, {said[~truth].mean():.4f} of others"
            )


if __name__ == "__main__":
    main()
