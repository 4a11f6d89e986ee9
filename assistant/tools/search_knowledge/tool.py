"""Search the knowledge base: the rows of `bagui search` as a tool's result."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from assistant.answer import DataUse, Fact, ToolResult, ToolSource
from assistant.tools.context import ToolContext
from assistant.tools.tool import Arg, tool

MAX_K = 200
_QUOTED = 3
_STATUS = {"in_force": "现行有效", "expired": "已失效", "not_yet": "尚未施行", "unknown": "时效不明"}


@tool(
    title="知识检索",
    summary="在法规、政策、产品、标准和案例中检索条文与要点，返回带出处和时效的段落",
    scope="knowledge",
    examples=(
        "查一下受托支付的规定",
        "帮我找无还本续贷的政策文件",
        "搜索南宁算力券的申领条件",
        "检索一下知识产权质押登记的要求",
        "知识库里有没有科技型中小企业评价的标准",
        "列出和高新技术企业认定有关的条款",
        "找找2024年3月适用的流动资金贷款规定",
        "有哪些适合AI初创企业的信贷产品，查一下产品库",
        "搜一下桂惠贷和金融惠企贴息的资料",
        "查找关于生成式人工智能备案的法规原文",
        "帮我查贷款风险分类办法里重组的条款",
        "给我列20条和数据安全有关的规定",
        "搜索一下南A中心的介绍",
        "有没有关于公平性测试的行业标准，找出来看看",
    ),
)
async def search_knowledge(
    ctx: ToolContext,
    query: Annotated[str, Field(min_length=1, max_length=2000), Arg("检索词或问题", "text")],
    k: Annotated[int, Field(ge=1, le=MAX_K), Arg("返回条数", "count", ("条", "返回", "前"))] = 10,
    collection: Annotated[str | None, Field(max_length=64), Arg("知识集合", "text")] = None,
    as_of: Annotated[date | None, Arg("规则适用日", "date", ("截至", "适用", "时点"))] = None,
) -> ToolResult:
    day = as_of or ctx.as_of
    rows = await ctx.search(query, k, collection, day)
    return ToolResult(
        value=rows,
        unit="条",
        as_of=day,
        facts=tuple(_fact(row) for row in rows[:_QUOTED]),
        inputs_used={"query": query, "k": k, "collection": collection, "as_of": day},
        missing=() if rows else (f"知识库中没有与“{query[:40]}”相关的内容",),
        sources=tuple(_source(row) for row in rows),
        summary=tuple(_sentence(row) for row in rows[:_QUOTED])
        or (f"知识库中没有找到与“{query[:40]}”相关的内容。",),
    )


def _label(row: dict[str, Any]) -> str:
    return f"《{row['title']}》{row.get('locator') or ''}"


def _fact(row: dict[str, Any]) -> Fact:
    return Fact(label=_label(row), value=str(row["text"]), source=str(row["id"]))


def _source(row: dict[str, Any]) -> ToolSource:
    return ToolSource(
        kind="document",
        id=str(row["document_id"]),
        title=str(row["title"]),
        locator=str(row.get("locator") or ""),
        confidence=row.get("confidence"),
        authority=row.get("authority"),
        data=DataUse(enterprise=row["enterprise"], domain=row["domain"]) if row.get("enterprise") else None,
    )


def _sentence(row: dict[str, Any]) -> str:
    text = " ".join(str(row["text"]).split())
    status = _STATUS.get(str(row.get("status")), "")
    head = f"{_label(row)}（{status}）：" if status else f"{_label(row)}："
    return head + (text if text.endswith(("。", "！", "？")) else f"{text}。")
