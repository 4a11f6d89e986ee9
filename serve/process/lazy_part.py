"""Parts that are opened when first wanted and stay open until the server closes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

Part = TypeVar("Part")
_log = logging.getLogger("bagui.serve")


class LazyPart(Generic[Part]):
    """One part, opened by the first `get` or `warm` and closed by `close`.

    `open_part` makes its context. One task enters and leaves it, as task groups inside want it.
    """

    def __init__(self, name: str, open_part: Callable[[], AbstractAsyncContextManager[Part]]) -> None:
        self._name = name
        self._open_part = open_part
        self._closing = asyncio.Event()
        self._ready: asyncio.Future[Part] | None = None
        self._keepers: list[asyncio.Task[None]] = []

    def warm(self) -> None:
        """Begins to open it."""
        self._opened()

    async def get(self) -> Part:
        """The part, once it is open. Raises what opening it raised; the next call tries again."""
        return await asyncio.shield(self._opened())

    async def close(self) -> None:
        self._closing.set()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    def _opened(self) -> asyncio.Future[Part]:
        held = self._ready
        if held is None or (held.done() and (held.cancelled() or held.exception() is not None)):
            held = self._ready = asyncio.get_running_loop().create_future()
            keeper = asyncio.create_task(self._keep(held))
            keeper.add_done_callback(lambda done: self._pass_on(done, held))
            self._keepers.append(keeper)
        return held

    async def _keep(self, ready: asyncio.Future[Part]) -> None:
        async with self._open_part() as part:
            ready.set_result(part)
            await self._closing.wait()

    def _pass_on(self, keeper: asyncio.Task[None], ready: asyncio.Future[Part]) -> None:
        """Why it could not be opened reaches the log and whoever waits for it."""
        if keeper.cancelled() or (error := keeper.exception()) is None:
            return
        _log.error("%s failed to open", self._name, exc_info=error)
        if not ready.done():
            ready.set_exception(error)
            ready.exception()
