"""Evidence for one dialogue: passages in a book, some of whose sentences are the answer."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer import Authority, LegalStatus, ToolCall, ToolResult
from assistant.evidence.book import EvidenceBook
from assistant.llm.embedded_prompt import REFUSAL
from assistant.passage import Passage


@dataclass(frozen=True, slots=True)
class Source:
    """A passage to show. `gold` are the positions of its sentences that answer the question, in order."""

    title: str
    locator: str
    sentences: tuple[str, ...]
    gold: tuple[int, ...] = ()
    status: LegalStatus = "in_force"
    authority: Authority = "national"

    def plain(self) -> Source:
        return replace(self, gold=())


def book_of(sources: Sequence[Source], as_of: date, rng: random.Random) -> tuple[EvidenceBook, list[int]]:
    """The sources as numbered evidence, and the indices of the gold sentences."""
    book = EvidenceBook(as_of)
    gold: list[int] = []
    for source in sources:
        text = "\n".join(source.sentences)
        known = hashlib.blake2b(f"{source.title}{source.locator}{text}".encode(), digest_size=8).hexdigest()
        first = len(book.sentences)
        if any(item.id == known for item in book.items):
            continue
        book.add_passage(
            Passage(
                id=known,
                source_id=known,
                document_id=source.title,
                version="1",
                generation=1,
                collection="regulations",
                title=source.title,
                locator=source.locator,
                text=text,
                status=source.status,
                authority=source.authority,
            )
        )
        gold += [first + position + 1 for position in source.gold]
    return book, gold


def add_result(book: EvidenceBook, name: str, title: str, summary: Sequence[str]) -> list[int]:
    """A successful tool run in the book; the indices of its sentences."""
    first = len(book.sentences)
    result = ToolResult(as_of=book.as_of, summary=tuple(summary))
    book.add_tool_call(
        ToolCall(id=f"call_{len(book.items)}", name=name, arguments={}, ok=True, result=result), title
    )
    return [first + position + 1 for position in range(len(summary))]


def answer_text(gold: Sequence[int]) -> str:
    """What the model writes: the marks of the sentences that answer, or that nothing does."""
    return "".join(f"⟨S{index}⟩" for index in gold) or REFUSAL


def mixed(gold: Source | None, distractors: Sequence[Source], rng: random.Random) -> list[Source]:
    """The gold source among its distractors, nearer the front than not, as retrieval ranks them."""
    others = [source.plain() for source in distractors]
    rng.shuffle(others)
    if gold is None:
        return others
    place = min(rng.randrange(0, len(others) + 1), rng.randrange(0, len(others) + 1))
    return [*others[:place], gold, *others[place:]]
