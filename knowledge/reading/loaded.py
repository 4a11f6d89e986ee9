"""What a file becomes before it is stored: document versions with their passages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.document import DocumentVersion, DraftPassage

DEFAULT_COLLECTION = "documents"
DEFAULT_AUDIENCE = "internal"
"""Of a file that does not say who may read it: the bank's staff. See docs/decisions/intake.md."""
_VERSION = TypeAdapter(DocumentVersion)
_PASSAGE = TypeAdapter(DraftPassage)


class Unreadable(ValueError):
    """A file that cannot be taken in; the message says why, in one line, for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file; `note` says what a person should know of how it was read, `certain` is false for a guess."""

    text: str
    note: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """One version of a document and its passages, not yet encoded; `note` as of its `Extract`."""

    version: DocumentVersion
    passages: tuple[DraftPassage, ...]
    note: str = ""


def version_from(values: Mapping[str, Any]) -> DocumentVersion:
    """A checked version; keys that a version does not have are left out. Raises `Unreadable`."""
    known = {name: values[name] for name in DocumentVersion.__slots__ if values.get(name) is not None}
    try:
        return _VERSION.validate_python(known)
    except ValidationError as error:
        raise Unreadable(_first(error)) from error


def passage_from(values: Mapping[str, Any]) -> DraftPassage:
    """A checked passage; keys that a passage does not have are left out. Raises `Unreadable`."""
    known = {name: values[name] for name in DraftPassage.__slots__ if values.get(name) is not None}
    try:
        return _PASSAGE.validate_python(known)
    except ValidationError as error:
        raise Unreadable(_first(error)) from error


def file_id(path: Path) -> str:
    """The document id of a file that brings none: its name and a mark of the place it lies in."""
    name = re.sub(r"[^\w\u4e00-\u9fff]+", "-", path.stem).strip("-").lower()[:60] or "file"
    return f"{name}-{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"


def _first(error: ValidationError) -> str:
    item = error.errors()[0]
    place = ".".join(str(part) for part in item["loc"])
    return f"字段 {place} 的值不合要求：{item['msg']}"
