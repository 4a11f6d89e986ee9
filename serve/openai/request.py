"""A chat completion request: its shape, its bounds, and how it becomes a question to the assistant."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from assistant.conversation import MAX_MESSAGES, AnswerRequest, Message
from assistant.errors import InvalidRequest
from serve.http.json_body import validated
from serve.openai.fields import REFUSED

_MAX_STOPS = 4
Stop = Annotated[StrictStr, Field(min_length=1, max_length=200)]
Stops = Stop | Annotated[list[Stop], Field(max_length=_MAX_STOPS)] | None
"""How a client may write `stop`."""


def one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


class ContentPart(BaseModel):
    """A part of a message; only `type: text` is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: StrictStr
    text: StrictStr | None = None


class ChatMessage(BaseModel):
    """One message. `content` is text or a list of text parts; other modalities are refused, nothing is fetched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: StrictStr | list[ContentPart] | None = None
    name: StrictStr | None = None
    refusal: StrictStr | None = None
    tool_calls: list[Any] | None = None
    function_call: Any = None
    tool_call_id: StrictStr | None = None
    audio: Any = None
    annotations: list[Any] | None = None


class StreamOptions(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    include_usage: StrictBool = False
    include_obfuscation: StrictBool = False


class BaguiFields(BaseModel):
    """What travels beside the OpenAI fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    enterprise: StrictStr | None = Field(default=None, max_length=200)
    as_of: date | None = None
    conversation: StrictStr | None = Field(default=None, max_length=100)


class ChatRequest(BaseModel):
    """The whitelisted fields of `POST /v1/chat/completions`; an unknown one is an error, none is dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: StrictStr
    messages: list[ChatMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    bagui: BaguiFields | None = None
    max_tokens: StrictInt | None = Field(default=None, ge=1, le=1_000_000)
    max_completion_tokens: StrictInt | None = Field(default=None, ge=1, le=1_000_000)
    stop: Annotated[list[Stop] | None, BeforeValidator(one_or_many, json_schema_input_type=Stops)] = Field(
        default=None, max_length=_MAX_STOPS
    )
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    seed: StrictInt | None = None
    user: StrictStr | None = None
    safety_identifier: StrictStr | None = None
    metadata: dict[str, Any] | None = None
    store: StrictBool | None = None
    service_tier: StrictStr | None = None
    reasoning_effort: StrictStr | None = None
    verbosity: StrictStr | None = None
    parallel_tool_calls: StrictBool | None = None
    prompt_cache_key: StrictStr | None = None

    @property
    def limit(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens

    @property
    def include_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage


def read_chat(body: Any) -> ChatRequest:
    """The request in `body`, or an `InvalidRequest` that names the field and what is wrong with it."""
    if isinstance(body, dict):
        body = dict(body)
        for name, field in REFUSED.items():
            if name in body:
                value = body.pop(name)
                if not any(type(value) is type(default) and value == default for default in field.default):
                    raise InvalidRequest(
                        f"不支持参数 {name}：{field.note}", code="unsupported_parameter", param=name
                    )
    request = validated(ChatRequest, body)
    if request.stream_options is not None and not request.stream:
        raise InvalidRequest("stream_options 只能与 stream: true 一起使用", param="stream_options")
    return request


def as_question(request: ChatRequest) -> AnswerRequest:
    """What the assistant is asked. Roles of tool turns are refused: nobody but a tool speaks for a tool."""
    extra = request.bagui or BaguiFields()
    messages = tuple(_message(message, at) for at, message in enumerate(request.messages))
    if not any(message.role == "user" for message in messages):
        raise InvalidRequest("messages 中没有用户的问题", param="messages")
    return AnswerRequest(
        messages=messages,
        conversation=extra.conversation,
        enterprise=extra.enterprise,
        as_of=extra.as_of,
    )


def _message(message: ChatMessage, at: int) -> Message:
    where = f"messages[{at}]"
    if message.role in {"tool", "function"} or message.tool_calls or message.function_call:
        raise InvalidRequest(
            "助手只使用服务器自己的工具，不接受客户端提交的工具消息",
            code="unsupported_parameter",
            param=f"{where}.role",
        )
    if message.audio is not None:
        raise InvalidRequest("只支持文本", code="unsupported_parameter", param=f"{where}.audio")
    text = _text(message.content, where)
    if message.role == "user":
        return Message(role="user", content=text)
    if message.role == "assistant":
        return Message(role="assistant", content=text)
    return Message(role="system", content=text)


def _text(content: str | list[ContentPart] | None, where: str) -> str:
    if content is None:
        raise InvalidRequest("消息缺少 content", code="missing_parameter", param=f"{where}.content")
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for at, part in enumerate(content):
        if part.type != "text" or part.text is None:
            raise InvalidRequest(
                f"只支持文本内容，不支持 {part.type[:40]}",
                code="unsupported_content",
                param=f"{where}.content[{at}].type",
            )
        texts.append(part.text)
    return "\n".join(texts)
