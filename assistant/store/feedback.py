"""What a subject thought of an answer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.errors import InvalidRequest
from assistant.principal import Principal
from assistant.store.answers import require_own
from assistant.store.records import FeedbackRow

MAX_COMMENT_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class Feedback:
    answer_id: str
    thumb: str
    reason: str
    comment: str
    created_at: datetime


async def give_feedback(
    session: AsyncSession,
    principal: Principal,
    answer_id: str,
    *,
    thumb: str,
    reason: str = "",
    comment: str = "",
) -> Feedback:
    """Records an opinion; a later one of the same subject replaces it. `NotFound` unless the answer is its own."""
    if thumb not in ("up", "down"):
        raise InvalidRequest("thumb 须为 up 或 down", param="thumb")
    for name, value in (("reason", reason), ("comment", comment)):
        if len(value) > MAX_COMMENT_CHARS:
            raise InvalidRequest(f"{name} 不能超过{MAX_COMMENT_CHARS}字", param=name)
    await require_own(session, principal, answer_id)
    await session.execute(
        delete(FeedbackRow).where(
            FeedbackRow.answer_id == answer_id, FeedbackRow.subject == principal.subject
        )
    )
    opinion = Feedback(answer_id, thumb, reason, comment, datetime.now(UTC))
    await session.execute(
        insert(FeedbackRow).values(
            answer_id=answer_id,
            subject=principal.subject,
            thumb=thumb,
            reason=reason,
            comment=comment,
            created_at=opinion.created_at,
        )
    )
    return opinion


async def read_feedback(session: AsyncSession, principal: Principal, answer_id: str) -> Feedback | None:
    """The caller's own opinion of its own answer, if it gave one."""
    await require_own(session, principal, answer_id)
    row = await session.scalar(
        select(FeedbackRow).where(
            FeedbackRow.answer_id == answer_id, FeedbackRow.subject == principal.subject
        )
    )
    return row and Feedback(row.answer_id, row.thumb, row.reason, row.comment, row.created_at)
