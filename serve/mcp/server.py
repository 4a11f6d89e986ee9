"""The tool catalogue in the Model Context Protocol. The only file that knows the `mcp` package.

Each request stands for itself: no sessions, answers as plain JSON, nothing sent that was not asked for.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from starlette.requests import Request
from starlette.types import ASGIApp

from assistant.errors import BaguiError, NotFound
from assistant.tools.tool import Tool as Declared
from serve.api.tool_request import SHOWN, Beside
from serve.http.errors import internal_error, request_id
from serve.http.json_body import validated
from serve.server_state import ServerState

_log = logging.getLogger("bagui.mcp")

PRINCIPAL = "bagui_principal"
"""Where the request's scope holds its authenticated caller."""

_BESIDE = "bagui"


@asynccontextmanager
async def open_mcp(state: ServerState) -> AsyncIterator[ASGIApp]:
    """The application that answers MCP requests; their scope holds the caller."""

    async def list_tools(_context: Any, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_card(tool) for tool in state.bagui.assistant.catalogue.values()])

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
        request: Request = context.request
        try:
            return await _call(state, request, params, context.meta or {})
        except MCPError:
            raise
        except BaguiError as error:
            raise MCPError(INTERNAL_ERROR, error.message, error.body()["error"]) from error
        except Exception as error:  # the one handler of this way in: the SDK would tell the inside
            _log.error("unexpected error", exc_info=error, extra={"request_id": request_id(request)})
            told = internal_error(request_id(request))["error"]
            raise MCPError(INTERNAL_ERROR, str(told["message"]), told) from error

    server = Server(
        "bagui",
        title="八桂智融",
        instructions="广西银行业务的确定性工具。结果中的数字可复算，facts 与 trace 说明来历；结论供人参考，不代替审批。",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    manager = StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        max_request_body_size=state.settings.body_limit_bytes,
    )
    async with manager.run():
        yield StreamableHTTPASGIApp(manager)


async def _call(
    state: ServerState, request: Request, params: CallToolRequestParams, meta: dict[str, Any]
) -> CallToolResult:
    """One run, the same as `POST /v1/tools/{name}`. What the caller can mend is a result with `is_error`.

    Raises `MCPError` for an unknown tool, as the protocol has it, and `BaguiError` where the server is at fault.
    """
    try:
        beside = validated(Beside, meta.get(_BESIDE, {}))
        call = await state.bagui.assistant.run_tool(
            params.name,
            params.arguments or {},
            request.scope[PRINCIPAL],
            enterprise=beside.enterprise,
            as_of=beside.as_of,
        )
    except NotFound as error:
        raise MCPError(INVALID_PARAMS, error.message, error.body()["error"]) from error
    except BaguiError as error:
        if error.http >= 500:
            raise
        return _result(error.body(), failed=True)
    return _result(call.model_dump(mode="json", include=SHOWN), failed=not call.ok)


def _result(value: dict[str, Any], *, failed: bool) -> CallToolResult:
    """The value as an object, and as its JSON text for clients that read only texts."""
    text = json.dumps(value, ensure_ascii=False)
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=value, is_error=failed
    )


def _card(tool: Declared) -> Tool:
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.summary,
        input_schema=tool.parameters,
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
        _meta={_BESIDE: {"scope": tool.scope, "risk_level": tool.risk_level}},
    )
