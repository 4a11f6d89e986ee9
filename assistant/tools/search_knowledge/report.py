"""What a search says: the first passages as facts and sentences, every one as a source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from assistant.answer import DataUse, Fact, ToolResult, ToolSource
from assistant.tools.search_knowledge.compute import FoundPassage

_QUOTED = 3
_STATUS = {"in_force": "现行有效", "expired": "已失效", "not_yet": "尚未施行", "unknown": "时效不明"}


def search_report(
    rows: list[dict[str, Any]], found: Sequence[FoundPassage], day: date, used: dict[str, Any]
) -> ToolResult:
    """The rows as they are, and what the first of them say. `used` are the inputs with the day searched for."""
    asked = used["query"][:40]
    quoted = found[:_QUOTED]
    return ToolResult(
        value=rows,
        unit="条",
        as_of=day,
        facts=tuple(Fact(label=one.label, value=one.text, source=one.id) for one in quoted),
        inputs_used=used,
        missing=() if found else (f"知识库中没有与“{asked}”相关的内容",),
        sources=tuple(_source(one) for one in found),
        summary=tuple(_sentence(one) for one in quoted) or (f"知识库中没有找到与“{asked}”相关的内容。",),
    )


def _source(one: FoundPassage) -> ToolSource:
    return ToolSource(
        kind="document",
        id=one.document,
        title=one.title,
        locator=one.locator,
        confidence=one.confidence,
        authority=one.authority,
        data=DataUse(enterprise=one.enterprise, domain=str(one.domain)) if one.enterprise else None,
    )


def _sentence(one: FoundPassage) -> str:
    status = _STATUS.get(str(one.status), "")
    return f"{one.label}（{status}）：{one.sentence}" if status else f"{one.label}：{one.sentence}"
