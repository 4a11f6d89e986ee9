"""Every operation of the API: what it is for, who may call it, what goes in and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from serve.api.answers import FeedbackRequest
from serve.api.tool_request import ToolRequest
from serve.openai.embeddings import EmbeddingRequest
from serve.openai.request import ChatRequest
from serve.openai.served_request import ServedRequest
from serve.reference import shapes
from serve.widget.routes import SessionRequest

Access = Literal["key", "token", "reader", "open"]


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """`access`: a key, a key or an embedded page's token, a developer's or admin's key, or nothing.

    `receives` and `sends` are the models of the bodies; with `media` the response is text of that type.
    `errors` are the statuses besides those that follow from `access` and from having a body.
    """

    method: Literal["get", "post"]
    path: str
    summary: str
    access: Access = "key"
    receives: tuple[type[BaseModel], ...] = ()
    sends: type[BaseModel] | None = None
    media: str = "application/json"
    errors: tuple[int, ...] = ()
    example: dict[str, Any] | None = None
    note: str = ""

    @property
    def statuses(self) -> tuple[int, ...]:
        """The error statuses. Any operation can meet a stopping server (503) or a bug (500)."""
        found = {500, 503, *self.errors}
        if self.access != "open":
            found |= {401, 403}
        if self.receives:
            found |= {400, 413, 415}
        return tuple(sorted(found))


_QUESTION = [{"role": "user", "content": "2025年6月的一年期LPR是多少"}]

OPERATIONS = (
    ApiOperation(
        "post", "/v1/chat/completions", "A verified answer, whole or streamed", "token",
        (ChatRequest, ServedRequest), shapes.ChatCompletion, errors=(404, 502),
        example={"model": "bagui", "messages": _QUESTION, "bagui": {"as_of": "2025-06-30"}},
        note="`model: bagui` is the assistant. The served language model's own name is a plain, unverified pass to it "
        "for developers and admins. With `stream: true` the response is `text/event-stream`.",
    ),
    ApiOperation("get", "/v1/models", "The models", sends=shapes.ModelList),
    ApiOperation("get", "/v1/models/{name}", "One model", sends=shapes.Model, errors=(404,)),
    ApiOperation(
        "post", "/v1/embeddings", "Vectors of the shipped encoder", "key", (EmbeddingRequest,),
        shapes.EmbeddingList, errors=(404,), example={"model": "bagui-embed", "input": ["流动资金贷款期限"]},
    ),
    ApiOperation("get", "/v1/tools", "The tool catalogue", sends=shapes.ToolCatalogue),
    ApiOperation(
        "post", "/v1/tools/{name}", "One tool, run as the assistant would run it", "key", (ToolRequest,),
        shapes.ToolRun, errors=(404,),
        example={"arguments": {"day": "2025-06-30", "tenor": "1y"}, "bagui": {"as_of": "2025-06-30"}},
        note="The arguments' schema is `parameters` of the tool in the catalogue. A tool's own failure is 200 with `ok: false`.",
    ),
    ApiOperation(
        "post", "/mcp", "The tool catalogue over the Model Context Protocol", "key", (shapes.RpcRequest,),
        shapes.RpcResponse, errors=(404, 406),
        example={"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
        note="Streamable HTTP without sessions; use an MCP client. A notification is answered 202 without a body. What "
        "the protocol itself refuses is a response with its `error`, under 4xx too.",
    ),
    ApiOperation(
        "get", "/v1/answers/{answer_id}", "An answer of the caller's own with its evidence, as today's consents allow",
        "token", sends=shapes.StoredAnswer, errors=(404,),
    ),
    ApiOperation(
        "post", "/v1/answers/{answer_id}/feedback", "What the asker thinks of an answer", "token",
        (FeedbackRequest,), shapes.FeedbackGiven, errors=(404,), example={"thumb": "up"},
    ),
    ApiOperation(
        "post", "/widget/session", "A token for an embedded page of a listed origin", "open", (SessionRequest,),
        shapes.WidgetSession, errors=(401, 403),
        example={"site": "pk_…"},
        note="Needs the `Origin` header that a browser sends. `identity` is a JWT that the embedding site signed.",
    ),
    ApiOperation("get", "/widget.js", "The widget", "open", media="text/javascript"),
    ApiOperation("get", "/widget/demo", "A fictional page that embeds the widget", "open", media="text/html", errors=(404,)),
    ApiOperation("get", "/healthz", "Whether the process lives", "open", sends=shapes.Alive),
    ApiOperation("get", "/readyz", "Whether it can answer, and what is degraded", "open", sends=shapes.Readiness),
    ApiOperation("get", "/openapi.json", "This document", "reader"),
    ApiOperation("get", "/docs", "This document as a page", "reader", media="text/html"),
    ApiOperation(
        "post", "/docs", "The page, for a browser that sends a key from a form", "reader", media="text/html",
        errors=(400, 413),
    ),
)  # fmt: skip
