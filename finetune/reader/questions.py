"""The labelled questions of the reader: four columns (acts, tools, whose data, question), written by hand for this project.

In a question `{霖峤机械|enterprise}` marks a name and `{8000万|revenue}` a value with the argument it belongs to. Files of
pairs (`follow_up.tsv`) have columns of their own, see `read_pairs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from finetune.reader.shape import shape_of

FOLDER = Path(__file__).parent / "questions"
PAIRS = "follow_up.tsv"
_MARKED = re.compile(r"\{([^{}|]+)\|([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One question. `shape` is what the reader sees of it; `values` are (text, argument) as they stand in it."""

    question: str
    shape: str
    acts: frozenset[str]
    tools: frozenset[str]
    whose: str
    values: tuple[tuple[str, str], ...]
    source: str

    @property
    def category(self) -> str:
        """Why it is to be declined; empty for a question that is not."""
        return next((act.partition(":")[2] for act in self.acts if act.startswith("refuse:")), "")


def read_questions(folder: Path = FOLDER) -> list[Labelled]:
    """Every question once: of several with one shape the first stays."""
    known: set[str] = set()
    kept: list[Labelled] = []
    for one in _lines(folder):
        if one.shape not in known:
            known.add(one.shape)
            kept.append(one)
    return kept


def _lines(folder: Path) -> Iterator[Labelled]:
    for path in sorted(folder.glob("*.tsv")):
        if path.name == PAIRS:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            fields = line.split("\t")
            if len(fields) != 4:
                raise ValueError(f"{path.name}:{number}: {len(fields)} columns, not 4")
            yield labelled(*fields, source=path.stem)


def labelled(acts: str, tools: str, whose: str, marked: str, *, source: str) -> Labelled:
    values = tuple((match[1], match[2]) for match in _MARKED.finditer(marked))
    question = _MARKED.sub(lambda match: match[1], marked)
    names = [text for text, argument in values if argument == "enterprise"]
    return Labelled(
        question,
        shape_of(question, names),
        frozenset(acts.split(",")),
        frozenset(tools.split(",")) - {"-"},
        whose,
        values,
        source,
    )
