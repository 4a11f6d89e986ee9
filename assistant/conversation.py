"""What is asked: the messages of a conversation and one request to answer."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Locale = Literal["zh", "en"]
MAX_QUESTION_CHARS = 8_000
MAX_MESSAGES = 200


class Message(BaseModel):
    """One turn. `system` messages of a client are data, not policy."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "user", "assistant"]
    content: str


class AnswerRequest(BaseModel):
    """A question with what travels beside it.

    `as_of` is the day for which law and rules are read; unset, a day named in the question counts, else today
    in Asia/Shanghai. `enterprise` is a name, short name or credit code.
    """

    model_config = ConfigDict(frozen=True)

    messages: tuple[Message, ...]
    conversation: str | None = None
    enterprise: str | None = None
    as_of: date | None = None
    locale: Locale = "zh"

    @property
    def question(self) -> str:
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")


def locale_of(wanted: str | None) -> Locale:
    """The language meant by a name or a header such as `en-US,en;q=0.9`; Chinese where none of ours is."""
    return "en" if (wanted or "")[:2].casefold() == "en" else "zh"


def other_locale(locale: Locale) -> Locale:
    """The language that a page in this one offers to change to."""
    return "zh" if locale == "en" else "en"
