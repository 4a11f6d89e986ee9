"""All operations by name, and how one runs in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from assistant.errors import NotFound
from assistant.store.database import Store
from serve.http.json_body import check_value, validated
from serve.operations import answering, document_tree, encoding, holdings, rights, sites, users
from serve.operations.operation import (
    Arguments,
    FullOperation,
    IndexOperation,
    Operation,
    StoreOperation,
    result,
)

if TYPE_CHECKING:
    from assistant.build import Bagui

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        *answering.OPERATIONS,
        *holdings.OPERATIONS,
        *document_tree.OPERATIONS,
        *encoding.OPERATIONS,
        *rights.OPERATIONS,
        *sites.OPERATIONS,
        *users.OPERATIONS,
    )
}


def find(name: str, arguments: Any) -> tuple[Operation, Arguments]:
    """The operation and its checked arguments; `NotFound` and `InvalidRequest` as they are due."""
    operation = OPERATIONS.get(name)
    if operation is None:
        raise NotFound(f"没有名为“{name}”的操作")
    check_value(arguments)
    return operation, validated(operation.arguments, arguments)


async def run_store(
    operation: StoreOperation, store: Store, tenant: str, arguments: Arguments
) -> dict[str, Any]:
    return result(await operation.run(store, tenant, arguments))


def run_here(bagui: Bagui, name: str, arguments: Any) -> AsyncIterator[dict[str, Any]]:
    """The lines of an operation in a process that has everything open. Bad arguments raise at once."""
    operation, checked = find(name, arguments)
    if isinstance(operation, FullOperation):
        return operation.run(bagui, checked)
    if isinstance(operation, IndexOperation):
        return operation.run(bagui.store, bagui.settings, bagui.retriever, checked)
    return _one(operation, bagui, checked)


async def _one(operation: StoreOperation, bagui: Bagui, checked: Arguments) -> AsyncIterator[dict[str, Any]]:
    yield await run_store(operation, bagui.store, bagui.settings.tenant, checked)
