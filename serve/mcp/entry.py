"""The way in to `/mcp`: who calls and from where, and a body that is safe to read, before the protocol begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import Forbidden
from serve.callers.auth import Authenticator
from serve.http.json_body import read_json
from serve.process.lazy_part import LazyPart
from serve.server_state import ServerState

PATH = "/mcp"


class McpEntry:
    """The ASGI application at `/mcp`. The protocol's package is loaded for the first caller with a valid key."""

    def __init__(self, state: ServerState, allow: Authenticator) -> None:
        self._state = state
        self._check = allow("tools")
        self._inside: LazyPart[ASGIApp] = LazyPart("mcp", self._open)
        self.route = Route(PATH, self, include_in_schema=False)

    async def close(self) -> None:
        await self._inside.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        scope["route"] = self.route  # for the access log
        self._check_origin(request)
        principal = await self._check(request)
        if request.method != "POST":
            # There are no sessions to end and no stream to listen to.
            raise HTTPException(405, headers={"Allow": "POST"})
        await read_json(request)
        body = await request.body()
        inside = await self._inside.get()
        from serve.mcp.server import PRINCIPAL

        begun = False

        async def again() -> Message:
            nonlocal begun
            if begun:
                return await receive()
            begun = True
            return {"type": "http.request", "body": body, "more_body": False}

        await inside({**scope, PRINCIPAL: principal}, again, send)

    def _check_origin(self, request: Request) -> None:
        """Programs send no Origin. A page of another host is refused, whatever name it reached us under."""
        if any(origin not in self._state.origins for origin in request.headers.getlist("origin")):
            raise Forbidden("其他网站的页面不能使用此地址", code="origin_denied")

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[ASGIApp]:
        open_mcp = await asyncio.to_thread(_load)
        async with open_mcp(self._state) as inside:
            yield inside


def _load():
    from serve.mcp.server import open_mcp

    return open_mcp
