"""What may be sent on to the language model itself: a closed list of fields, each within bounds."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from assistant.conversation import MAX_MESSAGES
from assistant.errors import InvalidRequest
from serve.openai.request import Stop, Stops, StreamOptions, one_or_many

MAX_TOOLS = 64
_MAX_SCHEMA_CHARS = 20_000
_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CalledFunction(_Closed):
    name: StrictStr = Field(max_length=64)
    arguments: StrictStr


class MadeCall(_Closed):
    id: StrictStr = Field(max_length=200)
    type: Literal["function"] = "function"
    function: CalledFunction


class ServedMessage(_Closed):
    role: Literal["system", "user", "assistant", "tool"]
    content: StrictStr | None = None
    name: StrictStr | None = Field(default=None, max_length=64)
    tool_calls: list[MadeCall] | None = Field(default=None, max_length=MAX_TOOLS)
    tool_call_id: StrictStr | None = Field(default=None, max_length=200)


class DeclaredFunction(_Closed):
    name: StrictStr = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    description: StrictStr = Field(default="", max_length=4_000)
    parameters: dict[str, Any] = Field(default_factory=dict)
    strict: StrictBool | None = None


class DeclaredTool(_Closed):
    type: Literal["function"]
    function: DeclaredFunction


class NamedFunction(_Closed):
    name: StrictStr


class NamedTool(_Closed):
    type: Literal["function"]
    function: NamedFunction


class ServedRequest(_Closed):
    """Engine-specific fields (templates, guided decoding, priorities, `n` above 1) are not among these."""

    model: StrictStr
    messages: list[ServedMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    bagui: dict[str, Any] | None = None
    n: Literal[1] | None = None
    max_tokens: StrictInt | None = Field(default=None, ge=1, le=100_000)
    max_completion_tokens: StrictInt | None = Field(default=None, ge=1, le=100_000)
    stop: Annotated[list[Stop] | None, BeforeValidator(one_or_many, json_schema_input_type=Stops)] = Field(
        default=None, max_length=4
    )
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    seed: StrictInt | None = None
    tools: list[DeclaredTool] | None = Field(default=None, max_length=MAX_TOOLS)
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    parallel_tool_calls: StrictBool | None = None

    @property
    def include_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    def check(self) -> None:
        """What types cannot say: stream options, tool turns that answer a call, schemas that are safe to compile."""
        if self.stream_options is not None and not self.stream:
            raise InvalidRequest("stream_options 只能与 stream: true 一起使用", param="stream_options")
        made: set[str] = set()
        for at, message in enumerate(self.messages):
            made |= {call.id for call in message.tool_calls or ()}
            if message.role == "tool" and message.tool_call_id not in made:
                raise InvalidRequest("tool_call_id 与此前的调用不符", param=f"messages[{at}].tool_call_id")
        names = {tool.function.name for tool in self.tools or ()}
        if isinstance(self.tool_choice, NamedTool) and self.tool_choice.function.name not in names:
            raise InvalidRequest("tool_choice 指定的工具不存在", param="tool_choice")
        for at, tool in enumerate(self.tools or ()):
            _check_schema(tool.function.parameters, f"tools[{at}].function.parameters")


def _check_schema(schema: dict[str, Any], param: str) -> None:
    if len(json.dumps(schema)) > _MAX_SCHEMA_CHARS:
        raise InvalidRequest("工具参数的 JSON Schema 过大", param=param)
    below: list[Any] = [schema]
    while below:
        item = below.pop()
        if isinstance(item, list):
            below.extend(item)
        if not isinstance(item, dict):
            continue
        if "pattern" in item and isinstance(item["pattern"], str):
            raise InvalidRequest("工具参数不支持 pattern", param=param, code="unsupported_parameter")
        kind = item.get("type")
        named = kind if isinstance(kind, list) else [kind]
        if not isinstance(kind, dict | None) and any(name not in _TYPES for name in named):
            raise InvalidRequest("工具参数的 type 不合法", param=param)
        below.extend(item.values())
