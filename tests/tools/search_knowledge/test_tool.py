from datetime import date

import pytest
from people import principal_for

from assistant.errors import Forbidden, InvalidRequest
from assistant.tools.context import ToolContext
from assistant.tools.search_knowledge.tool import search_knowledge
from assistant.tools.tool import run_tool

DAY = date(2026, 11, 23)
CATALOGUE = {"search_knowledge": search_knowledge}
ROW = {
    "id": "a1b2",
    "source_id": "a1b2",
    "document_id": "working-capital-loans",
    "title": "流动资金贷款管理办法",
    "locator": "贷款期限",
    "text": "流动资金贷款的期限原则上不超过三年（3年）。",
    "score": 0.9,
    "status": "in_force",
    "authority": "national",
    "effective_from": "2024-07-01",
    "effective_to": None,
    "collection": "regulations",
}


def context(rows, seen, role="rm"):
    async def search(query, k, collection, as_of):
        seen.append((query, k, collection, as_of))
        return rows[:k]

    return ToolContext(
        principal=principal_for(role, "t"),
        as_of=DAY,
        today=DAY,
        store=None,  # pyright: ignore[reportArgumentType]
        search=search,
    )


async def test_the_rows_of_the_search_are_the_value_as_they_are():
    rows, seen = [ROW | {"id": str(i)} for i in range(30)], []
    call = await run_tool(CATALOGUE, "search_knowledge", {"query": "期限", "k": 20}, context(rows, seen))
    assert call.result is not None and call.result.value == rows[:20]
    assert seen == [("期限", 20, None, DAY)] and call.result.missing == ()
    assert len(call.result.sources) == 20


async def test_collection_and_day_travel_and_the_answer_is_of_that_day():
    seen = []
    arguments = {"query": "期限", "collection": "regulations", "as_of": "2024-03-01"}
    call = await run_tool(CATALOGUE, "search_knowledge", arguments, context([ROW], seen))
    assert seen == [("期限", 10, "regulations", date(2024, 3, 1))]
    assert call.result is not None and call.result.as_of == date(2024, 3, 1)


async def test_the_status_stands_with_the_text():
    call = await run_tool(
        CATALOGUE, "search_knowledge", {"query": "q"}, context([ROW | {"status": "expired"}], [])
    )
    assert call.result is not None
    assert call.result.summary[0].startswith("《流动资金贷款管理办法》贷款期限（已失效）：流动资金贷款")


async def test_nothing_found_is_said_in_missing_and_is_no_failure():
    call = await run_tool(CATALOGUE, "search_knowledge", {"query": "量子引力"}, context([], []))
    assert call.ok and call.result is not None
    assert call.result.value == [] and "量子引力" in call.result.missing[0]


@pytest.mark.parametrize("arguments", [{}, {"query": ""}, {"query": "q", "k": 0}, {"query": "q", "k": 201}])
async def test_bad_arguments_are_refused(arguments):
    with pytest.raises(InvalidRequest):
        await run_tool(CATALOGUE, "search_knowledge", arguments, context([], []))


async def test_a_visitor_may_not_use_the_tool():
    with pytest.raises(Forbidden):
        await run_tool(CATALOGUE, "search_knowledge", {"query": "q"}, context([], [], "visitor"))


async def test_a_portrait_passage_carries_whose_data_it_is():
    row = ROW | {"collection": "portraits", "enterprise": "91", "domain": "tax"}
    call = await run_tool(CATALOGUE, "search_knowledge", {"query": "q"}, context([row], []))
    assert call.result is not None and call.result.sources[0].data is not None
    assert call.result.sources[0].data.domain == "tax"
