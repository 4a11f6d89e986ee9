"""What an official text says of itself: its number, when it was issued, when it takes effect, what it repeals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_DAY = r"(\d{4})[ \u3000]*年[ \u3000]*(\d{1,2})[ \u3000]*月[ \u3000]*(\d{1,2})[ \u3000]*日"
_DATE = re.compile(_DAY)
_NUMBER = (
    r"(?:[\u4e00-\u9fff]{1,16}[〔\[【（(]\d{4}[〕\]】）)][ \u3000]*第?\d{1,4}号"
    r"|[\u4e00-\u9fff]{2,20}令[ \u3000]*(?:\d{4}年[ \u3000]*)?第[ \u3000]*\d{1,4}[ \u3000]*号"
    r"|[\u4e00-\u9fff]{2,20}公告[ \u3000]*(?:〔?\d{4}〕?年?[ \u3000]*)第?[ \u3000]*\d{1,4}[ \u3000]*号)"
)
_NUMBER_LINE = re.compile(rf"^[ \t\u3000#*（(]*({_NUMBER})[ \t\u3000）)*]*$", re.M)
_NUMBER_GIVEN = re.compile(rf"[ \u3000（(日]({_NUMBER})[ \u3000）)]*(?=$|公布|发布|印发|[）)])", re.M)
_EVENT = re.compile(r"通过|公布|发布|印发|修正|修订|修改")
_EFFECTIVE = re.compile(rf"自[ \u3000]*{_DAY}[ \u3000]*起(?:正式|试行|施行|实施|执行|生效)")
_EFFECTIVE_LINE = re.compile(rf"^[ \t\u3000（(]*{_DAY}[ \u3000]*(?:起)?(?:施行|实施)", re.M)
_ON_ISSUE = re.compile(
    r"(?:本[\u4e00-\u9fff]{1,4}|^)[ \u3000]*自(?:公布|发布|印发|颁布)之日起(?:施行|实施|执行|生效)", re.M
)
_REPEAL = re.compile(r"[^。\n]*《[^》]+》[^。\n]*(?:同时|即行|予以)废止")
_BOOK = re.compile(r"《([^《》]{4,80})》")
_SIGNED = re.compile(rf"^[ \t\u3000]*{_DAY}[ \t\u3000]*$", re.M)
_NAME_DAY = re.compile(
    r"(?<!\d)(19[5-9]\d|20\d\d)[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])日?(?!\d)"
)
_HEAD_CHARS = 1500
_TAIL_CHARS = 3000


@dataclass(frozen=True, slots=True)
class Metadata:
    """Unknown is empty or `None`. `repeals` holds titles (without 《》) that end when this takes effect."""

    doc_no: str = ""
    issued: date | None = None
    effective_from: date | None = None
    repeals: tuple[str, ...] = ()


def metadata_of(text: str, head: str | None = None) -> Metadata:
    """Read from the lines above the first article (`head`, else the first 1,500 characters) and from the end.

    `issued` is the last day of passing, amending or publishing named above. A day of effect from before the last
    amendment, like 自公布之日起施行 in an amended text, is the first edition's: this edition's is then unknown.
    """
    above = text[:_HEAD_CHARS] if head is None or not head.strip() else head[:_HEAD_CHARS]
    tail = text[-_TAIL_CHARS:]
    issued = _issued(above, tail)
    return Metadata(_doc_no(above), issued, _effective(above, tail, issued), _repeals(tail))


def days_in_name(name: str) -> date | None:
    """The day that a file name carries (商业银行法_20150829, 2024-02-02 办法): the day of issue."""
    match = _NAME_DAY.search(name)
    return _day(match[1], match[2], match[3]) if match else None


def _doc_no(above: str) -> str:
    found = [*_NUMBER_LINE.finditer(above), *_NUMBER_GIVEN.finditer(above)]
    numbers = list(dict.fromkeys(re.sub(r"[ \u3000]", "", match[1]) for match in found))
    if re.search(r"修正|修订", above) and len(numbers) < 2:
        return ""  # the number of the first edition
    return max(numbers, key=lambda number: above.replace(" ", "").rfind(number), default="")


def _issued(above: str, tail: str) -> date | None:
    days = [
        day
        for line in re.split(r"[\n，；]", above)
        if _EVENT.search(line) and "起施行" not in line
        for match in _DATE.finditer(line)
        if (day := _day(*match.groups()))
    ]
    signed = [day for match in _SIGNED.finditer(tail) if (day := _day(*match.groups()))]
    return max(days, default=None) or (signed[-1] if signed else None)


def _effective(above: str, tail: str, issued: date | None) -> date | None:
    said = [*_EFFECTIVE.finditer(above), *_EFFECTIVE_LINE.finditer(above), *_EFFECTIVE.finditer(tail)]
    days = [day for match in said if (day := _day(*match.groups()))]
    fitting = [day for day in days if issued is None or day >= issued]
    if fitting:
        return fitting[0]
    amended = re.search(r"修正|修订", above)
    return issued if not days and issued and not amended and _ON_ISSUE.search(tail) else None


def _repeals(tail: str) -> tuple[str, ...]:
    found = [title for match in _REPEAL.finditer(tail) for title in _BOOK.findall(match.group())]
    return tuple(dict.fromkeys(found))


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
