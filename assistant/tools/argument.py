"""What a tool's argument means, and how a placeholder of the question becomes its typed value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from assistant.errors import InvalidRequest
from assistant.words.dates import PartialDate
from assistant.words.mentions import Mention, find_mentions
from assistant.words.numerals import ARABIC

ArgKind = Literal[
    "money",
    "percent",
    "bp",
    "days",
    "months",
    "count",
    "date",
    "partial_date",
    "text",
    "enterprise",
    "flag",
    "choice",
]
_PLACEHOLDER = re.compile(r"⟨[A-Z]\d+⟩")
_DAYS = {"天": 1, "周": 7, "月": 30, "季度": 90, "年": 360}
_MONTHS = {"月": 1, "季度": 3, "年": 12}
_MEASURED: frozenset[ArgKind] = frozenset(
    {"money", "percent", "bp", "days", "months", "count", "date", "partial_date"}
)
_ISO_DATE = re.compile(r"\d{4}(-(Q[1-4]|\d{2}(-\d{2})?))?")


@dataclass(frozen=True, slots=True)
class Arg:
    """What an argument means: its title, its kind, and the words that announce it in a question.

    `choices` gives, for kind `choice`, each value the words that mean it.
    """

    title: str
    kind: ArgKind
    cues: tuple[str, ...] = ()
    unit: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def resolve(value: Any, placeholders: Mapping[str, Any], kind: ArgKind = "text") -> Any:
    """The argument's value with placeholders replaced; everything else as it is.

    A placeholder alone becomes the mention's value in the unit of `kind`; inside a text it becomes the words
    the user typed. A measured argument may also be written as people write it ("1.2亿", "半年"). An unknown
    placeholder, or a mention that is no value of this kind, is an `InvalidRequest`.
    """
    if isinstance(value, list):
        return [resolve(item, placeholders, kind) for item in value]
    if not isinstance(value, str):
        return value
    if _PLACEHOLDER.fullmatch(value.strip()):
        found = _lookup(value.strip(), placeholders)
        return value_as(found, kind) if isinstance(found, Mention) else found
    if kind == "text" and _PLACEHOLDER.search(value):
        return _PLACEHOLDER.sub(lambda m: _words(_lookup(m.group(), placeholders)), value)
    if kind in _MEASURED:
        return _written(value, kind)
    return value


def _lookup(placeholder: str, placeholders: Mapping[str, Any]) -> Any:
    try:
        return placeholders[placeholder]
    except KeyError:
        raise InvalidRequest(f"占位符 {placeholder} 在问题中不存在", code="unknown_placeholder") from None


def _words(found: Any) -> str:
    if not isinstance(found, Mention):
        return str(found)
    if found.kind == "personal":
        raise InvalidRequest("个人信息不能作为工具参数", code="personal_information")
    return found.text


def _written(value: str, kind: ArgKind) -> Any:
    """A measured value typed as text, when the whole text is one mention; else left to validation."""
    text = value.strip()
    if re.fullmatch(ARABIC, text):
        return text.replace(",", "")
    if _ISO_DATE.fullmatch(text):
        return text
    mentions = find_mentions(text)
    if len(mentions) == 1 and mentions[0].text == text:
        return value_as(mentions[0], kind)
    return value


def value_as(mention: Mention, kind: ArgKind) -> Any:
    """The mention as a value of one kind of argument.

    A period in days counts 30 days a month and 360 a year, as the working-capital formula does. Raises
    `InvalidRequest` where the mention is of another kind, in a foreign currency, or not whole in that unit.
    """
    value, unit = mention.value, mention.unit
    if mention.kind == "money" and kind == "money" and unit == "万元":
        return value
    if mention.kind == "percent" and isinstance(value, Decimal):
        if kind == "percent":
            return value if unit == "%" else value / 100
        if kind == "bp":
            return value if unit == "bp" else value * 100
    if mention.kind == "period" and isinstance(value, Decimal):
        scale = {"days": _DAYS, "months": _MONTHS}.get(kind, {}).get(unit)
        if scale is not None:
            return value * scale
        if kind == "months" and unit == "天" and value % 30 == 0:
            return value / 30
    if mention.kind == "date" and isinstance(value, PartialDate):
        if kind == "date":
            return value.last_day
        if kind in {"partial_date", "text"}:
            return value.iso()
    if mention.kind == "count" and kind == "count":
        return value
    if mention.kind == "enterprise" and kind in {"enterprise", "text"}:
        return value
    if kind == "text":
        return _words(mention)
    shown = mention.placeholder if mention.kind == "personal" else mention.text
    raise InvalidRequest(f"“{shown}”不能作为该参数的值", code="invalid_arguments")
