from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import pytest
from fake_llm.scripted import Scripted
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatResult

from assistant.answer import ToolCall, ToolFinished, ToolResult, ToolStarted
from assistant.answering.agent import AgentEvent, AgentTask, ModelDone, TextDelta, run_agent
from assistant.errors import InvalidRequest, UpstreamError
from assistant.planning.router import Proposal
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.inputs import ToolInputs
from assistant.tools.tool import tool

TODAY = date(2026, 11, 23)


class FigureInputs(ToolInputs):
    count: Annotated[int, Arg("数", "count")]


@tool(title="查数", summary="查一个数")
async def figure(ctx: ToolContext, inputs: FigureInputs) -> ToolResult:
    return ToolResult(as_of=TODAY, value=inputs.count)


def calls(count: Any, name: str = "figure", **metadata: Any) -> AIMessage:
    call = {"name": name, "args": {"count": count}, "id": "x1", "type": "tool_call"}
    return AIMessage("", tool_calls=[call], response_metadata=metadata)


async def play(
    *lines: Any, proposal: Proposal | None = None, **limits: Any
) -> tuple[list[AgentEvent], AgentTask]:
    async def run(name: str, arguments: Mapping[str, Any], call_id: str, chosen_by: Any) -> ToolCall:
        if arguments.get("count") == "bad":
            raise InvalidRequest("参数 count：应为整数")
        result = ToolResult(as_of=TODAY, value=arguments["count"])
        return ToolCall(
            id=call_id, name=name, arguments=dict(arguments), ok=True, result=result, chosen_by=chosen_by
        )

    task = AgentTask(
        system="规则",
        history=(),
        question="问题",
        tools={"figure": figure},
        run=run,
        show=lambda call: f"结果 {call.result.value}" if call.result else f"失败 {call.error}",
        propose=lambda: proposal,
        max_steps=limits.get("max_steps", 3),
        max_seconds=limits.get("max_seconds", 20),
        sure=0.5,
        likely=0.5,
    )
    model = Scripted(lines=list(lines))
    return [event async for event in run_agent(model, task, streams=False)], task


async def test_a_call_is_run_shown_to_the_model_and_followed_by_its_text() -> None:
    events, task = await play(calls(3), AIMessage("答案是3。"))
    assert [type(event) for event in events] == [ToolStarted, ToolFinished, TextDelta, ModelDone]
    assert task.calls[0].chosen_by == "model"


async def test_the_router_replaces_only_what_the_model_is_unsure_of() -> None:
    proposal = Proposal("figure", {"count": 7}, 0.9)
    _, unsure = await play(
        AIMessage("猜", response_metadata={"confidence": 0.2}), AIMessage("完。"), proposal=proposal
    )
    assert [(call.chosen_by, call.arguments) for call in unsure.calls] == [("router", {"count": 7})]
    _, sure = await play(calls(3, confidence=0.9), AIMessage("完。"), proposal=proposal)
    assert [call.chosen_by for call in sure.calls] == ["model"]
    _, served = await play(AIMessage("直接回答。"), proposal=proposal)
    assert served.calls == []


async def test_a_doubtful_call_is_not_run_when_the_router_sees_no_tool() -> None:
    _, task = await play(calls(3, confidence=0.2), AIMessage("完。"))
    assert task.calls == []


async def test_a_proposal_below_the_threshold_changes_nothing() -> None:
    weak = Proposal("figure", {"count": 7}, 0.3)
    events, task = await play(AIMessage("答。", response_metadata={"confidence": 0.1}), proposal=weak)
    assert task.calls == []
    assert any(isinstance(event, TextDelta) for event in events)


async def test_bad_arguments_are_a_value_the_model_sees() -> None:
    events, task = await play(calls("bad"), AIMessage("参数有误。"))
    assert not task.calls[0].ok
    assert "应为整数" in (task.calls[0].error or "")
    assert any(isinstance(event, TextDelta) for event in events)


async def test_a_model_that_calls_for_ever_is_stopped_and_a_repeated_call_runs_once() -> None:
    events, task = await play(calls(3), max_steps=3)
    assert len(task.calls) == 1
    assert isinstance(events[-1], ModelDone)
    assert events[-1].limit == "steps"


async def test_a_slow_model_is_stopped_by_the_clock() -> None:
    class Slow(Scripted):
        async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
            await asyncio.sleep(30)
            raise AssertionError("not reached")

    async def run(*_: Any) -> ToolCall:
        raise AssertionError("no tool is called")

    task = AgentTask("", (), "问", {"figure": figure}, run, lambda call: "", lambda: None, 3, 0.05, 0.5, 0.5)
    events = [event async for event in run_agent(Slow(lines=[AIMessage("x")]), task, streams=False)]
    assert isinstance(events[-1], ModelDone)
    assert events[-1].limit == "seconds"


async def test_a_failing_model_raises_to_the_caller() -> None:
    with pytest.raises(UpstreamError):
        await play(UpstreamError("断开"))
