"""From a file to documents: which reader, which split."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.document import DraftPassage
from knowledge.cutting.chunk import chunk
from knowledge.cutting.markdown import front_matter, has_own_sections, load_document
from knowledge.cutting.passage_file import load_passages
from knowledge.cutting.statute import Piece, statute_pieces
from knowledge.describing.description import article_days, describe, side_car
from knowledge.reading.clean import clean
from knowledge.reading.formats import MARKDOWN, PASSAGES, OnPage, extract, suffix
from knowledge.reading.loaded import Extract, LoadedDocument, Unreadable

MAX_FILE_BYTES = 200_000_000
MAX_CHARS = 60_000_000
UNSURE = "M"
_ARTICLE = re.compile(r"第[^条]+条(?:之[一二三四五六七八九十]+)?")


def load_file(
    path: Path,
    collection: str | None = None,
    *,
    audience: str | None = None,
    on_page: OnPage | None = None,
) -> list[LoadedDocument]:
    """The documents of one file. `collection` wins over what the file says; `audience` is for a file that says none.

    Raises `Unreadable` with one clear line, `OSError` when the file cannot be read.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Unreadable(f"文件超过{MAX_FILE_BYTES // 1_000_000}MB")
    data = path.read_bytes()
    if not data.strip():
        raise Unreadable("文件是空的")
    read = extract(data, suffix(path), on_page)
    if len(read.text) > MAX_CHARS:
        raise Unreadable(f"文字超过{MAX_CHARS // 1_000_000}百万字")
    given = {"collection": collection} if collection else {}
    unsaid = {"audience": audience} if audience else {}
    if suffix(path) == PASSAGES:
        return load_passages(read.text, path, collection, unsaid)
    text = clean(read.text)
    found = front_matter(text) if suffix(path) in MARKDOWN else None
    if found is not None:
        document = _described(found[1], path, {**unsaid, **found[0], **side_car(path), **given})
    else:
        document = split_text(
            Extract(text, read.note, read.certain), path, {**unsaid, **side_car(path), **given}
        )
    if not document.passages:
        raise Unreadable("文件里没有可用的文字")
    return [document]


def _described(body: str, path: Path, values: dict[str, Any]) -> LoadedDocument:
    """A text under front matter: a statute by its articles, else one passage a section."""
    document = load_document(values, body, path)
    pieces = [] if has_own_sections(body) else statute_pieces(body)
    if not pieces:
        return document
    return replace(document, passages=tuple(_of_pieces(pieces, article_days(values))))


def split_text(read: Extract, path: Path, given: Mapping[str, Any]) -> LoadedDocument:
    """Text without front matter: a statute by its articles, anything else by headings and paragraphs.

    What was read by recognition has a lower confidence unless `given` says that somebody checked it.
    """
    pieces = statute_pieces(read.text)
    passages = _of_pieces(pieces, article_days(given)) if pieces else _of_text(read.text)
    unsure = {} if read.certain else {"confidence": UNSURE}
    version = describe(read.text, pieces, path, {**unsure, **given})
    return LoadedDocument(version, tuple(passages), read.note)


def _of_text(text: str) -> list[DraftPassage]:
    return [DraftPassage(piece.locator[:200], body) for piece in chunk(text) if (body := piece.text.strip())]


def _of_pieces(pieces: list[Piece], days: Mapping[str, Mapping[str, Any]]) -> list[DraftPassage]:
    passages = [
        DraftPassage(piece.locator[:200], piece.text, context=piece.context) for piece in pieces if piece.text
    ]
    return [replace(passage, **days.get(_article(passage.locator), {})) for passage in passages]


def _article(locator: str) -> str:
    """第十条之一第二款 and 第十条之一（1/2） are parts of 第十条之一."""
    found = _ARTICLE.match(locator)
    return found[0] if found else locator
