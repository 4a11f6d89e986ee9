"""A question understood by code, before any model sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.conversation import AnswerRequest, Message
from assistant.principal import Principal
from assistant.question import guard
from assistant.question.asking import asks_rule, without_pointing
from assistant.question.follow_up import standing_enterprise, whole
from assistant.store import enterprises
from assistant.store.database import Store
from assistant.words.mentions import Directory, Mention, find_mentions, named_day
from assistant.words.redaction import redact

HISTORY_TURNS = 6
HISTORY_CHARS = 1000
FOLLOW_UP_CHARS = 14


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood: its text without invisible marks, its mentions, its day and its enterprise.

    `typed` is the text as it was asked, `question` the same made whole where it leans on the question before it.
    `directory` names the enterprises of the caller's portfolio. `enterprise` is a credit code.
    """

    typed: str
    question: str
    mentions: tuple[Mention, ...]
    directory: Directory
    today: date
    as_of: date
    enterprise: str | None
    history: tuple[Message, ...]

    @property
    def query(self) -> str:
        """What is searched for: a short follow-up together with the question before it, whoever's case it is."""
        wanted = without_pointing(self._without_names() if asks_rule(self.question) else self.question)
        if len(self.question) >= FOLLOW_UP_CHARS:
            return wanted
        before = next((turn.content for turn in reversed(self.history) if turn.role == "user"), "")
        return f"{without_pointing(before)} {wanted}".strip()

    def _without_names(self) -> str:
        """No text of the knowledge names a customer; what is typed of one is found by its code."""
        left = self.question
        for mention in sorted(self.mentions, key=lambda one: -one.start):
            if mention.kind == "enterprise":
                left = left[: mention.start] + left[mention.end :]
        return left


async def understand(request: AnswerRequest, principal: Principal, store: Store, today: date) -> Question:
    """Clean the question, find its mentions, its day and its enterprise.

    Raises `InvalidRequest` or `TooLarge` for a question that cannot be asked, `NotFound` for an enterprise
    outside the portfolio.
    """
    typed = guard.admit(request.question)
    async with store.reading() as session:
        portfolio = await enterprises.list_enterprises(session, principal)
        chosen = (
            await enterprises.find_enterprise(session, principal, request.enterprise)
            if request.enterprise
            else None
        )
    directory: Directory = tuple((one.name, one.short_name, one.code) for one in portfolio)
    earlier = [m for m in request.messages[:-1] if m.role != "system" and m.content.strip()][-HISTORY_TURNS:]
    asked_before = [
        guard.clean_question(turn.content)[:HISTORY_CHARS] for turn in earlier if turn.role == "user"
    ]
    question = whole(typed, asked_before, today=today, directory=directory)
    mentions = tuple(find_mentions(question, today=today, directory=directory))
    named = next((str(m.value) for m in mentions if m.kind == "enterprise"), None)
    return Question(
        typed=typed,
        question=question,
        mentions=mentions,
        directory=directory,
        today=today,
        as_of=request.as_of or named_day(question, today) or today,
        enterprise=chosen.code
        if chosen
        else named or standing_enterprise(asked_before, directory) or principal.own,
        history=tuple(
            Message(role=turn.role, content=redact(guard.clean_question(turn.content))[:HISTORY_CHARS])
            for turn in earlier
        ),
    )
