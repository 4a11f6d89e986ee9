"""What every request passes: identity, headers, access log, body limit. Pure ASGI, so streams stay streams."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import InvalidRequest, TooLarge
from serve.process.drain import Drain

_log = logging.getLogger("bagui.access")

WRITE_LIMIT_S = 60.0
"""How long a client may take to read a piece of a response before it is given up."""

_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}


def shell_headers(request_id: str) -> dict[str, str]:
    """The headers that every response carries."""
    return {**_SECURITY_HEADERS, "x-request-id": request_id}


class RequestShell:
    """Gives each request an id, each response the security headers, and the log one line per request.

    A response that brings such a header itself, as a page brings its policy, keeps its own.

    The line holds the route, never the query, the body or a header of the client's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identity = f"req_{secrets.token_hex(12)}"
        scope["bagui_request_id"] = identity
        headers = [(name.encode(), value.encode()) for name, value in shell_headers(identity).items()]
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = list(message.get("headers", []))
                taken = {name.lower() for name, _ in own}
                message = {**message, "headers": own + [one for one in headers if one[0] not in taken]}
            try:
                async with asyncio.timeout(WRITE_LIMIT_S):
                    await send(message)
            except TimeoutError:
                raise OSError("the client does not read what it asked for") from None

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            route = scope.get("route")
            _log.info(
                "request",
                extra={
                    "request_id": identity,
                    "method": scope["method"],
                    "route": getattr(route, "path", "-"),
                    "status": status,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )


class BodyLimit:
    """Refuses a body over `limit` bytes: by its announced length before reading, else while it arrives."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = [value for name, value in scope["headers"] if name == b"content-length"]
        received = 0

        async def limited() -> Message:
            nonlocal received
            if announced and (len(announced) > 1 or not announced[0].isdigit()):
                raise InvalidRequest("Content-Length 不合法", code="invalid_content_length")
            if announced and int(announced[0]) > self.limit:
                raise self._too_large()
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self.limit:
                    raise self._too_large()
            return message

        await self.app(scope, limited, send)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"请求体超过上限 {self.limit} 字节", code="request_too_large")


class DrainGate:
    """Counts requests in flight; once draining has begun, new ones get 503 and a time to come back.

    A page of the workbench that only listens does not hold up a stop: the answer it waits for is counted itself.
    """

    _LISTENING = ("/workbench/gradio_api/heartbeat/", "/workbench/gradio_api/queue/data")

    _BODY = (
        '{"error":{"message":"服务正在停止，请稍后重试","type":"server_error","param":null,"code":"shutting_down"}}'
    ).encode()

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self.app = app
        self.drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self.app(scope, receive, send)
            return
        if self.drain.draining:
            headers = [
                (b"content-type", b"application/json"),
                (b"retry-after", b"5"),
                (b"connection", b"close"),
            ]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": self._BODY})
            return
        if scope["path"].startswith(self._LISTENING):
            await self.app(scope, receive, send)
            return
        with self.drain.request():
            await self.app(scope, receive, send)
