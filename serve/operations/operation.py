"""An operation: something the operator of this machine can ask for, declared once for both ways to run it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.principal import KeyRole, Principal, principal_for

if TYPE_CHECKING:
    from assistant.build import Bagui
    from assistant.retrieval.retriever import Retriever
    from assistant.settings import Settings
    from assistant.store.database import Store


class Arguments(BaseModel):
    """Arguments of an operation; what is unknown is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoArguments(Arguments):
    pass


class IdArguments(Arguments):
    id: str = Field(max_length=200)


class InRole(Arguments):
    """In whose place the operator asks. `enterprise` binds the role to one, as a key of that role would be."""

    role: KeyRole = "rm"
    enterprise: str | None = Field(default=None, max_length=200)


Stream = AsyncIterator[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StoreOperation:
    """Needs the database and nothing else: no index, no model. It runs for the tenant of the settings."""

    name: str
    arguments: type[Arguments]
    run: Callable[[Store, str, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class FullOperation:
    """Needs everything. Its lines are events; the last is `{"event": "result", "value": …}` or a `finished`.

    `filled` says that an empty knowledge base is filled with the built-in one before it runs.
    """

    name: str
    arguments: type[Arguments]
    run: Callable[[Bagui, Any], Stream]
    filled: bool = True


@dataclass(frozen=True, slots=True)
class IndexOperation:
    """Changes what searches rest on, so it must run even where that cannot serve: the retriever is the running
    server's, or `None`. Its lines are like those of a `FullOperation`.
    """

    name: str
    arguments: type[Arguments]
    run: Callable[[Store, Settings, Retriever | None, Any], Stream]


Operation = StoreOperation | FullOperation | IndexOperation


def result(value: Any) -> dict[str, Any]:
    """The line that ends an operation which returns one value."""
    return {"event": "result", "value": value}


def operator(tenant: str, role: KeyRole = "admin", enterprise: str | None = None) -> Principal:
    """The principal under which the operator's command reads; named so in the audit chain."""
    return principal_for(role, f"operator:{role}", enterprise=enterprise, tenant=tenant)
