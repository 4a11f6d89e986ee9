"""How an operation gets done: by the running server of this home, else here under its exclusive lock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from assistant.errors import AlreadyRunning, BaguiError, StoreUnavailable
from assistant.settings import Settings
from serve.process import server_file
from serve.process.server_file import ServerFile

if TYPE_CHECKING:
    from filelock import FileLock

Say = Callable[[str], None]
Line = dict[str, Any]
LOCK_WAIT_S = 20.0
_POLL_S = 0.1


class RemoteError(BaguiError):
    """An error that the server reported, with its own code and exit code."""

    def __init__(self, body: dict[str, Any], exit_code: int) -> None:
        super().__init__(str(body.get("message", "")), code=body.get("code"), param=body.get("param"))
        self.exit_code = exit_code  # pyright: ignore[reportAttributeAccessIssue]


class _Gone(Exception):
    """The server of `server.json` does not answer at its address."""


async def run(settings: Settings, name: str, arguments: Line, say: Say) -> AsyncIterator[Line]:
    """The lines of an operation, wherever it runs. Every failure is a `BaguiError`. `say` tells of long waits."""
    home = settings.home_path
    if (server := server_file.read(home)) is not None:
        try:
            async for line in _remote(server, name, arguments):
                yield line
            return
        except _Gone:
            server_file.remove(home)
    owned = await _acquire(settings)
    if isinstance(owned, ServerFile):
        try:
            async for line in _remote(owned, name, arguments):
                yield line
        except _Gone:
            raise _busy(settings) from None
        return
    try:
        async for line in _here(settings, name, arguments, say):
            yield line
    finally:
        owned.release()


async def _remote(server: ServerFile, name: str, arguments: Line) -> AsyncIterator[Line]:
    import httpx

    address = f"{server.url}/operator/{name}"
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    body = json.dumps(arguments)  # ASCII, so that the server is the one to judge odd characters
    begun = False
    try:
        async with (
            httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(None, connect=3.0)) as client,
            client.stream("POST", address, content=body, headers=headers) as response,
        ):
            begun = True
            if response.status_code != 200:
                await response.aread()
                raise _refused(response.status_code, response.text)
            async for text in response.aiter_lines():
                line = json.loads(text)
                if line.get("event") == "error":
                    raise RemoteError(line["error"], int(line["exit_code"]))
                yield line
    except httpx.TransportError as error:
        if begun:
            raise StoreUnavailable("与服务的连接中断", code="server_lost") from error
        raise _Gone from error


def _refused(status: int, text: str) -> BaguiError:
    try:
        body = json.loads(text)["error"]
    except (ValueError, KeyError, TypeError):
        body = {"message": f"服务返回状态 {status}", "code": "server_error"}
    return RemoteError(body, 2 if status in {400, 413, 415, 422} else 1)


async def _acquire(settings: Settings) -> FileLock | ServerFile:
    """The lock of the home, held; or the server that turned up while waiting for it."""
    from filelock import FileLock, Timeout

    from assistant.store.faults import unavailable
    from assistant.store.secret import make_home

    try:
        make_home(settings.home_path)
        lock = FileLock(settings.home_path / "lock", mode=0o600)
        for _ in range(int(LOCK_WAIT_S / _POLL_S)):
            try:
                lock.acquire(blocking=False)
                return lock
            except Timeout:
                if (server := server_file.read(settings.home_path)) is not None:
                    return server
                await asyncio.sleep(_POLL_S)
    except OSError as error:
        raise unavailable("database_read_only") from error
    raise _busy(settings)


def _busy(settings: Settings) -> AlreadyRunning:
    return AlreadyRunning(f"另一个进程正在使用数据目录 {settings.home_path}", code="home_in_use")


async def _here(settings: Settings, name: str, arguments: Line, say: Say) -> AsyncIterator[Line]:
    from assistant.store.database import Store
    from serve.operations.catalogue import find, run_store
    from serve.operations.operation import IndexOperation, StoreOperation

    operation, checked = find(name, json.loads(json.dumps(arguments)))
    if isinstance(operation, StoreOperation):
        store = await Store.open(settings.database, settings.home_path)
        try:
            yield await run_store(operation, store, settings.tenant, checked)
        finally:
            await store.close()
        return
    if isinstance(operation, IndexOperation):
        store = await Store.open(settings.database, settings.home_path)
        try:
            async for line in operation.run(store, settings, None, checked):
                yield line
        finally:
            await store.close()
        return
    from assistant.build import build
    from serve.start.content import fill_knowledge, is_empty

    bagui = await build(settings)
    try:
        if operation.filled and await is_empty(bagui.store):
            await fill_knowledge(bagui, samples=settings.demo, say=say)
        async for line in operation.run(bagui, checked):
            yield line
    finally:
        await bagui.close()
