"""The shipped model as a LangChain chat model: calls and answers constrained by a grammar made for each prompt."""

from __future__ import annotations

import asyncio
import json
import math
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages import ToolCall as ModelToolCall
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict

from assistant.llm.embedded_engine import SHIPPED, EmbeddedEngine, Generated
from assistant.llm.embedded_grammar import available_marks, available_placeholders, grammar
from assistant.llm.embedded_prompt import CALL_END, CALL_START, REFUSAL, render_chat
from assistant.settings import EmbeddedSettings

MAX_CALL_TOKENS = 200
MAX_ANSWER_TOKENS = 32
# Below this probability a pointed-at passage is worse than what code picks; see the model card.
SURE_OF_MARK = 0.5
_CALL = re.compile(rf"{CALL_START}(.*?){CALL_END}", re.DOTALL)
_REPEATED = re.compile(r"(⟨S\d{1,3}⟩)")


class EmbeddedChatModel(BaseChatModel):
    """Chooses a tool and its arguments, or quotes evidence by its marks, or says that the evidence does not answer.

    `response_metadata["confidence"]` is the probability in [0, 1] that the model itself, without the grammar, gave to
    what it decided: the geometric mean over the tool's name, or over the first mark of an answer. Marks it is not sure
    of are withheld (`response_metadata["withheld"]`) and it declines instead, so that code picks the sentences. A call
    that was cut short has no content and `response_metadata["invalid_call"]`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: EmbeddedEngine

    @classmethod
    def load(cls, settings: EmbeddedSettings) -> EmbeddedChatModel:
        """The shipped weights, or those of `settings.model_dir`; `ConfigurationError` when they cannot be loaded."""
        folder = settings.model_dir or SHIPPED
        return cls(engine=EmbeddedEngine(folder, kv_cache_gb=settings.kv_cache_gb, threads=settings.threads))

    @property
    def model_name(self) -> str:
        return self.engine.name

    @property
    def _llm_type(self) -> str:
        return "bagui-embedded"

    def close(self) -> None:
        self.engine.close()

    def bind_tools(
        self,
        tools: Sequence[Mapping[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """`tool_choice`: `auto` (default), `none`, `any` or `required`, or the name of a tool."""
        formatted = [convert_to_openai_tool(tool) for tool in tools]  # pyright: ignore[reportArgumentType]
        return self.bind(tools=formatted, tool_choice=tool_choice, **kwargs)

    def get_num_tokens(self, text: str) -> int:
        return self.engine.count(text)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        # Rendering and encoding take milliseconds; the work is done in the engine's thread.
        return self._result(await asyncio.wrap_future(self._submit(messages, **kwargs)))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._result(self._submit(messages, **kwargs).result())

    def _submit(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[Mapping[str, Any]] = (),
        tool_choice: str | Mapping[str, Any] | None = None,
        max_tokens: int | None = None,
        **_: Any,
    ):
        shown = as_openai(messages)
        longest = self.engine.context - MAX_CALL_TOKENS
        while self.engine.count(render_chat(shown, tools)) > longest:
            shorter = _without_oldest(shown)
            if shorter == shown:
                break  # nothing left to cut; the engine says that the prompt is too long
            shown = shorter
        rules = grammar_for(shown, tools, tool_choice)
        limit = MAX_CALL_TOKENS if tools else MAX_ANSWER_TOKENS
        return self.engine.submit(render_chat(shown, tools), rules, min(limit, max_tokens or limit))

    def _result(self, generated: Generated) -> ChatResult:
        usage = UsageMetadata(
            input_tokens=generated.prompt_tokens,
            output_tokens=len(generated.tokens) + 1,
            total_tokens=generated.prompt_tokens + len(generated.tokens) + 1,
        )
        message = self._message(generated, usage)
        return ChatResult(
            generations=[ChatGeneration(message=message)], llm_output={"model_name": self.model_name}
        )

    def _message(self, generated: Generated, usage: UsageMetadata) -> AIMessage:
        metadata: dict[str, Any] = {"model_name": self.model_name, "finish_reason": "stop"}
        if not generated.text.startswith(CALL_START):
            metadata["confidence"] = _probability(generated.logprobs[:1])
            text = "".join(dict.fromkeys(_REPEATED.split(generated.text)))
            if text != REFUSAL and metadata["confidence"] < SURE_OF_MARK:
                metadata["withheld"], text = text, REFUSAL
            return AIMessage(content=text, response_metadata=metadata, usage_metadata=usage)
        call = read_call(generated.text)
        if call is None:
            metadata |= {"invalid_call": True, "finish_reason": "length"}
            return AIMessage(content="", response_metadata=metadata, usage_metadata=usage)
        head = len(
            self.engine.tokenizer.encode(
                f'{CALL_START}{{"name": "{call["name"]}"', add_special_tokens=False
            ).ids
        )
        metadata |= {"confidence": _probability(generated.logprobs[:head]), "finish_reason": "tool_calls"}
        return AIMessage(content="", tool_calls=[call], response_metadata=metadata, usage_metadata=usage)


def read_call(text: str) -> ModelToolCall | None:
    """The call in Hermes form, or `None` when it is not whole."""
    match = _CALL.search(text)
    if match is None:
        return None
    try:
        body = json.loads(match.group(1))
        return ModelToolCall(
            name=body["name"], args=body["arguments"], id=f"call_{secrets.token_hex(6)}", type="tool_call"
        )
    except (json.JSONDecodeError, KeyError, TypeError):
        return None


def grammar_for(
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]],
    tool_choice: str | Mapping[str, Any] | None = None,
) -> str:
    """The grammar of the next turn. After a tool's result the model answers; it does not call again."""
    functions = [tool["function"] for tool in tools]
    if tool_choice == "none" or (messages and messages[-1]["role"] == "tool"):
        functions = []
    named = tool_choice.get("function", {}).get("name") if isinstance(tool_choice, Mapping) else tool_choice
    if any(function["name"] == named for function in functions):
        functions = [function for function in functions if function["name"] == named]
    required = bool(functions) and tool_choice not in (None, "auto", "none")
    since = next((i for i in range(len(messages) - 1, -1, -1) if messages[i]["role"] == "user"), 0)
    current = [str(message.get("content") or "") for message in messages[since:]]
    placeholders = available_placeholders(current[0]) if current else {}
    return grammar(functions, placeholders, available_marks(current), answer=not required)


def as_openai(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """LangChain's messages in the OpenAI shape; system messages are left out, as the template does."""
    found: list[dict[str, Any]] = []
    for message in messages:
        content = message.text if not isinstance(message.content, str) else message.content
        match message:
            case SystemMessage():
                continue
            case HumanMessage():
                found.append({"role": "user", "content": content})
            case ToolMessage():
                found.append({"role": "tool", "content": content})
            case AIMessage():
                calls = [
                    {"function": {"name": call["name"], "arguments": call["args"]}}
                    for call in message.tool_calls
                ]
                found.append({"role": "assistant", "content": content, "tool_calls": calls})
            case _:
                found.append({"role": "user", "content": content})
    return found


def _without_oldest(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the oldest turn; of a single turn that is too long, without the end of its evidence."""
    turns = [place for place, message in enumerate(messages) if message["role"] == "user"]
    if len(turns) > 1:
        return messages[turns[1] :]
    first, *rest = messages
    lines = first["content"].split("\n")
    return [{**first, "content": "\n".join(lines[: max(1, len(lines) * 4 // 5)])}, *rest]


def _probability(logprobs: Sequence[float]) -> float:
    return round(min(1.0, math.exp(sum(logprobs) / len(logprobs))), 4) if logprobs else 0.0
