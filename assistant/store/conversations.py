"""Conversations of a subject: threads of questions and what was answered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.errors import NotFound
from assistant.principal import Principal
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
        row = await require_conversation(session, principal, conversation)
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


async def require_conversation(
    session: AsyncSession, principal: Principal, conversation: str
) -> ConversationRow:
    """The caller's own conversation; `NotFound`, in the same words, for somebody else's or none."""
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
