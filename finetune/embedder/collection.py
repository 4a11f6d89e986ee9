"""The texts that the embedder learns to find: articles of the law and the sections of the built-in knowledge."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.content import content_path
from assistant.encoding.encoder import passage_text
from knowledge.intake.load import load_file

_PART = re.compile(r"·.*$")
_SAME = 0.5


@dataclass(frozen=True, slots=True)
class Collection:
    """`texts` as they are embedded, and where an article or a section of the built-in knowledge stands among them.

    The first `articles` are STARD's, in its order, so that a position is its id.
    """

    texts: list[str]
    articles: int
    law: dict[tuple[str, str], int] = field(repr=False)
    """By `law_id` of `laws.jsonl.gz` and the printed number of the article."""
    builtin: dict[tuple[str, str], list[int]] = field(repr=False)
    """By file below `knowledge/corpus` and heading; a long section is several passages."""


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a gzipped jsonl file."""
    with gzip.open(path, "rt", encoding="utf-8") as source:
        for line in source:
            yield json.loads(line)


def read_collection(data: Path) -> Collection:
    """STARD's articles, what is not among them of the laws in force, and the built-in knowledge."""
    rows = list(lines(data / "stard" / "corpus.jsonl.gz"))
    texts = [f"{row['name']} {row['text']}" for row in rows]
    held = {row["name"]: place for place, row in enumerate(rows)}
    law: dict[tuple[str, str], int] = {}
    for document in lines(data / "laws" / "laws.jsonl.gz"):
        if document["version_status"] != "current":
            continue
        name = _PART.sub("", document["title"].replace("中华人民共和国", ""))
        for article in document["articles"]:
            place = held.get(f"{name}{article['no']}")
            if place is None or not _alike(rows[place]["text"], article["text"]):
                place = len(texts)
                texts.append(f"{name}{article['no']} {article['text']}")
            law[document["law_id"], article["no"]] = place
    builtin: dict[tuple[str, str], list[int]] = {}
    root = content_path("corpus")
    for path in sorted(root.rglob("*.md")):
        for document in load_file(path):
            for passage in document.passages:
                key = (path.relative_to(root).as_posix(), passage.locator)
                builtin.setdefault(key, []).append(len(texts))
                texts.append(
                    passage_text(document.version.title, passage.locator, passage.text, passage.context)
                )
    return Collection(texts, len(rows), law, builtin)


def _alike(one: str, other: str) -> bool:
    """Whether two editions of an article say much the same; a number may have moved to another text."""
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    return len(a & b) > _SAME * len(a | b)
