"""The embedded model's chat template in plain Python: the same text as `finetune/mini/chat_template.jinja`, byte for byte.

The model is trained for one job, so the template shows what changes between questions: the tools at hand, the
turns, the tool calls and their results. A system message is not shown; its rules hold in code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

IM_START, IM_END = "<|im_start|>", "<|im_end|>"
CALL_START, CALL_END = "<tool_call>", "</tool_call>"
RESPONSE_START, RESPONSE_END = "<tool_response>", "</tool_response>"
REFUSAL = "现有资料不足以回答该问题。"
SHOWN_ARGUMENTS = 12  # of each tool, the first ones; the model is not asked to fill others


def render_chat(
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]] = (),
    *,
    add_generation_prompt: bool = True,
) -> str:
    """The prompt for messages and tools in the OpenAI shape; arguments of calls may be an object or JSON text."""
    parts: list[str] = []
    if tools:
        lines = "".join(f"{tool_line(tool['function'])}\n" for tool in tools)
        parts.append(f"{IM_START}system\n工具：\n{lines}{IM_END}\n")
    for message in messages:
        role, content = message["role"], message.get("content") or ""
        if role == "system":
            continue
        if role == "tool":
            parts.append(f"{IM_START}user\n{RESPONSE_START}{content}{RESPONSE_END}{IM_END}\n")
            continue
        calls = "".join(call_text(call["function"]) for call in message.get("tool_calls") or ())
        parts.append(f"{IM_START}{role}\n{content}{calls}{IM_END}\n")
    if add_generation_prompt:
        parts.append(f"{IM_START}assistant\n")
    return "".join(parts)


def tool_line(function: Mapping[str, Any]) -> str:
    """`name：summary（argument title、optional? title[choice|choice]）`; a title ends at its first mark."""
    parameters = function.get("parameters") or {}
    required = parameters.get("required") or []
    shown = []
    for name, definition in list((parameters.get("properties") or {}).items())[:SHOWN_ARGUMENTS]:
        optional = "" if name in required else "?"
        choices = definition.get("enum") or (definition.get("items") or {}).get("enum")
        options = f"[{'|'.join(choices)}]" if choices else ""
        title = str(definition.get("description", ""))
        for mark in "（，：":
            title = title.split(mark)[0]
        shown.append(f"{name}{optional} {title}{options}")
    return f"{function['name']}：{function.get('description', '')}（{'、'.join(shown)}）"


def call_text(function: Mapping[str, Any]) -> str:
    """A call in Hermes form, as the model writes it."""
    arguments = function["arguments"]
    if isinstance(arguments, str):
        arguments = json.loads(arguments)
    body = json.dumps(arguments, ensure_ascii=False)
    return f'{CALL_START}{{"name": "{function["name"]}", "arguments": {body}}}{CALL_END}'
