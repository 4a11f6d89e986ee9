"""An answer in the making: what was released, found, run and withheld so far."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.answer import (
    Answer,
    AnswerSentence,
    AnswerStatus,
    Citation,
    Sentence,
    ToolCall,
    Usage,
    Verification,
)
from assistant.evidence.book import EvidenceBook, citation_of, marked
from assistant.passage import Passage
from assistant.prompts import prompt_version

PORTRAIT = "enterprise_portrait"
"""The one tool that tells an enterprise's data as they are and computes nothing."""


@dataclass(slots=True)
class AnswerDraft:
    """Mutable while one question is answered; `finish` freezes it into an `Answer`."""

    id: str
    conversation: str
    question: str
    as_of: date
    enterprise: str | None
    index_version: str
    book: EvidenceBook
    passages: list[Passage] = field(default_factory=list)
    successors: list[Passage] = field(default_factory=list)
    sentences: list[AnswerSentence] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)
    doubtful: bool = False
    unnamed: bool = False
    """Whether the question speaks of one enterprise that neither it nor the caller names."""
    checked: int = 0
    withheld: int = 0
    dropped: int = 0
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    status: AnswerStatus | None = None
    reading: AnswerSentence | None = None
    timings: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def mark_time(self, name: str) -> None:
        """Milliseconds from the start to now, kept under `name` the first time it is marked."""
        self.timings.setdefault(name, round((time.perf_counter() - self.started) * 1000, 1))

    def release(self, sentence: AnswerSentence) -> Sentence:
        self.sentences.append(sentence)
        self.mark_time("first_sentence")
        return Sentence(text=marked(sentence), cites=sentence.cites)

    def release_reading(self, text: str) -> Sentence:
        """Says how a question was read that leans on the one before it; this answers nothing yet."""
        self.reading = AnswerSentence(text=text)
        return self.release(self.reading)

    @property
    def told(self) -> list[AnswerSentence]:
        """What was released in answer to the question."""
        return [sentence for sentence in self.sentences if sentence is not self.reading]

    def says(self, sentence: AnswerSentence) -> bool:
        """Whether this sentence was released already, marks aside."""
        return any(known.text == sentence.text for known in self.sentences)

    def finish(self) -> Answer:
        self.mark_time("total")
        return Answer(
            id=self.id,
            text="\n".join(marked(sentence) for sentence in self.sentences),
            status=self.status or self._status(),
            degraded=tuple(dict.fromkeys(self.degraded)),
            citations=self._citations(),
            tool_calls=tuple(self.calls),
            verification=Verification(
                verdict="partial" if self.withheld else "supported",
                checked_numbers=self.checked,
                withheld=self.withheld,
            ),
            missing=tuple(dict.fromkeys(self.missing)),
            as_of=self.as_of,
            model=self.model,
            prompt_version=prompt_version(),
            index_version=self.index_version,
            usage=self.usage,
            timings=self.timings,
            conversation=self.conversation,
        )

    def _status(self) -> AnswerStatus:
        supported = any(sentence.cites for sentence in self.sentences)
        refused_data = any(call.error_code == "consent_required" for call in self.calls)
        if refused_data and not any(call.ok for call in self.calls):
            return "needs_consent"
        if not supported:
            return "not_found"
        return "partial" if self.missing or self.dropped or refused_data else "answered"

    def _citations(self) -> tuple[Citation, ...]:
        """One citation for each evidence that is cited, quoting the first sentence that rests on it."""
        found: dict[int, Citation] = {}
        for sentence in self.sentences:
            for number in sentence.cites:
                item = self.book.get(number)
                if item is not None and number not in found:
                    found[number] = citation_of(item, _quote(item.text, sentence.text))
        return tuple(found[number] for number in sorted(found))


def _quote(evidence: str, sentence: str) -> str:
    """The sentence where it is the evidence's own, else the evidence's beginning."""
    return sentence if sentence in evidence else evidence[:160]


def consent_missing(calls: Sequence[ToolCall]) -> list[str]:
    return [call.error for call in calls if call.error_code == "consent_required" and call.error]
