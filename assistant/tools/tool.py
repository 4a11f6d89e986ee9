"""A tool is an async function of a context and its inputs, declared once with `@tool` and run only by `run_tool`."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from pydantic import ValidationError

from assistant.answer import RiskLevel, ToolCall, ToolResult
from assistant.errors import BaguiError, Forbidden, InvalidRequest, NotFound
from assistant.principal import Scope
from assistant.tools.argument import Arg, resolve
from assistant.tools.context import ToolContext
from assistant.tools.inputs import ToolInputs, meanings

ToolFunction = Callable[..., Awaitable[ToolResult]]


@dataclass(frozen=True, slots=True)
class Tool:
    """A declared tool. `examples` are questions it answers; router and training data start from them."""

    name: str
    title: str
    summary: str
    scope: Scope
    risk_level: RiskLevel
    arguments: type[ToolInputs]
    args: Mapping[str, Arg]
    examples: tuple[str, ...]
    function: ToolFunction

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON schema of the arguments, flat: numbers for `Decimal`, no references, no titles."""
        schema = self.arguments.model_json_schema()
        properties = {
            name: _plain(definition) | {"description": self._describe(name)}
            for name, definition in schema.get("properties", {}).items()
        }
        return {
            "type": "object",
            "properties": properties,
            "required": schema.get("required", []),
            "additionalProperties": False,
        }

    def _describe(self, name: str) -> str:
        arg = self.args[name]
        return f"{arg.title}（{arg.unit}）" if arg.unit else arg.title

    def card(self) -> dict[str, Any]:
        """The catalogue entry of the contract."""
        return {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "parameters": self.parameters,
            "scope": self.scope,
            "risk_level": self.risk_level,
        }


def tool(
    *,
    title: str,
    summary: str,
    scope: Scope = "tools",
    risk_level: RiskLevel = "low",
    examples: tuple[str, ...] = (),
) -> Callable[[ToolFunction], Tool]:
    """Declare a tool: an async function of the context and its inputs, whose model makes the catalogue entry."""

    def declare(function: ToolFunction) -> Tool:
        model = _inputs_of(function)
        return Tool(
            name=function.__name__,
            title=title,
            summary=summary,
            scope=scope,
            risk_level=risk_level,
            arguments=model,
            args=meanings(model),
            examples=examples,
            function=function,
        )

    return declare


def _inputs_of(function: ToolFunction) -> type[ToolInputs]:
    parameters = list(inspect.signature(function).parameters)
    model = get_type_hints(function).get(parameters[1]) if len(parameters) == 2 else None
    if not (isinstance(model, type) and issubclass(model, ToolInputs)):
        raise TypeError(f"{function.__name__} must take a context and its ToolInputs")
    return model


async def run_tool(
    catalogue: Mapping[str, Tool],
    name: str,
    arguments: Mapping[str, Any],
    context: ToolContext,
    *,
    call_id: str | None = None,
    chosen_by: Literal["model", "router"] | None = None,
) -> ToolCall:
    """Run one tool: resolve placeholders, check scope and arguments, run, and return the call as a value.

    A failure of the tool itself (an unknown enterprise, a missing consent) is a call with `ok=False`.
    An unknown tool raises `NotFound`, a missing scope `Forbidden`, arguments out of shape `InvalidRequest`.
    """
    declared = catalogue.get(name)
    if declared is None:
        raise NotFound(f"没有名为“{name}”的工具", code="tool_not_found", param="name")
    if not context.principal.may(declared.scope):
        raise Forbidden(f"当前身份不能使用工具“{declared.title}”", code="scope_missing", param="name")
    resolved = {key: _resolved(declared, key, value, context) for key, value in arguments.items()}
    try:
        valid = declared.arguments.model_validate(resolved)
    except ValidationError as error:
        raise _problem(error, declared) from error
    identity = call_id or f"call_{secrets.token_hex(8)}"
    shown = valid.model_dump(mode="json", exclude_unset=True)
    try:
        result = await declared.function(context, valid)
    except BaguiError as error:
        if error.http >= 500:
            raise
        return ToolCall(
            id=identity,
            name=name,
            arguments=shown,
            ok=False,
            error=error.message,
            error_code=error.code,
            chosen_by=chosen_by,
        )
    return ToolCall(id=identity, name=name, arguments=shown, ok=True, result=result, chosen_by=chosen_by)


def _resolved(tool: Tool, name: str, value: Any, context: ToolContext) -> Any:
    kind = tool.args[name].kind if name in tool.args else "text"
    try:
        return resolve(value, context.placeholders, kind)
    except InvalidRequest as error:
        raise InvalidRequest(f"参数 {name}：{error.message}", code=error.code, param=name) from error


_PROBLEMS = {
    "missing": "必须提供",
    "extra_forbidden": "没有这个参数",
    "greater_than_equal": "不得小于 {ge}",
    "greater_than": "必须大于 {gt}",
    "less_than_equal": "不得大于 {le}",
    "less_than": "必须小于 {lt}",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "finite_number": "应为有限的数字",
    "literal_error": "应为 {expected} 之一",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文本",
    "string_too_short": "不能为空",
    "string_too_long": "最长 {max_length} 字",
    "string_pattern_mismatch": "格式不对",
    "list_type": "应为列表",
    "date_from_datetime_parsing": "应为 YYYY-MM-DD 形式的日期",
    "date_parsing": "应为 YYYY-MM-DD 形式的日期",
}


def _problem(error: ValidationError, tool: Tool) -> InvalidRequest:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else None
    title = tool.args[name].title if name and name in tool.args else ""
    reason = _PROBLEMS.get(first["type"], first["msg"]).format(**first.get("ctx", {})).replace(" or ", "、")
    shown = f"{name}（{title}）" if title else name
    return InvalidRequest(f"参数 {shown}：{reason}", param=name, code="invalid_arguments")


def _plain(definition: dict[str, Any]) -> dict[str, Any]:
    """Pydantic's schema of one field with Decimal and Optional unions folded to their plain type."""
    kept = {key: item for key, item in definition.items() if key not in {"title", "default"}}
    options = [item for item in kept.pop("anyOf", []) if item.get("type") != "null"]
    if not options:
        return kept
    numeric = next((item for item in options if item.get("type") in {"number", "integer"}), None)
    return {key: item for key, item in (numeric or options[0]).items() if key != "title"} | kept
