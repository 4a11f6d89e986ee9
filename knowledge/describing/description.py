"""The version that a file without front matter makes: from a side-car file, its text, its name, the list of titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from assistant.document import DocumentVersion, bare_title
from knowledge.cutting.statute import Piece
from knowledge.describing.metadata import Metadata, days_in_name, metadata_of
from knowledge.describing.sources import known_of
from knowledge.reading.clean import clean
from knowledge.reading.loaded import (
    DEFAULT_AUDIENCE,
    DEFAULT_COLLECTION,
    Unreadable,
    file_id,
    passage_from,
    version_from,
)

SIDE_CAR = (".yaml", ".yml")
_TITLE = re.compile(r"^#[ \t]+([^\n]+)$", re.M)
_NO_TITLE = re.compile(
    r"第.{1,8}[条章编节]|.*(?:令|公告)[ \u3000]*(?:〔?\d{4}〕?年?)?[ \u3000]*第?.{0,6}号|[（(]?\d{4}年|目[ \u3000]*[录次]$"
)
_LOCAL = re.compile(r"(?:广西|南宁|柳州|桂林|北海|钦州|防城港|玉林|百色|梧州|贺州|河池|来宾|贵港|崇左)")
_MAX_SIDE_CAR = 100_000
_OF_ARTICLES = ("issued", "effective_from", "effective_to", "confidence")


def describe(text: str, pieces: list[Piece], path: Path, given: Mapping[str, Any]) -> DocumentVersion:
    """The version of one file. `given` (side-car, options) wins over the text, the text over the file's name, this
    over the list.

    A statute with a known day is an edition of the law its title names: `id` is the title, `version` the day, so
    that editions from several files stand under one document. Raises `Unreadable` for a value that is wrong.
    """
    title = str(given.get("title") or _title(text, statute=bool(pieces)) or clean(path.stem))
    head = pieces[0].raw if pieces and pieces[0].kind == "preamble" else None
    found = metadata_of(text, head)
    official = bool(pieces or found.doc_no)
    values = _from_metadata(found, path) if official else {}
    values |= known_of(title, {**values, **given})
    day = (
        given.get("effective_from")
        or given.get("issued")
        or values.get("effective_from")
        or values.get("issued")
    )
    if pieces and day:
        values |= {"id": _slug(title), "version": str(day)}
    local = _LOCAL.match(title)
    return version_from(
        {
            "id": file_id(path),
            "version": "1",
            "collection": "regulations" if official else DEFAULT_COLLECTION,
            "authority": ("local" if local else "national") if official else "internal",
            "audience": DEFAULT_AUDIENCE,
            "source": clean(path.name),
            **({"jurisdiction": local[0]} if local and official else {}),
            **values,
            **given,
            "title": title,
        }
    )


def side_car(path: Path) -> dict[str, Any]:
    """What `x.yaml` beside `x.pdf` says of it; empty where there is none. Raises `Unreadable`."""
    for ending in SIDE_CAR:
        beside = path.with_suffix(ending)
        if beside.is_file() and beside != path:
            if beside.stat().st_size > _MAX_SIDE_CAR:
                raise Unreadable(f"说明文件 {beside.name} 过大")
            try:
                values = yaml.safe_load(clean(beside.read_text("utf-8")))
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                raise Unreadable(f"说明文件 {beside.name} 不是合法的YAML") from error
            if not isinstance(values, dict):
                raise Unreadable(f"说明文件 {beside.name} 应为若干“键: 值”")
            known = {str(name): value for name, value in values.items() if value is not None}
            return known | ({"version": str(known["version"])} if "version" in known else {})
    return {}


def article_days(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a side-car says of single articles: `articles: {第五条: {effective_from: 2031-01-01}}`. Raises `Unreadable`."""
    articles = given.get("articles") or {}
    if not isinstance(articles, dict) or not all(isinstance(values, dict) for values in articles.values()):
        raise Unreadable("说明文件的 articles 应为“条号: {日期}”")
    found: dict[str, dict[str, Any]] = {}
    for number, values in articles.items():
        checked = passage_from({"locator": str(number), "text": str(number), **values})
        found[str(number)] = {name: getattr(checked, name) for name in _OF_ARTICLES if name in values}
    return found


def _from_metadata(found: Metadata, path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {
        "doc_no": found.doc_no,
        "issued": found.issued or days_in_name(path.stem),
        "effective_from": found.effective_from,
        "supersedes": [f"《{title}》" for title in found.repeals],
    }
    return {name: value for name, value in values.items() if value}


def _slug(title: str) -> str:
    return re.sub(r"[^\w\u4e00-\u9fff]+", "-", bare_title(title)).strip("-").lower()[:100] or "law"


def _title(text: str, *, statute: bool) -> str:
    """The first heading of level one; for a statute without one, the first short line that can be a title."""
    marked = _TITLE.search(text[:2000])
    if marked:
        return marked[1].strip()[:120]
    if statute:
        for line in [line.strip(" \t\u3000#*") for line in text[:2000].splitlines() if line.strip()][:6]:
            if 4 <= len(line) <= 80 and not _NO_TITLE.match(line):
                return line
    return ""
