"""Model and tool loop over LangChain's `create_agent`: the only file that knows LangChain agents."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages import ToolCall as ModelToolCall
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.errors import GraphRecursionError

from assistant.answer import ToolCall, ToolFinished, ToolStarted, Usage
from assistant.conversation import Message
from assistant.errors import BaguiError, InvalidRequest
from assistant.llm.chat_models import text_of
from assistant.planning.router import Proposal
from assistant.tools.tool import Tool

ROUTED = "routed_"  # the id of a call that the router chose begins so


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ModelDone:
    """The loop ended; `limit` says which bound stopped it, if one did."""

    usage: Usage
    limit: Literal["steps", "seconds"] | None = None


AgentEvent = TextDelta | ToolStarted | ToolFinished | ModelDone
RunTool = Callable[[str, Mapping[str, Any], str, Literal["model", "router"]], Awaitable[ToolCall]]


@dataclass(slots=True)
class AgentTask:
    """One question for the loop.

    `run(name, arguments, call_id, chosen_by)` runs a tool; `show(call)` gives the text the model reads of its
    result. A first decision whose confidence the model puts under `sure`, or whose call is invalid, is not acted
    on: the router's `propose()` takes its place, or no tool where it proposes none above `likely`.
    """

    system: str
    history: Sequence[Message]
    question: str
    tools: Mapping[str, Tool]
    run: RunTool
    show: Callable[[ToolCall], str]
    propose: Callable[[], Proposal | None]
    max_steps: int
    max_seconds: float
    sure: float
    likely: float
    calls: list[ToolCall] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)


class _RouterMiddleware(AgentMiddleware):
    """Puts the router's proposal in the place of a first call that the model is unsure of or got wrong."""

    def __init__(self, task: AgentTask) -> None:
        super().__init__()
        self.task = task

    async def awrap_model_call(
        self, request: ModelRequest, handler: Callable[[ModelRequest], Awaitable[ModelResponse]]
    ) -> ModelResponse:
        response = await handler(request)
        message = response.result[-1]
        if self.task.calls or not isinstance(message, AIMessage) or not _unsure(message, self.task):
            return response
        proposal = self.task.propose()
        if proposal is None or proposal.confidence < self.task.likely:
            # A doubtful call is worse than none: the passages are there, and code quotes them.
            kept = message if not message.tool_calls else _silent(message)
            return ModelResponse(result=[kept])
        call = ModelToolCall(
            name=proposal.name,
            args=proposal.arguments,
            id=f"{ROUTED}{time.monotonic_ns():x}",
            type="tool_call",
        )
        return ModelResponse(result=[_silent(message, call)])


def _silent(message: AIMessage, *calls: ModelToolCall) -> AIMessage:
    """The message without its text, and with these calls instead of its own."""
    return AIMessage(content="", tool_calls=list(calls), usage_metadata=message.usage_metadata)


def _unsure(message: AIMessage, task: AgentTask) -> bool:
    """Only a model that reports its own confidence can be unsure; a served one does not."""
    if message.response_metadata.get("invalid_call"):
        return True
    if any(call["name"] not in task.tools for call in message.tool_calls) or message.invalid_tool_calls:
        return True
    confidence = message.response_metadata.get("confidence")
    return confidence is not None and confidence < task.sure


async def run_agent(model: BaseChatModel, task: AgentTask, *, streams: bool) -> AsyncIterator[AgentEvent]:
    """Run the loop to its end. Failures of the model surface as `UpstreamError`; those of tools are values.

    `streams` reads the model's text as it is produced; without it the text of the final message is taken.
    """
    events: asyncio.Queue[AgentEvent | BaseException | None] = asyncio.Queue()
    runner = asyncio.create_task(_drive(model, task, events, streams=streams))
    try:
        while (event := await events.get()) is not None:
            if isinstance(event, BaseException):
                raise event
            yield event
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)


async def _drive(
    model: BaseChatModel,
    task: AgentTask,
    events: asyncio.Queue[AgentEvent | BaseException | None],
    *,
    streams: bool,
) -> None:
    agent = create_agent(
        model,
        tools=[_as_langchain(tool, task, events) for tool in task.tools.values()],
        system_prompt=task.system,
        middleware=[_RouterMiddleware(task)],
    )
    usage = Usage()
    limit: Literal["steps", "seconds"] | None = None
    try:
        async with asyncio.timeout(task.max_seconds):
            async for mode, data in agent.astream(
                {"messages": _messages(task)},  # pyright: ignore[reportArgumentType]
                stream_mode=["messages", "updates"] if streams else ["updates"],
                # A step is one model call and one round of tools; the last model call needs one more.
                config={"recursion_limit": 2 * task.max_steps + 2},
            ):
                if mode == "messages":
                    chunk = data[0]
                    if isinstance(chunk, AIMessageChunk) and (text := text_of(chunk)):
                        events.put_nowait(TextDelta(text))
                    continue
                for message in _new_messages(data):
                    usage = _add_usage(usage, message)
                    text = text_of(message)
                    if not streams and not message.tool_calls and text:
                        events.put_nowait(TextDelta(text))
    except GraphRecursionError:
        limit = "steps"
    except TimeoutError:
        limit = "seconds"
    except BaguiError as error:
        events.put_nowait(error)
        return
    except Exception as error:  # noqa: BLE001 - carried to the consumer of the queue, which raises it
        events.put_nowait(error)
        return
    events.put_nowait(ModelDone(usage, limit))
    events.put_nowait(None)


def _messages(task: AgentTask) -> list[BaseMessage]:
    earlier: list[BaseMessage] = [
        HumanMessage(turn.content) if turn.role == "user" else AIMessage(turn.content)
        for turn in task.history
    ]
    return [*earlier, HumanMessage(task.question)]


def _new_messages(update: Any) -> list[AIMessage]:
    found: list[AIMessage] = []
    for part in update.values() if isinstance(update, dict) else ():
        for message in (part or {}).get("messages", []):
            if isinstance(message, AIMessage):
                found.append(message)
    return found


def _add_usage(total: Usage, message: AIMessage) -> Usage:
    used = message.usage_metadata
    if not used:
        return total
    return Usage(
        prompt_tokens=total.prompt_tokens + used["input_tokens"],
        completion_tokens=total.completion_tokens + used["output_tokens"],
        total_tokens=total.total_tokens + used["total_tokens"],
    )


def _as_langchain(
    tool: Tool, task: AgentTask, events: asyncio.Queue[AgentEvent | BaseException | None]
) -> BaseTool:
    """The tool for LangChain. Arguments pass unchecked: `run_tool` is the one place that checks them."""

    async def call(tool_call_id: str, **arguments: Any) -> str:
        asked = f"{tool.name} {json.dumps(arguments, sort_keys=True, default=str)}"
        if asked in task.asked:
            return "该工具已用同样的参数运行过，请直接依据其结果作答。"
        task.asked.add(asked)
        chosen: Literal["model", "router"] = "router" if tool_call_id.startswith(ROUTED) else "model"
        identity = f"call_{len(task.calls) + 1}_{tool.name}"
        started = time.perf_counter()
        events.put_nowait(ToolStarted(id=identity, name=tool.name, title=tool.title, arguments=arguments))
        try:
            done = await task.run(tool.name, arguments, identity, chosen)
        except InvalidRequest as error:
            done = ToolCall(
                id=identity,
                name=tool.name,
                arguments=arguments,
                ok=False,
                error=error.message,
                error_code=error.code,
                chosen_by=chosen,
            )
        task.calls.append(done)
        ms = round((time.perf_counter() - started) * 1000, 1)
        events.put_nowait(ToolFinished(id=done.id, name=tool.name, ok=done.ok, error=done.error, ms=ms))
        return task.show(done)

    return _CallIdTool(
        name=tool.name,
        description=f"{tool.title}：{tool.summary}",
        args_schema=tool.parameters,
        coroutine=call,
    )


class _CallIdTool(StructuredTool):
    """A structured tool that hands the model's call id to its coroutine, which no schema shows."""

    def _to_args_and_kwargs(
        self, tool_input: Any, tool_call_id: str | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        arguments = dict(tool_input) if isinstance(tool_input, dict) else {}
        return (), {**arguments, "tool_call_id": tool_call_id or ""}
