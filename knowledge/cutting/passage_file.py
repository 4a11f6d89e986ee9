"""A jsonl file of passages, one a line, taken as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.document import DraftPassage
from knowledge.reading.clean import clean
from knowledge.reading.loaded import (
    DEFAULT_AUDIENCE,
    DEFAULT_COLLECTION,
    LoadedDocument,
    Unreadable,
    file_id,
    passage_from,
    version_from,
)

_ARTICLE = re.compile(r"^第[一二三四五六七八九十百千零〇两\d]+条")
_OPTIONAL = ("authority", "issued", "effective_from", "effective_to", "audience")


def load_passages(
    text: str, path: Path, collection: str | None, unsaid: Mapping[str, Any] | None = None
) -> list[LoadedDocument]:
    """One document per collection named in the file, whose passages keep their `id` as source id.

    `collection` wins over what the lines say; `unsaid` may hold the `audience` of lines that name none. A document
    is for everybody when one of its passages is, and each passage says for whom it is. Raises `Unreadable` with the
    number of the first bad line.
    """
    audience = (unsaid or {}).get("audience", DEFAULT_AUDIENCE)
    by_collection: dict[str, list[DraftPassage]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where, passage = _passage(line, number, path)
            passage = replace(passage, audience=passage.audience or audience)
            by_collection.setdefault(collection or where, []).append(passage)
    if not by_collection:
        raise Unreadable("文件里没有任何段落")
    name = file_id(path)
    several = len(by_collection) > 1
    return [
        LoadedDocument(
            version_from(
                {
                    "id": f"{name}-{where}" if several else name,
                    "version": "1",
                    "collection": where,
                    "title": clean(path.stem),
                    "authority": "national"
                    if any(_ARTICLE.match(p.locator) for p in passages)
                    else "internal",
                    "audience": "public" if any(p.audience == "public" for p in passages) else "internal",
                    "source": clean(path.name),
                }
            ),
            tuple(passages),
        )
        for where, passages in by_collection.items()
    ]


def _passage(line: str, number: int, path: Path) -> tuple[str, DraftPassage]:
    try:
        row: Any = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"第{number}行不是合法的JSON") from error
    if not isinstance(row, dict):
        raise Unreadable(f"第{number}行应为一个JSON对象")
    text = clean(str(row.get("text") or "")).strip()
    if not text:
        raise Unreadable(f"第{number}行没有 text")
    if row.get("id") in (None, ""):
        raise Unreadable(f"第{number}行没有 id")
    values = {
        "source_id": clean(str(row["id"])),
        "title": clean(str(row.get("title") or path.stem)).strip(),
        "locator": clean(str(row.get("locator") or "")).strip(),
        "text": text,
        **{name: row[name] or None for name in _OPTIONAL if name in row},
    }
    try:
        return clean(str(row.get("collection") or DEFAULT_COLLECTION)), passage_from(values)
    except Unreadable as error:
        raise Unreadable(f"第{number}行：{error}") from error
