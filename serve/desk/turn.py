"""One question and what became of it: as the store holds it, or as it is being answered now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from assistant.answer import (
    Answer,
    AnswerEvent,
    Evidence,
    Failed,
    Finished,
    Retrieved,
    Sentence,
    Started,
    ToolCall,
    ToolFinished,
    ToolStarted,
)

_PLACEHOLDER = re.compile(r"⟨[A-Z]\d+⟩")
STOPPED = "shutting_down"
"""The code of an ending that somebody asked for: the reader with the stop button, or the server's own stop."""

TurnState = Literal["running", "finished", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class InputWords:
    """What the domain calls an input of a tool, and each value that it may choose."""

    title: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolStep:
    """A run of a tool on the way to the answer.

    `ms` is known only while somebody watches, `ok` once it ended; `title` may be empty, then `name` stands for it.
    `words` are the domain's for its arguments. A value that the question holds is `None` until the run ended.
    """

    id: str
    name: str
    title: str
    arguments: dict[str, Any]
    ok: bool | None = None
    error: str | None = None
    ms: float | None = None
    chosen_by: Literal["model", "router"] | None = None
    words: Mapping[str, InputWords] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """`id` is the answer's, empty until it began. `sentences` are the released ones, citation marks in them.

    `hidden` says that a consent this answer rests on is gone; the texts are then already replaced.
    """

    question: str
    id: str = ""
    conversation: str = ""
    state: TurnState = "running"
    as_of: date | None = None
    enterprise: str | None = None
    started_at: datetime | None = None
    found: tuple[str, ...] | None = None
    steps: tuple[ToolStep, ...] = ()
    sentences: tuple[str, ...] = ()
    cites: frozenset[int] = frozenset()
    answer: Answer | None = None
    evidence: tuple[Evidence, ...] = ()
    failure: str = ""
    failure_code: str = ""
    hidden: bool = False
    thumb: str = ""

    @property
    def text(self) -> str:
        """The answer as far as it is known."""
        return self.answer.text if self.answer is not None else "\n".join(self.sentences)

    @property
    def marks(self) -> frozenset[int]:
        """The evidence numbers that can be opened."""
        if self.answer is not None:
            return frozenset(citation.n for citation in self.answer.citations)
        return self.cites


def step_of(call: ToolCall, title: str, ms: float | None = None) -> ToolStep:
    return ToolStep(
        id=call.id,
        name=call.name,
        title=title,
        arguments=_inputs(call.arguments, call),
        ok=call.ok,
        error=call.error,
        ms=ms,
        chosen_by=call.chosen_by,
    )


def _inputs(arguments: Mapping[str, Any], call: ToolCall | None = None) -> dict[str, Any]:
    """The arguments with the values that placeholders of the question stood for, as the tool tells them."""
    used = call.result.inputs_used if call is not None and call.result is not None else {}
    return {
        name: used.get(name) if isinstance(value, str) and _PLACEHOLDER.fullmatch(value) else value
        for name, value in arguments.items()
    }


def _all_steps(watched: tuple[ToolStep, ...], calls: tuple[ToolCall, ...]) -> tuple[ToolStep, ...]:
    """One step for each call of the answer: as it was watched, or, where it made no events, as it is told now."""
    seen = {step.id: step for step in watched}
    return tuple(
        replace(seen[call.id], chosen_by=call.chosen_by, arguments=_inputs(call.arguments, call))
        if call.id in seen
        else step_of(call, "")
        for call in calls
    )


def after(turn: Turn, event: AnswerEvent) -> Turn:
    """The turn once this event has happened."""
    if isinstance(event, Started):
        return replace(turn, id=event.answer_id, conversation=event.conversation, as_of=event.as_of)
    if isinstance(event, Retrieved):
        return replace(turn, found=event.titles)
    if isinstance(event, ToolStarted):
        step = ToolStep(event.id, event.name, event.title, _inputs(event.arguments))
        return replace(turn, steps=(*turn.steps, step))
    if isinstance(event, ToolFinished):
        steps = tuple(
            replace(step, ok=event.ok, error=event.error, ms=event.ms) if step.id == event.id else step
            for step in turn.steps
        )
        return replace(turn, steps=steps)
    if isinstance(event, Sentence):
        return replace(
            turn, sentences=(*turn.sentences, event.text), cites=turn.cites | frozenset(event.cites)
        )
    if isinstance(event, Finished):
        return replace(
            turn,
            state="finished",
            answer=event.answer,
            as_of=event.answer.as_of,
            steps=_all_steps(turn.steps, event.answer.tool_calls),
        )
    if isinstance(event, Failed) and event.code == STOPPED:
        return replace(turn, state="interrupted")
    if isinstance(event, Failed):
        return replace(turn, state="failed", failure=event.message, failure_code=event.code)
    return turn
