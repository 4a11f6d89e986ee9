"""Values as people type them, and templates whose slots remember where their value stands."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SLOT = re.compile(r"\{(\w+):(=?[^{}]+)\}")
_CHINESE_DIGITS = "零一二三四五六七八九"


def words(text: str) -> tuple[str, ...]:
    """A list of words written with spaces between them."""
    return tuple(text.split())


@dataclass(frozen=True, slots=True)
class Filled:
    """A question with the character span of each slot."""

    text: str
    spans: Mapping[str, tuple[int, int]]


def fill(template: str, rng: random.Random, given: Mapping[str, str] | None = None) -> Filled:
    """The template with each `{slot:kind}` replaced by a value; `given` fixes the text of some slots.

    `{slot:=text}` is a slot whose text is written out.
    """
    parts: list[str] = []
    spans: dict[str, tuple[int, int]] = {}
    position = length = 0
    for match in _SLOT.finditer(template):
        slot, kind = match.groups()
        value = (given or {}).get(slot) or (kind[1:] if kind.startswith("=") else VALUES[kind](rng))
        parts += [template[position : match.start()], value]
        length += match.start() - position
        spans[slot] = (length, length + len(value))
        length += len(value)
        position = match.end()
    return Filled("".join([*parts, template[position:]]), spans)


def plain_phrase(text: str) -> Filled:
    return Filled(text, {})


def shifted(filled: Filled, before: str, after: str) -> Filled:
    """The question with words put before and after it."""
    move = len(before)
    return Filled(
        f"{before}{filled.text}{after}",
        {slot: (start + move, end + move) for slot, (start, end) in filled.spans.items()},
    )


def chinese(number: int) -> str:
    """A whole number under ten thousand in Chinese: 二百五十, 一千二百."""
    if number == 0:
        return "零"
    parts: list[str] = []
    for scale, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            parts.append(_CHINESE_DIGITS[digit] + mark)
        elif parts and number and parts[-1] != "零":
            parts.append("零")
    text = "".join(parts)
    return text[1:] if text.startswith("一十") else text


def money(rng: random.Random) -> str:
    style = rng.random()
    base = rng.choice((50, 80, 100, 120, 150, 200, 260, 300, 350, 400, 500, 600, 750, 800, 900, 1000))
    amount = base * rng.choice((1, 1, 2, 3, 5, 10, 12)) + rng.choice((0, 0, 0, 5, 20, 36))
    if style < 0.4:
        return f"{amount}{rng.choice(('万元', '万元', '万'))}"
    if style < 0.5:
        return f"{amount:,}万元"
    if style < 0.65:
        whole, tenth = rng.randrange(1, 9), rng.randrange(0, 10)
        return f"{whole}.{tenth}{rng.choice(('亿', '亿元'))}"
    if style < 0.75:
        return f"{chinese(rng.randrange(2, 99) * rng.choice((1, 10)))}万"
    if style < 0.8:
        return f"{rng.randrange(1, 9)}千万"
    if style < 0.85:
        return f"{amount * 10000}元"
    return f"{amount + rng.randrange(0, 100) / 10:.1f}万元"


def percent(rng: random.Random) -> str:
    style = rng.random()
    whole = rng.randrange(1, 40)
    if style < 0.65:
        return f"{whole}%"
    if style < 0.75:
        return f"{whole}.{rng.randrange(1, 10)}%"
    if style < 0.85:
        return f"{whole}个点"
    if style < 0.92:
        return f"百分之{chinese(whole)}"
    return f"{rng.choice('一两三')}成"


def share(rng: random.Random) -> str:
    return f"{rng.randrange(40, 100)}%"


def days(rng: random.Random) -> str:
    number = rng.choice(
        (5, 8, 10, 12, 15, 18, 20, 25, 30, 35, 38, 42, 45, 50, 55, 60, 65, 70, 75, 80, 90, 120)
    )
    return f"{chinese(number)}天" if rng.random() < 0.08 else f"{number}天"


def months(rng: random.Random) -> str:
    style = rng.random()
    number = rng.choice((2, 3, 4, 5, 6, 6, 8, 9, 10, 12, 12, 15, 18, 24))
    if style < 0.6:
        return f"{number}个月"
    if style < 0.75:
        return f"{chinese(number)}个月"
    return rng.choice(("半年", "一年", "1年", "一个季度", "两个季度", "三个季度", "一年半", "2年"))


def age(rng: random.Random) -> str:
    number = rng.randrange(4, 40)
    return rng.choice(
        (f"{number}个月", "一年半", "两年", "1年", "3年", "半年", "2年多"[:2], f"{chinese(number)}个月")
    )


def basis(rng: random.Random) -> str:
    number = rng.choice((10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 65, 70, 75, 80, 90, 100, 120, 150))
    return f"{number}{rng.choice(('个基点', '基点', 'BP', 'bp', 'bps', 'BP'))}"


def minus(rng: random.Random) -> str:
    return f"{rng.choice(('减', '下浮', '减', '下调'))}{basis(rng)}"


def day(rng: random.Random) -> str:
    year, month, number = (
        rng.choice((2023, 2024, 2025, 2025, 2026)),
        rng.randrange(1, 13),
        rng.randrange(1, 29),
    )
    style = rng.random()
    if style < 0.4:
        return f"{year}年{month}月"
    if style < 0.75:
        return f"{year}年{month}月{number}日"
    return f"{year}-{month:02}-{number:02}"


def count(rng: random.Random) -> str:
    number = rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30))
    return f"{number}{rng.choice(('条', '条', '项', '个', '份', '家', '笔', '件'))}"


def people(rng: random.Random) -> str:
    return f"{rng.randrange(3, 900)}{rng.choice(('人', '人', '名'))}"


VALUES: dict[str, Callable[[random.Random], str]] = {
    "money": money,
    "percent": percent,
    "share": share,
    "days": days,
    "months": months,
    "age": age,
    "basis": basis,
    "minus": minus,
    "day": day,
    "count": count,
    "people": people,
}
