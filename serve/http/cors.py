"""Which web pages may read an answer of ours: exact origins of live sites, on the widget's routes alone."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import StoreUnavailable
from assistant.store import sites
from serve.server_state import ServerState

_ROUTES = (
    (re.compile(r"/widget/session"), "POST"),
    (re.compile(r"/v1/chat/completions"), "POST"),
    (re.compile(r"/v1/answers/[^/]+"), "GET"),
    (re.compile(r"/v1/answers/[^/]+/feedback"), "POST"),
)
_KEY = "bagui_cors"
_VARY = (b"vary", b"Origin")


class CorsGate:
    """Answers preflights and marks responses, errors and streams included. Pure ASGI, like its neighbours.

    A page that is not listed gets neither headers nor, for a preflight, a body.
    """

    def __init__(self, app: ASGIApp, state: ServerState) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = _method(scope["path"]) if scope["type"] == "http" else None
        if method is None:
            await self.app(scope, receive, send)
            return
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        origin = origins[0] if len(origins) == 1 and await self._lists(origins[0]) else None
        scope[_KEY] = {"origin": origin}
        if scope["method"] == "OPTIONS" and origins:
            await _preflight(scope, method, send)
            return

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *cors_headers(scope)]}
            await send(message)

        await self.app(scope, receive, send_marked)

    async def _lists(self, origin: str) -> bool:
        """Whether a live site lists it. With no database there is nobody to let in."""
        if not self.state.is_open:
            return False
        try:
            async with self.state.bagui.store.reading() as session:
                return await sites.is_known_origin(session, origin)
        except StoreUnavailable:
            return False


def cors_headers(scope: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """What a response on this route carries; nothing on other routes."""
    if _KEY not in scope:
        return []
    origin = scope[_KEY]["origin"]
    if origin is None:
        return [_VARY]
    exposed = b"x-request-id, retry-after"
    return [
        _VARY,
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", exposed),
    ]


def deny(scope: MutableMapping[str, Any]) -> None:
    """This page may not read the response after all: it is listed by another site than the one it asks."""
    if _KEY in scope:
        scope[_KEY]["origin"] = None


async def _preflight(scope: Scope, method: str, send: Send) -> None:
    wanted = next(
        (value for name, value in scope["headers"] if name == b"access-control-request-method"), b""
    )
    if scope[_KEY]["origin"] is None or wanted.decode("latin-1") != method:
        headers, status = [_VARY], 403
    else:
        status = 204
        headers = [
            *cors_headers(scope),
            (b"access-control-allow-methods", method.encode()),
            (b"access-control-allow-headers", b"authorization, content-type"),
            (b"access-control-max-age", b"600"),
        ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _method(path: str) -> str | None:
    return next((method for pattern, method in _ROUTES if pattern.fullmatch(path)), None)
