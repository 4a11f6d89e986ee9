"""`/v1/tools`: the catalogue, and one tool run exactly as the assistant would run it."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from assistant.principal import Principal
from serve.api.tool_request import SHOWN, ToolRequest
from serve.callers.auth import Authenticator
from serve.http.json_body import read_json, validated
from serve.server_state import ServerState


def routes(state: ServerState, allow: Authenticator) -> APIRouter:
    router = APIRouter(prefix="/v1/tools")
    caller = Depends(allow("tools"))

    @router.get("")
    async def catalogue(_principal: Principal = caller) -> Response:
        tools = state.bagui.assistant.catalogue.values()
        return JSONResponse({"tools": [tool.card() for tool in tools]})

    @router.post("/{name}")
    async def run(name: str, request: Request, principal: Principal = caller) -> Response:
        asked = validated(ToolRequest, await read_json(request))
        call = await state.bagui.assistant.run_tool(
            name, asked.arguments, principal, enterprise=asked.bagui.enterprise, as_of=asked.bagui.as_of
        )
        return JSONResponse(call.model_dump(mode="json", include=SHOWN))

    return router
