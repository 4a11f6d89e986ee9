"""Search the knowledge base: the rows of `bagui search` as a tool's result."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from assistant.answer import ToolResult
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.inputs import ToolInputs
from assistant.tools.search_knowledge.compute import passages
from assistant.tools.search_knowledge.examples import EXAMPLES
from assistant.tools.search_knowledge.report import search_report
from assistant.tools.tool import tool

MAX_K = 200


class SearchInputs(ToolInputs):
    query: Annotated[str, Field(min_length=1, max_length=2000), Arg("检索词或问题", "text")]
    k: Annotated[int, Field(ge=1, le=MAX_K), Arg("返回条数", "count", ("条", "返回", "前"))] = 10
    collection: Annotated[str | None, Field(max_length=64), Arg("知识集合", "text")] = None
    as_of: Annotated[date | None, Arg("规则适用日", "date", ("截至", "适用", "时点"))] = None


@tool(
    title="知识检索",
    summary="在法规、政策、产品、标准和案例中检索条文与要点，返回带出处和时效的段落",
    scope="knowledge",
    examples=EXAMPLES,
)
async def search_knowledge(ctx: ToolContext, inputs: SearchInputs) -> ToolResult:
    day = inputs.as_of or ctx.as_of
    rows = await ctx.search(inputs.query, inputs.k, inputs.collection, day)
    used = {"query": inputs.query, "k": inputs.k, "collection": inputs.collection, "as_of": day}
    return search_report(rows, passages(rows), day, used)
