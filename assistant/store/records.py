"""Tables of what happens: conversations, answers with evidence, feedback, keys, sites, users, the audit chain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.columns import StoredJson, Table


class ConversationRow(Table):
    """A thread of questions of one subject."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_tenant_subject", "tenant", "subject"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    subject: Mapped[str]
    title: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AnswerRow(Table):
    """One turn: the question and, once finished, the answer as it was released."""

    __tablename__ = "answers"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'finished', 'interrupted')", name="state"),
        Index("ix_answers_conversation_id_turn", "conversation_id", "turn", unique=True),
        Index("ix_answers_state", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    turn: Mapped[int]
    tenant: Mapped[str]
    subject: Mapped[str]
    role: Mapped[str]
    enterprise: Mapped[str | None]
    state: Mapped[str]
    question: Mapped[str]
    as_of: Mapped[date]
    status: Mapped[str | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(StoredJson)
    sentences: Mapped[list[dict[str, Any]]] = mapped_column(StoredJson)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class EvidenceRow(Table):
    """A numbered piece of evidence of an answer; `uses` names the enterprise data it was made from."""

    __tablename__ = "answer_evidence"

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    evidence_id: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(StoredJson)
    uses: Mapped[list[dict[str, Any]]] = mapped_column(StoredJson)


class FeedbackRow(Table):
    """What a subject thought of an answer; one opinion each, the last one counts."""

    __tablename__ = "feedback"
    __table_args__ = (CheckConstraint("thumb IN ('up', 'down')", name="thumb"),)

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    thumb: Mapped[str]
    reason: Mapped[str]
    comment: Mapped[str]
    created_at: Mapped[datetime]


class KeyRow(Table):
    """An access key. Only a keyed digest of the secret is held."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(StoredJson)
    tenant: Mapped[str]
    subject: Mapped[str]
    enterprise: Mapped[str | None]
    label: Mapped[str]
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SiteRow(Table):
    """A web page that may embed the widget. Its identity secret is derived, never held."""

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(primary_key=True)
    site_key: Mapped[str] = mapped_column(unique=True)
    tenant: Mapped[str]
    origins: Mapped[list[str]] = mapped_column(StoredJson)
    enterprise: Mapped[str | None]
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class UsedIdentityRow(Table):
    """The `jti` of an identity that has been used, kept until the identity itself would have expired."""

    __tablename__ = "used_identities"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    jti: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UserRow(Table):
    """A person of the bank who signs in. Only an argon2 hash of the password is held."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    tenant: Mapped[str]
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class AuditRow(Table):
    """A link of the audit chain: `hash` is keyed over the whole row, `previous` is the hash before it."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    tenant: Mapped[str]
    who: Mapped[str]
    role: Mapped[str]
    what: Mapped[str]
    why: Mapped[str]
    enterprise: Mapped[str | None]
    consents: Mapped[list[str]] = mapped_column(StoredJson)
    evidence: Mapped[list[str]] = mapped_column(StoredJson)
    versions: Mapped[dict[str, str]] = mapped_column(StoredJson)
    outcome: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(StoredJson)
    previous: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
