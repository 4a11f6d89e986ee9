"""What the routes send back, as types: the reference is made from them, and tests hold real responses to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import (
    Answer,
    Evidence,
    Retrieved,
    RiskLevel,
    Started,
    ToolFinished,
    ToolResult,
    ToolStarted,
    Usage,
)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorDetail(_Shape):
    """`code` is the machine's word, `param` the path of the field at fault."""

    message: str
    type: str
    param: str | None
    code: str


class Error(_Shape):
    """Every error of every route."""

    error: ErrorDetail


class ReplyMessage(_Shape):
    role: Literal["assistant"]
    content: str | None
    refusal: None
    tool_calls: list[dict[str, Any]] = Field(default=[], exclude_if=lambda calls: not calls)


class Choice(_Shape):
    index: Literal[0]
    message: ReplyMessage
    logprobs: None
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"]


class ChatCompletion(_Shape):
    """`bagui` holds the whole verified answer; under the served model's own name it is absent."""

    id: str = Field(pattern="^chatcmpl-")
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice] = Field(min_length=1, max_length=1)
    usage: Usage | None
    bagui: Answer | None = Field(default=None, exclude_if=lambda answer: answer is None)


class Delta(_Shape):
    role: Literal["assistant"] | None = Field(default=None, exclude_if=lambda value: value is None)
    content: str | None = Field(default=None, exclude_if=lambda value: value is None)
    tool_calls: list[dict[str, Any]] = Field(default=[], exclude_if=lambda calls: not calls)


class ChunkChoice(_Shape):
    index: Literal[0]
    delta: Delta
    logprobs: None
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"] | None


class ChatCompletionChunk(_Shape):
    """One event of a stream. `bagui` holds progress, and in the chunk with the finish reason the whole answer."""

    id: str = Field(pattern="^chatcmpl-")
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice] = Field(max_length=1)
    usage: Usage | None = Field(default=None, exclude_if=lambda value: value is None)
    bagui: Answer | Started | Retrieved | ToolStarted | ToolFinished | None = Field(
        default=None, exclude_if=lambda value: value is None
    )


class Model(_Shape):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(_Shape):
    object: Literal["list"]
    data: list[Model]


class Embedding(_Shape):
    """Numbers, or with `encoding_format: base64` little-endian single floats."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingUsage(_Shape):
    prompt_tokens: int
    total_tokens: int


class EmbeddingList(_Shape):
    object: Literal["list"]
    data: list[Embedding]
    model: str
    usage: EmbeddingUsage


class ToolCard(_Shape):
    """`parameters` is the JSON schema of the arguments."""

    name: str
    title: str
    summary: str
    parameters: dict[str, Any]
    scope: str
    risk_level: RiskLevel


class ToolCatalogue(_Shape):
    tools: list[ToolCard]


class ToolRun(_Shape):
    """A tool's own failure has `ok: false` and says why in `error`."""

    id: str
    name: str
    ok: bool
    result: ToolResult | None
    error: str | None


class StoredAnswer(_Shape):
    """`hidden` says that a consent the answer rests on is gone, and its text with it."""

    id: str
    conversation: str
    turn: int
    state: str
    hidden: bool
    question: str
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    answer: Answer | None
    evidence: list[Evidence]


class FeedbackGiven(_Shape):
    answer_id: str
    thumb: Literal["up", "down"]
    reason: str
    comment: str


class WidgetSession(_Shape):
    """A Bearer token for chat, answers and feedback; `enterprise` is null for a visitor."""

    token: str
    expires_in: int = Field(le=900)
    enterprise: str | None


class Alive(_Shape):
    status: Literal["ok"]


class Readiness(_Shape):
    status: Literal["ok", "degraded", "not_ready"]
    degraded: list[str]


class RpcRequest(BaseModel):
    """A message of the Model Context Protocol; a notification has no `id`."""

    jsonrpc: Literal["2.0"]
    id: int | str | None = None
    method: str
    params: dict[str, Any] = {}


class RpcResponse(BaseModel):
    """A result, or the protocol's own error."""

    jsonrpc: Literal["2.0"]
    id: int | str | None
    result: dict[str, Any] | None = Field(default=None, exclude_if=lambda value: value is None)
    error: dict[str, Any] | None = Field(default=None, exclude_if=lambda value: value is None)
