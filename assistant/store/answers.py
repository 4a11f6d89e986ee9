"""Answers with their evidence: kept as they were released, shown as today's consents allow."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.answer import Answer, AnswerSentence, DataUse, Evidence
from assistant.conversation import Message
from assistant.errors import NotFound
from assistant.principal import Principal
from assistant.store.consents import granted_pairs, readable
from assistant.store.conversations import open_conversation, require_conversation
from assistant.store.domains import CREDIT_SERVICE
from assistant.store.hidden import hide
from assistant.store.records import AnswerRow, EvidenceRow

AnswerState = Literal["running", "finished", "interrupted"]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One turn as its asker may see it now. `answer` is `None` until it is finished.

    `hidden` says that a consent it rests on is gone; then texts, quotes and results are replaced by a notice.
    """

    id: str
    conversation: str
    turn: int
    state: AnswerState
    question: str
    enterprise: str | None
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    answer: Answer | None
    sentences: tuple[AnswerSentence, ...]
    evidence: tuple[Evidence, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class StartedAnswer:
    """The ids of an answer that is now being made and of the conversation it belongs to."""

    id: str
    conversation: str
    turn: int


async def start_answer(
    session: AsyncSession,
    principal: Principal,
    *,
    question: str,
    as_of: date,
    conversation: str | None = None,
    enterprise: str | None = None,
) -> StartedAnswer:
    """Records that a question is being answered, as the next turn of `conversation` or of a new one.

    `NotFound` (code `conversation_not_found`) for a conversation that is not the caller's.
    """
    thread = await open_conversation(session, principal, question=question, conversation=conversation)
    identity = f"ans_{secrets.token_hex(12)}"
    last = await session.scalar(
        select(func.max(AnswerRow.turn)).where(AnswerRow.conversation_id == thread.id)
    )
    turn = (last or 0) + 1
    await session.execute(
        insert(AnswerRow).values(
            id=identity,
            conversation_id=thread.id,
            turn=turn,
            tenant=principal.tenant,
            subject=principal.subject,
            role=principal.role,
            enterprise=enterprise,
            state="running",
            question=question,
            as_of=as_of,
            sentences=[],
            started_at=datetime.now(UTC),
        )
    )
    return StartedAnswer(identity, thread.id, turn)


async def finish_answer(
    session: AsyncSession, answer: Answer, sentences: Sequence[AnswerSentence], evidence: Sequence[Evidence]
) -> None:
    """Stores the answer with its sentences and its numbered evidence. A second call replaces the first."""
    outcome = await session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer.id)
        .values(
            state="finished",
            status=answer.status,
            as_of=answer.as_of,
            body=answer.model_dump(mode="json"),
            sentences=[sentence.model_dump(mode="json") for sentence in sentences],
            finished_at=datetime.now(UTC),
        )
        .returning(AnswerRow.id)
        .execution_options(synchronize_session=False)
    )
    if outcome.scalar_one_or_none() is None:
        raise _unknown_answer()
    await session.execute(delete(EvidenceRow).where(EvidenceRow.answer_id == answer.id))
    if evidence:
        await session.execute(insert(EvidenceRow), [_evidence_row(answer.id, item) for item in evidence])


async def interrupt_answer(session: AsyncSession, answer_id: str) -> None:
    """Marks an answer that failed or was given up; a finished one stays finished."""
    await session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.state == "running")
        .values(state="interrupted", finished_at=datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )


async def interrupt_running(session: AsyncSession) -> int:
    """At start-up: answers that a stopped process left running become interrupted; returns how many."""
    outcome = await session.execute(
        update(AnswerRow)
        .where(AnswerRow.state == "running")
        .values(state="interrupted", finished_at=datetime.now(UTC))
        .returning(AnswerRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(outcome.all())


async def read_answer(
    session: AsyncSession,
    principal: Principal,
    answer_id: str,
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
) -> StoredAnswer:
    """One of the caller's own answers. `NotFound`, in the same words, for one of somebody else's or none."""
    rows = await session.scalars(select(AnswerRow).where(AnswerRow.id == answer_id, *_own(principal)))
    shown = await _shown(session, principal, list(rows), today=today, purpose=purpose)
    if not shown:
        raise _unknown_answer()
    return shown[0]


async def list_turns(
    session: AsyncSession,
    principal: Principal,
    conversation: str,
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
) -> tuple[StoredAnswer, ...]:
    """The turns of one of the caller's conversations in order, hidden where a consent is gone."""
    await require_conversation(session, principal, conversation)
    rows = await session.scalars(
        select(AnswerRow)
        .where(AnswerRow.conversation_id == conversation, *_own(principal))
        .order_by(AnswerRow.turn)
    )
    return await _shown(session, principal, list(rows), today=today, purpose=purpose)


async def list_messages(
    session: AsyncSession,
    principal: Principal,
    conversation: str,
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
) -> tuple[Message, ...]:
    """The finished turns as messages, for asking on; what a revoked consent hides is not among them."""
    messages: list[Message] = []
    for turn in await list_turns(session, principal, conversation, today=today, purpose=purpose):
        if turn.answer is not None:
            messages.append(Message(role="user", content=turn.question))
            messages.append(Message(role="assistant", content=turn.answer.text))
    return tuple(messages)


async def require_own(session: AsyncSession, principal: Principal, answer_id: str) -> None:
    """`NotFound` unless the answer is the caller's own."""
    known = select(AnswerRow.id).where(AnswerRow.id == answer_id, *_own(principal))
    if await session.scalar(known) is None:
        raise _unknown_answer()


async def _shown(
    session: AsyncSession, principal: Principal, rows: list[AnswerRow], *, today: date, purpose: str
) -> tuple[StoredAnswer, ...]:
    granted = await granted_pairs(session, principal, today=today, purpose=purpose) if rows else frozenset()
    kept = await session.scalars(
        select(EvidenceRow)
        .where(EvidenceRow.answer_id.in_([row.id for row in rows]))
        .order_by(EvidenceRow.number)
    )
    evidence: dict[str, list[Evidence]] = {}
    for item in kept:
        evidence.setdefault(item.answer_id, []).append(Evidence.model_validate(item.body))

    def open_now(use: DataUse) -> bool:
        return readable(principal, use.enterprise, use.domain, granted)

    return tuple(_stored(row, evidence.get(row.id, []), open_now) for row in rows)


def _stored(
    row: AnswerRow, evidence: Sequence[Evidence], open_now: Callable[[DataUse], bool]
) -> StoredAnswer:
    sentences = tuple(AnswerSentence.model_validate(item) for item in row.sentences)
    items = tuple(evidence)
    answer = Answer.model_validate(row.body) if row.body is not None else None
    whole = answer
    if answer is not None:
        answer, sentences, items = hide(answer, sentences, items, open_now)
    return StoredAnswer(
        id=row.id,
        conversation=row.conversation_id,
        turn=row.turn,
        state=cast("AnswerState", row.state),
        question=row.question,
        enterprise=row.enterprise,
        as_of=row.as_of,
        started_at=row.started_at,
        finished_at=row.finished_at,
        answer=answer,
        sentences=sentences,
        evidence=items,
        hidden=answer is not whole,
    )


def _own(principal: Principal) -> tuple[ColumnElement[bool], ...]:
    return AnswerRow.tenant == principal.tenant, AnswerRow.subject == principal.subject


def _unknown_answer() -> NotFound:
    return NotFound("未找到该回答", code="answer_not_found", param="id")


def _evidence_row(answer_id: str, item: Evidence) -> dict[str, object]:
    return {
        "answer_id": answer_id,
        "number": item.number,
        "kind": item.kind,
        "evidence_id": item.id,
        "body": item.model_dump(mode="json"),
        "uses": [use.model_dump(mode="json") for use in item.uses],
    }
