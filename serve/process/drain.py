"""A stop that lets running answers finish: new requests are refused first, the server ends after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Drain:
    """Whether the server is stopping, and what is still running.

    `draining` refuses new requests; `expired` tells streams to end themselves with an error event.
    """

    def __init__(self, limit_s: float = 15.0) -> None:
        self.limit_s = limit_s
        self.draining = False
        self.expired = asyncio.Event()
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def request(self) -> Iterator[None]:
        self._running += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def finish(self) -> None:
        """Refuses what is new, waits for what runs, and after `limit_s` asks what is left to end."""
        self.draining = True
        try:
            async with asyncio.timeout(self.limit_s):
                await self._idle.wait()
        except TimeoutError:
            self.expired.set()
