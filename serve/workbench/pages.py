"""The pages of the workbench, built when first wanted: a server that nobody visits never loads Gradio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from assistant.conversation import Locale
from serve.desk.desk import Desk
from serve.process.lazy_part import LazyPart
from serve.texts import texts


class Pages:
    """One page for each language, opened on the first visit and closed with the server."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pages: dict[Locale, LazyPart[ASGIApp]] = {}
        self._building = asyncio.Lock()

    def warm(self, language: Locale) -> None:
        """Begins to build the page, while its user still types the password."""
        self._part(language).warm()

    async def page(self, language: Locale) -> ASGIApp:
        return await self._part(language).get()

    async def close(self) -> None:
        await asyncio.gather(*(page.close() for page in self._pages.values()))

    def _part(self, language: Locale) -> LazyPart[ASGIApp]:
        if language not in self._pages:
            self._pages[language] = LazyPart(f"workbench page {language}", lambda: self._open(language))
        return self._pages[language]

    @asynccontextmanager
    async def _open(self, language: Locale) -> AsyncIterator[ASGIApp]:
        async with self._building:
            page: FastAPI = await asyncio.to_thread(self._build, language)
        async with page.router.lifespan_context(page):
            yield page

    def _build(self, language: Locale) -> FastAPI:
        """In a thread of its own, inside a running loop: without one Gradio makes some and loses them."""
        from serve.workbench.page import make_page

        async def build() -> FastAPI:
            return make_page(self._desk, texts(language))

        return asyncio.run(build())
