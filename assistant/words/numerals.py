"""Numbers as people type them: full-width and Chinese digits, 万 and 亿, thousands commas."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {
    char: value
    for value, chars in enumerate(
        ("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for char in chars
}
_SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_DASHES = "‐‑‒–—―−－﹣─"
_SPACES = "\u00a0\u3000\u2002\u2003\u2009\u200b\u200c\u200d\ufeff\t"

# Lengths are bounded so that a wall of digits costs linear time.
ARABIC = r"\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,10})?|\d{1,20}(?:\.\d{1,10})?"
CHINESE = (
    r"[零〇一壹二两贰三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟]{1,20}(?:点[零〇一二三四五六七八九]{1,10})?"
)
NUMBER = rf"(?:{ARABIC}|{CHINESE})"


def fold(text: str) -> str:
    """The text with full-width ASCII, exotic dashes and spaces made plain; every character keeps its place."""
    return "".join(_fold_char(char) for char in text)


def _fold_char(char: str) -> str:
    if "！" <= char <= "～" and char not in "，！？；：（）":
        return chr(ord(char) - 0xFEE0)
    if char in _DASHES:
        return "-"
    return " " if char in _SPACES else char


def parse_number(text: str) -> Decimal:
    """An Arabic number with or without commas, or a Chinese one such as 一千二百 or 八点五.

    Raises `ValueError` for anything else.
    """
    plain = text.replace(",", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return Decimal(plain)
    whole, _, fraction = plain.partition("点")
    digits = "".join(str(_DIGITS[char]) if char in _DIGITS else "?" for char in fraction)
    if "?" in digits:
        raise ValueError(f"not a number: {text!r}")
    value = Decimal(_chinese_integer(whole))
    return value + Decimal(f"0.{digits}") if digits else value


def _chinese_integer(text: str) -> int:
    if not text:
        raise ValueError("empty number")
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = section = digit = 0
    pending = False
    for char in text:
        if char in _DIGITS:
            digit, pending = _DIGITS[char], True
        elif char in _SCALES:
            section += (digit if pending else 1) * _SCALES[char]
            digit, pending = 0, False
        elif char in _BIG:
            total = (total + section + digit) * _BIG[char]
            section = digit = 0
            pending = False
        else:
            raise ValueError(f"not a number: {text!r}")
    return total + section + digit


def plain(value: Decimal) -> str:
    """A number as it is shown: no exponent, no trailing zeros, no thousands marks."""
    if value == value.to_integral_value():
        return format(value.quantize(Decimal(1)), "f")
    return format(value.normalize(), "f")
