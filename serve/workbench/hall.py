"""The pages of the workbench, built when first wanted: a server that nobody visits never loads Gradio."""

from __future__ import annotations

import asyncio
import logging

from fastapi import FastAPI
from starlette.types import ASGIApp

from serve.desk.desk import Desk
from serve.texts import Language, texts

_log = logging.getLogger("bagui.workbench")


class Hall:
    """One page for each language, opened on the first visit and closed with the server."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._closing = asyncio.Event()
        self._ready: dict[Language, asyncio.Future[ASGIApp]] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._building = asyncio.Lock()

    def warm(self, language: Language) -> None:
        """Begins to build the page, while its user still types the password."""
        self._opened(language)

    async def page(self, language: Language) -> ASGIApp:
        return await asyncio.shield(self._opened(language))

    async def close(self) -> None:
        self._closing.set()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    def _opened(self, language: Language) -> asyncio.Future[ASGIApp]:
        held = self._ready.get(language)
        if held is None or (held.done() and (held.cancelled() or held.exception() is not None)):
            held = asyncio.get_running_loop().create_future()
            self._ready[language] = held
            keeper = asyncio.create_task(self._keep(language, held))
            keeper.add_done_callback(lambda done: _pass_on(done, held))
            self._keepers.append(keeper)
        return held

    async def _keep(self, language: Language, ready: asyncio.Future[ASGIApp]) -> None:
        """Builds the page and keeps its lifespan open until the server closes."""
        async with self._building:
            page: FastAPI = await asyncio.to_thread(self._build, language)
        async with page.router.lifespan_context(page):
            ready.set_result(page)
            await self._closing.wait()

    def _build(self, language: Language) -> FastAPI:
        """In a thread of its own, inside a running loop: without one Gradio makes some and loses them."""
        from serve.workbench.page import make_page

        async def build() -> FastAPI:
            return make_page(self._desk, texts(language))

        return asyncio.run(build())


def _pass_on(keeper: asyncio.Task[None], ready: asyncio.Future[ASGIApp]) -> None:
    """Why a page could not be opened reaches the log and whoever waits for it; the next visit tries again."""
    if keeper.cancelled() or (error := keeper.exception()) is None:
        return
    _log.error("workbench page failed to open", exc_info=error)
    if not ready.done():
        ready.set_exception(error)
        ready.exception()
