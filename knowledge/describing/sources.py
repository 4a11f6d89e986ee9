"""The list of official titles (`sources.yaml`): what it knows of a text that says too little of itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.document import bare_title

LIST = Path(__file__).parents[1] / "sources.yaml"
FIELDS = ("doc_no", "issuer", "issued", "effective_from", "effective_to", "authority", "jurisdiction")
_MARKS = ("doc_no", "issued", "effective_from")


@lru_cache(maxsize=1)
def official_titles() -> Mapping[str, tuple[dict[str, Any], ...]]:
    """The entries by bare title (see `bare_title`)."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in yaml.safe_load(LIST.read_text("utf-8")):
        found[bare_title(entry["title"])].append(entry)
    return {title: tuple(entries) for title, entries in found.items()}


def known_of(title: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the list knows beyond `values`, empty where the title is not on it or another edition is meant.

    Nothing that `values` says may contradict the entry; one that has other editions, or is one of several under its
    title, must agree with `values` in a number or a day.
    """
    entries = official_titles().get(bare_title(title), ())
    agreeing = [entry for entry in entries if _agrees(entry, values)]
    if len(agreeing) != 1 and len(entries) == 1 and "edition" not in entries[0]:
        agreeing = [entry for entry in entries if not _contradicts(entry, values)]
    if len(agreeing) != 1 or _contradicts(agreeing[0], values):
        return {}
    return {name: agreeing[0][name] for name in FIELDS if name in agreeing[0] and not values.get(name)}


def _agrees(entry: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return any(entry.get(name) and _same(entry[name], values.get(name)) for name in _MARKS)


def _contradicts(entry: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return any(
        entry.get(name) and values.get(name) and not _same(entry[name], values[name])
        for name in ("issued", "effective_from")
    )


def _same(known: Any, said: Any) -> bool:
    if not said:
        return False
    if isinstance(known, str):
        return _number(known) == _number(str(said))
    return known == said


def _number(text: str) -> str:
    return re.sub(r"中华人民共和国|[\s第〔〕\[\]【】（）()]", "", text)
