"""Proposes a tool and its arguments when the model cannot: the nearest example question of the catalogue."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.planning.no_tool import NO_TOOL_EXAMPLES
from assistant.planning.slots import Filling, fill
from assistant.tools.tool import Tool
from assistant.words.mentions import LETTERS, Mention, delexicalise, find_mentions

_PLACEHOLDER = re.compile(r"⟨([A-Z])\d+⟩")
# One private character per kind of mention, so that an n-gram sees a value as one letter.
_KIND_CHARS = {letter: chr(0xE000 + place) for place, letter in enumerate(LETTERS.values())}
_FILLER = re.compile(r"请问|麻烦|帮我|帮忙|一下|您好|你好|[\s，。？！、,.?!：:；;“”\"'（）()]+")
# Words that point to one enterprise stand for it as its name does.
_THIS_ENTERPRISE = re.compile(
    r"(?:这家|这个|该|本|我们|我|咱们?|那家|上述)(?:企业|公司|客户|厂|户|店)|我司|贵司|这户|客户(?!经理|身份|资料)"
)
_SIZES = (1, 2, 3)
_THRESHOLD = 0.3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call that can be run as it is: every required argument has a value. `confidence` is in [0, 1]."""

    name: str
    arguments: dict[str, Any]
    confidence: float


@dataclass(frozen=True, slots=True)
class Consideration:
    """The tool a question is nearest to, runnable or not; `missing` names required arguments without a value."""

    name: str
    filling: Filling
    confidence: float

    @property
    def missing(self) -> tuple[str, ...]:
        return self.filling.missing


class Router:
    """Holds the example questions of a catalogue as TF-IDF vectors of character n-grams."""

    def __init__(self, catalogue: Mapping[str, Tool]) -> None:
        self._catalogue = catalogue
        labelled = [(tool.name, example) for tool in catalogue.values() for example in tool.examples]
        labelled += [("", example) for example in NO_TOOL_EXAMPLES]
        self._labels = np.array([name for name, _ in labelled])
        grams = [_grams(_shape(example, find_mentions(example))) for _, example in labelled]
        seen = Counter(gram for row in grams for gram in row)
        self._columns = {gram: place for place, gram in enumerate(sorted(seen))}
        self._idf = np.array([math.log((1 + len(grams)) / (1 + seen[gram])) + 1 for gram in sorted(seen)])
        self._idf_unseen = math.log(1 + len(grams)) + 1
        self._vectors = np.stack([self._vector(row) for row in grams])

    def propose(
        self, question: str, mentions: Sequence[Mention], tools: Mapping[str, Tool] | None = None
    ) -> Proposal | None:
        """A runnable call, or `None` when no example is near or a required argument has no value.

        `tools` are those the caller may use; a question that is nearest to another one gets no proposal.
        """
        found = self.consider(question, mentions)
        if found is None or found.missing or (tools is not None and found.name not in tools):
            return None
        return Proposal(found.name, found.filling.arguments, found.confidence)

    def consider(self, question: str, mentions: Sequence[Mention]) -> Consideration | None:
        """The nearest tool with what it lacks; `None` when the question looks like one that needs no tool."""
        vector = self._vector(_grams(_shape(question, mentions)))
        nearness = self._vectors @ vector
        scores = {str(name): _near(nearness[self._labels == name]) for name in dict.fromkeys(self._labels)}
        name = max((label for label in scores if label), key=lambda label: scores[label])
        other = max(score for label, score in scores.items() if label != name)
        filling = fill(self._catalogue[name], question, mentions)
        confidence = _confidence(scores[name], other, filling)
        return Consideration(name, filling, confidence) if confidence >= _THRESHOLD else None

    def _vector(self, grams: Counter[str]) -> np.ndarray:
        """Unit vector over the n-grams known. Unknown ones count in its length: a strange question is near nothing."""
        vector = np.zeros(len(self._columns))
        strange = 0.0
        for gram, count in grams.items():
            place = self._columns.get(gram)
            idf = self._idf_unseen if place is None else self._idf[place]
            weight = (1 + math.log(count)) * idf * len(gram)
            if place is None:
                strange += weight**2
            else:
                vector[place] = weight
        norm = math.sqrt(float(vector @ vector) + strange)
        return vector / norm if norm else vector


def _shape(question: str, mentions: Sequence[Mention]) -> str:
    """The question without its values and courtesies: what kind of thing is asked, not how much of it."""
    delexical = _PLACEHOLDER.sub(lambda match: _KIND_CHARS[match[1]], delexicalise(question, mentions))
    named = _THIS_ENTERPRISE.sub(_KIND_CHARS[LETTERS["enterprise"]], delexical)
    return _FILLER.sub(" ", named.upper()).strip()


def _grams(text: str) -> Counter[str]:
    return Counter(
        text[start : start + size]
        for size in _SIZES
        for start in range(len(text) - size + 1)
        if " " not in text[start : start + size]
    )


def _near(nearness: np.ndarray) -> float:
    """The nearest example counts most, the next two a little."""
    best = np.sort(nearness)[::-1][:3]
    return float(best @ np.array([0.7, 0.2, 0.1])[: len(best)])


def _confidence(score: float, other: float, filling: Filling) -> float:
    """From nearness, its lead over every other class, and the arguments that words of the question point to."""
    base = 1 / (1 + math.exp(-(10 * (score - other) + 6 * (score - 0.3))))
    pointed = 1 - (1 - base) * 0.85**filling.cued
    wanted = len(filling.missing)
    return round(pointed * 0.8**wanted, 4)
