"""One training dialogue, and how a question with slots becomes the prompt that the assistant would send."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from assistant.evidence.book import EvidenceBook, render_evidence
from assistant.prompts import question_message
from assistant.words.mentions import delexicalise, find_mentions, values_line
from finetune.mini.data.values import Filled


@dataclass(frozen=True, slots=True)
class Example:
    """A dialogue in the OpenAI shape. `family` names the template it came from; splits never share one.

    `tools` may be shared between examples. `kind` is what the example teaches, for reports.
    """

    kind: str
    family: str
    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...] = field(default=())

    def json(self) -> dict[str, Any]:
        return {"kind": self.kind, "family": self.family, "messages": self.messages, "tools": self.tools}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready for the prompt; `placeholders` maps each slot to what a call writes for it."""

    text: str
    values: str
    placeholders: Mapping[str, str]


def ask(filled: Filled, today: date, enterprises: Sequence[tuple[str, str, str]] = ()) -> Asked | None:
    """The question as the assistant delexicalises it; `None` when code would not find one of its slots."""
    mentions = find_mentions(filled.text, today=today, directory=enterprises)
    found: dict[str, str] = {}
    for slot, (start, end) in filled.spans.items():
        hit = next((m for m in mentions if m.start < end and m.end > start), None)
        if hit is None:
            if slot.startswith("text_"):
                found[slot] = filled.text[start:end]
                continue
            return None
        found[slot] = hit.placeholder
    return Asked(delexicalise(filled.text, mentions), values_line(mentions), found)


def user_turn(asked: Asked, today: date, book: EvidenceBook, *, per_item: int = 5) -> dict[str, Any]:
    evidence = render_evidence(book, per_item=per_item) if book.items else ""
    return {"role": "user", "content": question_message(asked.text, asked.values, today, evidence)}


def call_turn(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    call = {"type": "function", "function": {"name": name, "arguments": dict(arguments)}}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


def some_day(rng: random.Random) -> date:
    """A day to ask on: mostly near the present, sometimes years away."""
    if rng.random() < 0.6:
        return date(2026, 11, 23) + timedelta(days=rng.randrange(-120, 240))
    return date(2024, 1, 1) + timedelta(days=rng.randrange(0, 1600))


def held_out(family: str, share: int = 12) -> bool:
    """Whether a template family belongs to the test split: one in `share`, fixed by its name."""
    return zlib.crc32(family.encode()) % share == 0
