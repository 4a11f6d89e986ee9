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


@dataclass(frozen=True, slots=True)
class Pair:
    """Two turns of one conversation: what the second takes over from the first, and the second made whole.

    `relation` is `new` where nothing is taken over, else what changes or is asked on: `subject`, `firm`, `value`, `day`, `aspect`,
    `fill`, `refine`, `pronoun`. The labels are those of the whole.
    """

    relation: str
    first: Labelled
    second: str
    whole: Labelled


def read_pairs(folder: Path = FOLDER) -> list[Pair]:
    """Every pair of turns; `ValueError` names the line that is none."""
    found: list[Pair] = []
    for number, line in enumerate((folder / PAIRS).read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split("\t")
        labels = fields[-1].split(";")
        if len(fields) != 5 or len(labels) != 3:
            raise ValueError(f"{PAIRS}:{number}: not five columns with three labels")
        relation, first, second, whole, _ = fields
        acts, tools, whose = labels
        found.append(
            Pair(
                relation,
                labelled("", "-", "", first, source="follow_up"),
                _MARKED.sub(lambda match: match[1], second),
                labelled(acts, tools, whose, whole, source="follow_up"),
            )
        )
    return found


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
