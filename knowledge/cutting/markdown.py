"""Markdown with front matter: one file is one version of a document, each `##` section one passage."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from assistant.document import DraftPassage
from knowledge.cutting.chunk import chunk
from knowledge.reading.loaded import DEFAULT_AUDIENCE, LoadedDocument, Unreadable, passage_from, version_from

SECTION_LIMIT = 1500
_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n---[ \t]*(?:\n|\Z)", re.S)
_SECTION = re.compile(r"^##[ \t]+(?P<title>[^\n]*?)(?:[ \t]*(?P<attributes>\{[^{}\n]*\}))?[ \t]*$", re.M)
_CHAPTER = re.compile(r"第.{1,8}[编章节]|附[件录则]|目[ \u3000]*[录次]")
_TITLE = re.compile(r"^#[ \t]+([^\n]+)\n?", re.M)


def front_matter(text: str) -> tuple[dict[str, Any], str] | None:
    """The values before the text and the text, or `None` where there are none. Raises `Unreadable`."""
    match = _FRONT.match(text)
    if match is None:
        return None
    try:
        values = yaml.safe_load(match["yaml"])
    except yaml.YAMLError as error:
        raise Unreadable(f"文件头（front matter）不是合法的YAML：{_line(error)}") from error
    if not isinstance(values, dict):
        raise Unreadable("文件头（front matter）应为若干“键: 值”")
    return {str(key): value for key, value in values.items()}, text[match.end() :]


def load_document(values: dict[str, Any], body: str, path: Path) -> LoadedDocument:
    """A version whose sections are its passages; a section's attributes override the version's values."""
    heading = _TITLE.search(body)
    values = {
        "id": path.stem.split(".")[0],
        "version": "1",
        "collection": path.parent.name,
        "title": heading[1].strip() if heading else path.stem,
        "audience": DEFAULT_AUDIENCE,
        **values,
    }
    values["version"] = str(values["version"])
    return LoadedDocument(version_from(values), tuple(_passages(body)))


def _passages(body: str) -> list[DraftPassage]:
    heads = list(_SECTION.finditer(body))
    preamble = _TITLE.sub("", body[: heads[0].start() if heads else len(body)], count=1)
    found = [passage_from({"locator": "", "text": part}) for part in _parts(preamble)]
    ends = [*(head.start() for head in heads), len(body)][1:]
    for head, end in zip(heads, ends, strict=True):
        attributes = _attributes(head["attributes"])
        parts = _parts(body[head.end() : end])
        for number, part in enumerate(parts, 1):
            locator = head["title"] if len(parts) == 1 else f"{head['title']}（{number}/{len(parts)}）"
            found.append(passage_from({**attributes, "locator": locator, "text": part}))
    return found


def has_own_sections(body: str) -> bool:
    """Whether the text is divided by `##` sections other than the chapters of a statute."""
    return any(not _CHAPTER.match(head["title"]) for head in _SECTION.finditer(body))


def _parts(text: str) -> list[str]:
    """A section as it is; a very long one in pieces."""
    text = text.strip()
    if len(text) <= SECTION_LIMIT:
        return [text] if text else []
    return [part for piece in chunk(text) if (part := piece.text.strip())]


def _attributes(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Unreadable(f"小节属性不是合法的YAML：{text}") from error
    return values if isinstance(values, dict) else {}


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"第{mark.line + 2}行" if mark else "格式错误"
