"""Days, months, quarters and years as people name them, absolute or relative to today."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assistant.words.numerals import parse_number

Precision = Literal["year", "quarter", "month", "day"]


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A span of days that was named as a whole: a day, a month, a quarter or a year."""

    first_day: date
    last_day: date
    precision: Precision

    def iso(self) -> str:
        """`2025`, `2025-Q2`, `2025-06` or `2025-06-20`."""
        if self.precision == "year":
            return f"{self.first_day.year:04d}"
        if self.precision == "quarter":
            return f"{self.first_day.year:04d}-Q{(self.first_day.month + 2) // 3}"
        return self.first_day.isoformat()[: 7 if self.precision == "month" else 10]

    def words(self) -> str:
        """As it stands in a Chinese sentence: `2025年6月`."""
        head = f"{self.first_day.year}年"
        if self.precision == "year":
            return head
        if self.precision == "quarter":
            return f"{head}第{'一二三四'[(self.first_day.month - 1) // 3]}季度"
        month = f"{head}{self.first_day.month}月"
        return month if self.precision == "month" else f"{month}{self.first_day.day}日"


def partial_date(text: str) -> PartialDate:
    """Parse the ISO form of `PartialDate.iso`. Raises `ValueError` for anything else or a day that is none."""
    match = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?", text.strip())
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year, quarter, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if quarter:
        return _quarter(year, quarter)
    return _span(year, month, day)


def _span(year: int, month: int | None = None, day: int | None = None) -> PartialDate:
    if month is None:
        return PartialDate(date(year, 1, 1), date(year, 12, 31), "year")
    if day is None:
        return PartialDate(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")
    return PartialDate(date(year, month, day), date(year, month, day), "day")


def _quarter(year: int, quarter: int) -> PartialDate:
    last = 3 * quarter
    return PartialDate(date(year, last - 2, 1), date(year, last, monthrange(year, last)[1]), "quarter")


def next_month(today: date) -> PartialDate:
    return _month_before(today, -1)


def _month_before(today: date, count: int) -> PartialDate:
    index = today.year * 12 + today.month - 1 - count
    return _span(index // 12, index % 12 + 1)


_YEAR = r"(?P<year>(?:19|20)\d{2}|[一二][九零〇][零〇一二三四五六七八九]{2}|\d{2}(?=年\d{1,2}月))"
_RELATIVE_YEAR = r"(?P<relative>去年|今年|前年|上年|本年|明年)"
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_NO_DIGIT = r"(?<![\d.A-Za-z])"
_YEARS = {"去年": -1, "上年": -1, "今年": 0, "本年": 0, "前年": -2, "明年": 1}
_PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NO_DIGIT}(?P<year>(?:19|20)\d{{2}})([-/.])(?P<month>1[0-2]|0?[1-9])\2(?P<day>3[01]|[12]\d|0?[1-9])(?![\d.])",
        rf"{_NO_DIGIT}(?P<year>(?:19|20)\d{{2}})[-/](?P<month>1[0-2]|0[1-9])(?![\d.%-])",
        rf"{_NO_DIGIT}(?:{_YEAR}年|{_RELATIVE_YEAR})的?{_MONTH}月(?:份)?{_DAY}[日号](?!令)",
        rf"{_NO_DIGIT}(?:{_YEAR}年|{_RELATIVE_YEAR})的?{_MONTH}月(?:份|底|末|初)?",
        rf"{_NO_DIGIT}(?:{_YEAR}年|{_RELATIVE_YEAR})的?第?(?P<quarter>[1-4一二三四])季度",
        rf"{_NO_DIGIT}(?:{_YEAR}年|{_RELATIVE_YEAR})(?P<edge>年?[末底初])",
        rf"{_NO_DIGIT}(?:{_YEAR}年(?:度|全年)?|{_RELATIVE_YEAR}(?:全年|度)?)(?!第?\d+号|版|修[订正]|口径|期)",
        rf"{_NO_DIGIT}(?<![第年])(?<![零〇一二三四五六七八九十]){_MONTH}月(?:份)?{_DAY}[日号](?!令)",
        rf"{_NO_DIGIT}(?<![第年个])(?<![零〇一二三四五六七八九十]){_MONTH}月份?(?!度报|息|供|均|付|还)",
        r"(?P<ago>上上?个?月|本月|这个月|当月)(?![末底初]?均)",
        r"(?P<lastquarter>上个?季度|本季度|这个季度)",
        r"(?P<near>今天|今日|昨天|昨日|前天)",
    )
)


def find_dates(text: str, today: date | None) -> Iterator[tuple[int, int, PartialDate]]:
    """`(start, end, date)` for each day or span named in folded text, longest forms first.

    Without `today` only dates with a year of their own are found.
    """
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            try:
                found = _read(match, today)
            except ValueError:
                continue
            if found is not None:
                yield match.start(), match.end(), found


def _read(match: re.Match[str], today: date | None) -> PartialDate | None:
    groups = match.groupdict()
    for name, reader in _RELATIVE.items():
        if groups.get(name):
            return reader(groups[name], today) if today else None
    year = _year(groups, today)
    month = _small(groups.get("month"))
    day = _small(groups.get("day"))
    if year is None:
        if today is None or month is None:
            return None
        year = today.year
        if _span(year, month, day).first_day > today:
            year -= 1
    if groups.get("quarter"):
        return _quarter(year, int(parse_number(groups["quarter"])))
    if groups.get("edge"):
        return _span(year, 1 if groups["edge"].endswith("初") else 12)
    return _span(year, month, day)


def _year(groups: dict[str, str | None], today: date | None) -> int | None:
    written, relative = groups.get("year"), groups.get("relative")
    if relative:
        return today.year + _YEARS[relative] if today else None
    if not written:
        return None
    value = int(parse_number(written))
    return value + 2000 if value < 100 else value


def _small(text: str | None) -> int | None:
    return int(parse_number(text)) if text else None


def _ago(word: str, today: date) -> PartialDate:
    return _month_before(today, word.count("上"))


def _quarter_ago(word: str, today: date) -> PartialDate:
    index = today.year * 4 + (today.month - 1) // 3 - word.count("上")
    return _quarter(index // 4, index % 4 + 1)


def _near(word: str, today: date) -> PartialDate:
    back = {"今": 0, "昨": 1, "前": 2}[word[0]]
    day = today - timedelta(days=back)
    return PartialDate(day, day, "day")


_RELATIVE: dict[str, Callable[[str, date], PartialDate]] = {
    "ago": _ago,
    "lastquarter": _quarter_ago,
    "near": _near,
}
