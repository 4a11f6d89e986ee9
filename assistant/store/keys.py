"""Access keys: shown once, kept as a keyed digest, checked as a whole."""

from __future__ import annotations

import hmac
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import select, update

from assistant.errors import InvalidRequest, NotFound, Unauthenticated
from assistant.principal import ROLE_SCOPES, Principal, Role, Scope, principal_for
from assistant.store.consents import unknown_enterprise
from assistant.store.database import StoreSession
from assistant.store.records import KeyRow
from assistant.store.tables import EnterpriseRow

PREFIX = "bg_"
_SECRET_BYTES = 32
_CHECK_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Key:
    """A key as lists show it; the secret is not part of it."""

    id: str
    role: Role
    scopes: tuple[Scope, ...]
    tenant: str
    subject: str
    enterprise: str | None
    label: str
    demo: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh key with its secret: `token` is shown once and stored nowhere."""

    key: Key
    token: str

    def __repr__(self) -> str:
        return f"NewKey({self.key.id})"


async def create_key(
    session: StoreSession,
    *,
    role: str,
    tenant: str,
    enterprise: str | None = None,
    subject: str | None = None,
    scopes: Iterable[str] | None = None,
    label: str = "",
    demo: bool = False,
    expires_at: datetime | None = None,
) -> NewKey:
    """Makes a key for a role, bound to an enterprise (its code) where one is given.

    `subject` defaults to the key itself; two keys of one subject share its history. `scopes` narrows those of
    the role. Raises `InvalidRequest` for an unknown role or scope, `NotFound` for an unknown enterprise.
    """
    if role not in ROLE_SCOPES or role == "visitor":
        usable = "、".join(name for name in ROLE_SCOPES if name != "visitor")
        raise InvalidRequest(f"没有角色“{role}”，可用的有：{usable}", param="role")
    if role == "enterprise" and not enterprise:
        raise InvalidRequest("企业角色的密钥须指明企业", param="enterprise")
    if enterprise is not None:
        known = select(EnterpriseRow.code).where(EnterpriseRow.code == enterprise)
        if await session.scalar(known) is None:
            raise unknown_enterprise()
    full = principal_for(cast("Role", role), "", enterprise=enterprise, tenant=tenant).scopes
    granted = full if scopes is None else frozenset(scopes)
    if not granted <= full:
        raise InvalidRequest(f"角色“{role}”没有权限：{'、'.join(sorted(granted - full))}", param="scopes")
    key_id = f"key_{secrets.token_hex(8)}"
    token = _issue_token()
    row = KeyRow(
        id=key_id,
        digest=_digest(session, token),
        role=role,
        scopes=sorted(granted),
        tenant=tenant,
        subject=subject or key_id,
        enterprise=enterprise,
        label=label,
        demo=demo,
        created_at=datetime.now(UTC),
        expires_at=expires_at,
        revoked_at=None,
    )
    session.add(row)
    await session.flush()
    return NewKey(_key(row), token)


async def authenticate(session: StoreSession, token: str) -> Principal:
    """Who holds this key. `Unauthenticated`, always in the same words, when it is not good or no longer good.

    The key is found by the digest of all of it; nothing is cached, so a revoked key fails at the next call.
    """
    if not _well_formed(token):
        raise Unauthenticated("密钥无效")
    digest = _digest(session, token)
    row = await session.scalar(
        select(KeyRow).where(KeyRow.digest == digest).execution_options(populate_existing=True)
    )
    if row is None or not hmac.compare_digest(row.digest, digest):
        raise Unauthenticated("密钥无效")
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= datetime.now(UTC)):
        raise Unauthenticated("密钥无效")
    principal = principal_for(
        cast("Role", row.role), row.subject, enterprise=row.enterprise, tenant=row.tenant
    )
    return principal.model_copy(update={"scopes": principal.scopes & frozenset(row.scopes)})


async def revoke_key(session: StoreSession, key_id: str, *, tenant: str) -> Key:
    """Ends a key of the tenant at once; ending it again changes nothing. `NotFound` for an unknown id."""
    row = await session.get(KeyRow, key_id, populate_existing=True)
    if row is None or row.tenant != tenant:
        raise NotFound("未找到该密钥", code="key_not_found", param="id")
    row.revoked_at = row.revoked_at or datetime.now(UTC)
    await session.flush()
    return _key(row)


async def revoke_demo_keys(session: StoreSession) -> int:
    """Ends every demo key that is still good; returns how many."""
    outcome = await session.execute(
        update(KeyRow)
        .where(KeyRow.demo.is_(True), KeyRow.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
        .returning(KeyRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(outcome.all())


async def list_keys(session: StoreSession, *, tenant: str) -> tuple[Key, ...]:
    """The keys of a tenant, oldest first, ended ones included."""
    own = select(KeyRow).where(KeyRow.tenant == tenant)
    rows = await session.scalars(own.order_by(KeyRow.created_at, KeyRow.id))
    return tuple(_key(row) for row in rows)


def _issue_token() -> str:
    body = secrets.token_urlsafe(_SECRET_BYTES)
    return f"{PREFIX}{body}{_checksum(body)}"


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def _well_formed(token: str) -> bool:
    """Whether this can be one of our keys at all; a mistyped one never reaches the database."""
    if not token.startswith(PREFIX) or not token.isascii():
        return False
    body, check = token[len(PREFIX) : -_CHECK_DIGITS], token[-_CHECK_DIGITS:]
    return bool(body) and hmac.compare_digest(_checksum(body), check)


def _digest(session: StoreSession, token: str) -> str:
    return hmac.new(session.secret.api_keys, token.encode(), "sha256").hexdigest()


def _key(row: KeyRow) -> Key:
    return Key(
        id=row.id,
        role=cast("Role", row.role),
        scopes=tuple(cast("list[Scope]", row.scopes)),
        tenant=row.tenant,
        subject=row.subject,
        enterprise=row.enterprise,
        label=row.label,
        demo=row.demo,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
