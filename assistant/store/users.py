"""People who sign in: names, roles and argon2 hashes of their passwords."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from assistant.errors import InvalidRequest, NotFound, Unauthenticated
from assistant.principal import USER_ROLES, Principal, Role, principal_for
from assistant.store.database import StoreSession
from assistant.store.records import UserRow

SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 200
_LONGEST_NAME = 60
# OWASP's second choice for argon2id (19 MiB, two passes, one lane): a sign-in costs tens of milliseconds.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class User:
    """A user as lists show it; the hash is not part of it."""

    id: str
    name: str
    role: Role
    tenant: str
    demo: bool
    created_at: datetime
    disabled_at: datetime | None

    @property
    def principal(self) -> Principal:
        """Staff with the whole portfolio of the tenant; what is read of it stays subject to consent."""
        return principal_for(self.role, f"user:{self.id}", tenant=self.tenant)


async def create_user(
    session: StoreSession,
    *,
    name: str,
    password: str,
    tenant: str,
    role: str = "rm",
    demo: bool = False,
) -> User:
    """Adds a user. `InvalidRequest` for a name that is taken, a role that cannot sign in, a weak password."""
    wanted = plain_name(name)
    if not wanted or len(wanted) > _LONGEST_NAME or any(not char.isprintable() for char in wanted):
        raise InvalidRequest(f"用户名须为1至{_LONGEST_NAME}个可见字符", param="name")
    if role not in USER_ROLES:
        raise InvalidRequest(f"没有可登录的角色“{role}”，可用的有：{'、'.join(USER_ROLES)}", param="role")
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise InvalidRequest(f"密码须为{SHORTEST_PASSWORD}至{_LONGEST_PASSWORD}个字符", param="password")
    if password.strip().casefold() == wanted:
        raise InvalidRequest("密码不能与用户名相同", param="password")
    if await session.scalar(select(UserRow.id).where(UserRow.name == wanted)) is not None:
        raise InvalidRequest(f"用户名“{wanted}”已被使用", param="name", code="user_exists")
    row = UserRow(
        id=f"usr_{secrets.token_hex(8)}",
        name=wanted,
        password_hash=await asyncio.to_thread(_HASHER.hash, password),
        role=role,
        tenant=tenant,
        demo=demo,
        created_at=datetime.now(UTC),
        disabled_at=None,
    )
    session.add(row)
    await session.flush()
    return _user(row)


async def authenticate(session: StoreSession, name: str, password: str) -> User:
    """Who this is. `Unauthenticated`, in the same words and after the same work, for every other case.

    An unknown and a disabled name are checked against a hash too, so that neither answers sooner.
    """
    row = await session.scalar(select(UserRow).where(UserRow.name == plain_name(name)[:_LONGEST_NAME]))
    held = row.password_hash if row is not None else _nobody()
    good = await asyncio.to_thread(_matches, held, password[: _LONGEST_PASSWORD + 1])
    if row is None or row.disabled_at is not None or not good:
        raise Unauthenticated("用户名或密码不正确", code="sign_in_failed")
    return _user(row)


async def active_user(session: StoreSession, user_id: str) -> User:
    """The user of a session that has begun, read anew; `Unauthenticated` once it is disabled or gone."""
    row = await session.get(UserRow, user_id, populate_existing=True)
    if row is None or row.disabled_at is not None:
        raise Unauthenticated("登录已失效，请重新登录", code="session_ended")
    return _user(row)


async def disable_user(session: StoreSession, name_or_id: str, *, tenant: str) -> User:
    """Ends the access of a user of the tenant at the next request; doing it again changes nothing.

    `NotFound` for an unknown one.
    """
    row = await session.get(UserRow, name_or_id, populate_existing=True)
    if row is None:
        row = await session.scalar(select(UserRow).where(UserRow.name == plain_name(name_or_id)))
    if row is None or row.tenant != tenant:
        raise NotFound("未找到该用户", code="user_not_found", param="id")
    row.disabled_at = row.disabled_at or datetime.now(UTC)
    await session.flush()
    return _user(row)


async def renew_demo_user(session: StoreSession, *, name: str, password: str, tenant: str) -> User:
    """The demo user with a fresh password, made on first use. It keeps its id, and with it its history."""
    row = await session.scalar(select(UserRow).where(UserRow.demo.is_(True)))
    if row is None:
        taken = await session.scalar(select(UserRow.id).where(UserRow.name == name)) is not None
        free = f"{name}-{secrets.token_hex(3)}" if taken else name
        return await create_user(session, name=free, password=password, tenant=tenant, demo=True)
    row.password_hash = await asyncio.to_thread(_HASHER.hash, password)
    row.tenant = tenant
    row.disabled_at = None
    await session.flush()
    return _user(row)


async def disable_demo_user(session: StoreSession) -> None:
    """At a start without demo mode: the demo user cannot sign in until a start with it."""
    row = await session.scalar(select(UserRow).where(UserRow.demo.is_(True)))
    if row is not None:
        row.disabled_at = row.disabled_at or datetime.now(UTC)
        await session.flush()


async def list_users(session: StoreSession, *, tenant: str) -> tuple[User, ...]:
    """The users of a tenant, oldest first, disabled ones included."""
    own = select(UserRow).where(UserRow.tenant == tenant)
    rows = await session.scalars(own.order_by(UserRow.created_at, UserRow.id))
    return tuple(_user(row) for row in rows)


def plain_name(name: str) -> str:
    """A name as it is kept and looked up: one form, no case, no spaces around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


@cache
def _nobody() -> str:
    """A hash that no password matches, as costly to check as a real one."""
    return _HASHER.hash(secrets.token_urlsafe(24))


def _matches(held: str, password: str) -> bool:
    try:
        return _HASHER.verify(held, password)
    except (VerificationError, InvalidHashError):
        return False


def _user(row: UserRow) -> User:
    return User(
        id=row.id,
        name=row.name,
        role=cast("Role", row.role),
        tenant=row.tenant,
        demo=row.demo,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
