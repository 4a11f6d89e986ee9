"""Identifiers in text: those of persons, which are masked, and credit codes of enterprises, which are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from stdnum import luhn
from stdnum.cn import ric, uscc

IdentifierKind = Literal["身份证号", "手机号", "固定电话", "银行卡号", "邮箱", "护照号", "车牌号"]

_GAP = r"[ \-]{0,2}"
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_UNITS_AFTER = r"(?!\s*(?:元|万|亿|条|户|家|人|笔|%))"

# Registering authority, kind of body, then the region: what tells a credit code of digits from a card number.
CREDIT_CODE = re.compile(
    rf"(?<![0-9A-Za-z])(?:1[129]|5[1239]|9[123]|A1|N[1239]|Y1)(?:10|{_PROVINCES})\d{{4}}[0-9A-HJ-NPQRTUWXY]{{10}}(?![0-9A-Za-z])"
)
_ID18 = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_PROVINCES})\d{{4}}{_GAP}(?:18|19|20)\d{{2}}{_GAP}(?:0[1-9]|1[0-2]){_GAP}"
    rf"(?:0[1-9]|[12]\d|3[01]){_GAP}\d{{3}}{_GAP}[\dXx](?![0-9A-Za-z])"
)
_ID15 = re.compile(
    rf"(?<![0-9A-Za-z.])(?:{_PROVINCES})\d{{4}}{_GAP}\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"{_GAP}\d{{3}}(?![0-9A-Za-z]){_UNITS_AFTER}"
)
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z.])(?:\(?(?:\+|00)?86\)?{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?![0-9A-Za-z])(?!\.\d){_UNITS_AFTER}"
)
_PHONE = re.compile(
    rf"(?<![0-9A-Za-z.])(?:\(0\d{{2,3}}\)\s?|(?:(?:\+|00)86{_GAP})?0(?:10|2\d|[3-9]\d{{2}})[ \-]{{0,2}})[2-9]\d{{2,3}}{_GAP}\d{{4}}"
    rf"(?![0-9A-Za-z])(?!\.\d){_UNITS_AFTER}"
)
_CARD = re.compile(
    rf"(?<![0-9A-Za-z.])[3-9]\d{{3}}(?:{_GAP}\d){{11,15}}(?![0-9A-Za-z])(?!\.\d){_UNITS_AFTER}"
)
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63} ?@ ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", re.ASCII
)
_PASSPORT = re.compile(r"(?<![0-9A-Za-z])(?:[EGDSPeg]\d{8}|[Ee][A-HJ-NP-Za-hj-np-z]\d{7})(?![0-9A-Za-z])")
_PLATE = re.compile(
    rf"[{_PLATES}][A-HJ-NP-Z][·•. ]?(?:[DFdf][A-HJ-NP-Z0-9]\d{{4}}|\d{{5}}[DF]|[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳])(?![0-9A-Za-z])"
)


def find_personal(text: str) -> Iterator[tuple[int, int, IdentifierKind]]:
    """`(start, end, kind)` of each personal identifier in folded text; of two that overlap, the first found counts.

    An 18-digit number with the form of an identity card counts even when its check digit is wrong: a mistyped
    number is still somebody's. Bank cards must pass the Luhn check.
    """
    taken: list[tuple[int, int]] = [
        match.span() for match in CREDIT_CODE.finditer(text) if is_credit_code(match.group())
    ]
    for kind, pattern in _KINDS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < right and left < end for left, right in taken) or not _plausible(
                kind, match.group()
            ):
                continue
            taken.append((start, end))
            yield start, end, kind


def is_credit_code(text: str) -> bool:
    """Whether the text is a unified social credit code whose check character holds, and no identity number."""
    return uscc.is_valid(text) and not ric.is_valid(text)


def _plausible(kind: IdentifierKind, text: str) -> bool:
    digits = re.sub(r"[^0-9Xx]", "", text)
    if kind == "银行卡号":
        return luhn.is_valid(digits)
    if kind == "身份证号" and len(digits) == 18:
        return _is_day(int(digits[6:10]), digits)
    if kind == "车牌号":
        return sum(char.isdigit() for char in text) >= 2
    return True


def _is_day(year: int, digits: str) -> bool:
    try:
        date(year, int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    return True


_KINDS: tuple[tuple[IdentifierKind, re.Pattern[str]], ...] = (
    ("邮箱", _EMAIL),
    ("身份证号", _ID18),
    ("银行卡号", _CARD),
    ("身份证号", _ID15),
    ("手机号", _MOBILE),
    ("固定电话", _PHONE),
    ("护照号", _PASSPORT),
    ("车牌号", _PLATE),
)
