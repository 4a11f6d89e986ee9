"""People who sign in to the workbench: created, disabled, listed."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr, TypeAdapter

from assistant.principal import UserRole
from assistant.store import audit, users
from assistant.store.audit import AuditEntry
from assistant.store.database import Store
from assistant.store.users import User
from serve.operations.operation import Arguments, NoArguments, StoreOperation, operator


class UserArguments(Arguments):
    name: str = Field(max_length=200)
    password: SecretStr = Field(max_length=1_000)
    role: UserRole = "rm"


class UserNameArguments(Arguments):
    """`name` is a user's name or id."""

    name: str = Field(max_length=200)


def _plain(user: User) -> dict[str, Any]:
    dumped: dict[str, Any] = TypeAdapter(User).dump_python(user, mode="json")
    return dumped


async def create(store: Store, tenant: str, asked: UserArguments) -> dict[str, Any]:
    async with store.writing() as session:
        made = await users.create_user(
            session,
            tenant=tenant,
            name=asked.name,
            password=asked.password.get_secret_value(),
            role=asked.role,
        )
        entry = AuditEntry("user.create", "ok", detail={"user": made.id, "role": made.role})
        await audit.append(session, operator(tenant), entry)
    return _plain(made)


async def disable(store: Store, tenant: str, asked: UserNameArguments) -> dict[str, Any]:
    async with store.writing() as session:
        ended = await users.disable_user(session, asked.name, tenant=tenant)
        await audit.append(
            session, operator(tenant), AuditEntry("user.disable", "ok", detail={"user": ended.id})
        )
    return _plain(ended)


async def list_all(store: Store, tenant: str, _asked: NoArguments) -> list[dict[str, Any]]:
    async with store.reading() as session:
        return [_plain(user) for user in await users.list_users(session, tenant=tenant)]


OPERATIONS = (
    StoreOperation("user_create", UserArguments, create),
    StoreOperation("user_disable", UserNameArguments, disable),
    StoreOperation("user_list", NoArguments, list_all),
)
