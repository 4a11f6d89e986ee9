"""Conversations of a subject: threads of questions and what was answered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.conversation import Message
from assistant.errors import NotFound
from assistant.principal import Principal
from assistant.store.answers import StoredAnswer, read_answers
from assistant.store.domains import CREDIT_SERVICE
from assistant.store.records import ConversationRow

_TITLE_CHARS = 40


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread as a list shows it; `title` is the beginning of its first question."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime


async def open_conversation(
    session: AsyncSession, principal: Principal, *, question: str, conversation: str | None = None
) -> Conversation:
    """The caller's conversation of that id, its time moved on, or a new one when `conversation` is `None`.

    `NotFound` (code `conversation_not_found`) for one that does not exist or belongs to somebody else.
    """
    now = datetime.now(UTC)
    if conversation is not None:
        row = await _own(session, principal, conversation)
        row.updated_at = max(now, row.updated_at)
    else:
        row = ConversationRow(
            id=f"conv_{secrets.token_hex(12)}",
            tenant=principal.tenant,
            subject=principal.subject,
            title=" ".join(question.split())[:_TITLE_CHARS],
            created_at=now,
            updated_at=now,
        )
        session.add(row)
    await session.flush()
    return _conversation(row)


async def list_conversations(
    session: AsyncSession, principal: Principal, *, limit: int = 50
) -> tuple[Conversation, ...]:
    """The caller's own conversations, the latest first."""
    rows = await session.scalars(
        select(ConversationRow)
        .where(ConversationRow.tenant == principal.tenant, ConversationRow.subject == principal.subject)
        .order_by(ConversationRow.updated_at.desc(), ConversationRow.id)
        .limit(limit)
    )
    return tuple(_conversation(row) for row in rows)


async def list_turns(
    session: AsyncSession,
    principal: Principal,
    conversation: str,
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
) -> tuple[StoredAnswer, ...]:
    """The turns of one of the caller's conversations in order, hidden where a consent is gone."""
    await _own(session, principal, conversation)
    return await read_answers(session, principal, conversation=conversation, today=today, purpose=purpose)


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


async def _own(session: AsyncSession, principal: Principal, conversation: str) -> ConversationRow:
    row = await session.scalar(
        select(ConversationRow).where(
            ConversationRow.id == conversation,
            ConversationRow.tenant == principal.tenant,
            ConversationRow.subject == principal.subject,
        )
    )
    if row is None:
        raise NotFound("未找到该会话", code="conversation_not_found", param="conversation")
    return row


def _conversation(row: ConversationRow) -> Conversation:
    return Conversation(row.id, row.title, row.created_at, row.updated_at)
