from datetime import date
from decimal import Decimal
from typing import Annotated

import pytest
from people import principal_for
from pydantic import Field

from assistant.answer import ToolResult
from assistant.errors import ConsentRequired, Forbidden, InvalidRequest, NotFound, StoreUnavailable
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.inputs import ToolInputs
from assistant.tools.tool import run_tool, tool
from assistant.words.mentions import find_mentions, placeholder_values

DAY = date(2026, 11, 23)


class AddInputs(ToolInputs):
    amount: Annotated[Decimal, Field(ge=0, le=1000), Arg("金额", "money", unit="万元")]
    months: Annotated[int | None, Arg("期限", "months", unit="个月")] = None
    note: Annotated[str, Arg("备注", "text")] = ""


class BareInputs(ToolInputs):
    amount: Decimal


@tool(title="测试", summary="把两个数相加", scope="enterprises")
async def add(ctx: ToolContext, inputs: AddInputs) -> ToolResult:
    amount, months, note = inputs.amount, inputs.months, inputs.note
    if note == "consent":
        raise ConsentRequired("91", "tax", "credit_service")
    if note == "down":
        raise StoreUnavailable("数据库被锁定")
    if note == "bug":
        raise KeyError("bug")
    return ToolResult(value=amount + (months or 0), unit="万元", as_of=ctx.as_of)


CATALOGUE = {"add": add}


def context(role="rm", question: str = "", **changes) -> ToolContext:
    async def search(query, k, collection, as_of):
        return []

    placeholders = placeholder_values(find_mentions(question, today=DAY))
    return ToolContext(
        principal=principal_for(role, "t"),
        as_of=DAY,
        today=DAY,
        store=None,  # pyright: ignore[reportArgumentType]
        search=search,
        placeholders=placeholders,
        **changes,
    )


async def test_placeholders_reach_the_function_as_typed_values():
    call = await run_tool(
        CATALOGUE,
        "add",
        {"amount": "⟨M1⟩", "months": "⟨T1⟩"},
        context(question="300万，两年"),
        chosen_by="router",
    )
    assert call.ok and call.result is not None and call.result.value == Decimal(324)
    assert call.arguments == {"amount": "300", "months": 24}
    assert call.chosen_by == "router"


async def test_only_arguments_given_are_shown():
    call = await run_tool(CATALOGUE, "add", {"amount": 1.5}, context())
    assert call.arguments == {"amount": "1.5"}


@pytest.mark.parametrize(
    ("arguments", "param", "says"),
    [
        ({}, "amount", "必须提供"),
        ({"amount": -1}, "amount", "不得小于 0"),
        ({"amount": 5000}, "amount", "不得大于 1000"),
        ({"amount": "很多"}, "amount", "应为数字"),
        ({"amount": "NaN"}, "amount", "数字"),
        ({"amount": 1, "extra": 2}, "extra", "没有这个参数"),
        ({"amount": 1, "months": 1.5}, "months", "应为整数"),
        ({"amount": 1, "note": 5}, "note", "应为文本"),
        ({"amount": "⟨M1⟩"}, "amount", "⟨M1⟩"),
        ({"amount": "8%"}, "amount", "8%"),
    ],
)
async def test_bad_arguments_say_which_and_why_in_chinese(arguments, param, says):
    with pytest.raises(InvalidRequest) as caught:
        await run_tool(CATALOGUE, "add", arguments, context())
    assert caught.value.param == param and caught.value.http == 400
    assert says in caught.value.message


async def test_an_unknown_tool_and_a_missing_scope_are_refused():
    with pytest.raises(NotFound):
        await run_tool(CATALOGUE, "subtract", {}, context())
    with pytest.raises(Forbidden):
        await run_tool(CATALOGUE, "add", {"amount": 1}, context("developer"))


async def test_a_tools_own_failure_is_a_value_and_a_broken_store_is_not():
    call = await run_tool(CATALOGUE, "add", {"amount": 1, "note": "consent"}, context())
    assert not call.ok and call.error_code == "consent_required" and call.result is None
    with pytest.raises(StoreUnavailable):
        await run_tool(CATALOGUE, "add", {"amount": 1, "note": "down"}, context())
    with pytest.raises(KeyError):
        await run_tool(CATALOGUE, "add", {"amount": 1, "note": "bug"}, context())


def test_the_schema_is_flat_and_carries_titles_units_and_limits():
    assert add.parameters == {
        "type": "object",
        "properties": {
            "amount": {"type": "number", "minimum": 0.0, "maximum": 1000.0, "description": "金额（万元）"},
            "months": {"type": "integer", "description": "期限（个月）"},
            "note": {"type": "string", "description": "备注"},
        },
        "required": ["amount"],
        "additionalProperties": False,
    }


async def bare(ctx: ToolContext, inputs: BareInputs) -> ToolResult:
    return ToolResult(as_of=ctx.as_of)


async def spelled(ctx: ToolContext, amount: Annotated[Decimal, Arg("金额", "money")]) -> ToolResult:
    return ToolResult(as_of=ctx.as_of)


@pytest.mark.parametrize(("function", "says"), [(bare, "amount"), (spelled, "ToolInputs")])
def test_a_tool_whose_inputs_do_not_say_what_they_mean_cannot_be_declared(function, says: str):
    with pytest.raises(TypeError, match=says):
        tool(title="x", summary="y")(function)
