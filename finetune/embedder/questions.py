"""Questions in everyday words with the passages that answer them, for training and to choose settings on.

STARD's training questions, and ours in `questions/`: written for this project from the passages alone, one line each with
where the passage stands. None of them is, or is near to, a question of `eval/cases` or of STARD's development set.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from finetune.embedder.collection import Collection, lines

OURS = Path(__file__).parent / "questions"
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Question:
    """`gold`: positions in the collection's texts. `source`: stard, law or builtin."""

    text: str
    gold: tuple[int, ...]
    source: str
    fold: int
    """0 to FOLDS - 1, the same every time; ours are parted by passage, so that none has a question in two folds."""


def read_questions(data: Path, collection: Collection) -> list[Question]:
    return [*_stard(data), *_ours(collection)]


def rows(name: str) -> Iterator[tuple[str, str, str]]:
    """Lines of one of our files: two that say where the passage stands, and the question."""
    for line in (OURS / f"{name}.tsv").read_text("utf-8").splitlines():
        document, place, text = line.split("\t")
        yield document, place, text


def _stard(data: Path) -> Iterator[Question]:
    for row in lines(data / "stard" / "train.jsonl.gz"):
        yield Question(row["query"], tuple(row["gold"]), "stard", _fold(row["query_id"]))


def _ours(collection: Collection) -> Iterator[Question]:
    for law_id, number, text in rows("law"):
        yield Question(text, (collection.law[law_id, number],), "law", _fold(f"{law_id}{number}"))
    for path, locator, text in rows("builtin"):
        yield Question(text, tuple(collection.builtin[path, locator]), "builtin", _fold(f"{path}{locator}"))


def _fold(key: str | int) -> int:
    return int(random.Random(key).random() * FOLDS)
