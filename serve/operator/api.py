"""`POST /operator/{operation}`: what the command line of this machine asks the running server to do."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from assistant.errors import BaguiError, Forbidden
from serve.callers.auth import check_operator
from serve.http.json_body import read_json
from serve.openai.stream import HEADERS
from serve.operations.catalogue import run_here
from serve.server_state import ServerState


def routes(state: ServerState) -> APIRouter:
    router = APIRouter(prefix="/operator")

    @router.post("/{operation}")
    async def run(operation: str, request: Request) -> Response:
        _check_near(request)
        check_operator(request, state.operator_token)
        arguments = await read_json(request)
        lines = run_here(state.bagui, operation, arguments)
        return StreamingResponse(_encoded(lines), media_type="application/x-ndjson", headers=HEADERS)

    return router


def _check_near(request: Request) -> None:
    """Only this machine: the loopback, or an address that is the server's own."""
    client = request.client.host if request.client else ""
    server = (request.scope.get("server") or ("",))[0]
    try:
        near = client == server or ipaddress.ip_address(client).is_loopback
    except ValueError:
        near = False
    if not near:
        raise Forbidden("此地址只供本机的命令行使用")


async def _encoded(lines: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    """One JSON object a line. An error is the last line, with the exit code that the command line gives it."""
    try:
        async for line in lines:
            yield json.dumps(line, ensure_ascii=False).encode() + b"\n"
    except BaguiError as error:
        yield json.dumps(error_line(error), ensure_ascii=False).encode() + b"\n"


def error_line(error: BaguiError) -> dict[str, Any]:
    return {"event": "error", "exit_code": error.exit_code, **error.body()}
