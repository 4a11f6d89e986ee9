"""The inside of an article: 款 (paragraphs), 项 （一） and 目 1., as they are cited."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ITEM = re.compile(r"^[ \t\u3000]*[（(][一二三四五六七八九十百]+[）)]")
_POINT = re.compile(r"^[ \t\u3000]*(?:\d{1,2}[.．、]|[（(]\d{1,2}[）)])")
_ENDS = re.compile(r"[。；：！？;:!?”’）)》】][ \t\u3000]*\n*$")
_LINE = re.compile(r"[^\n]*(?:\n+|\Z)")
_ORDER = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Clause:
    """A 款 with its 项 and 目, as it stands. `number` counts from 1; 0 where lines were broken by a page's width."""

    number: int
    text: str
    items: tuple[str, ...]

    @property
    def lead(self) -> str:
        """What stands before the first 项."""
        end = min((self.text.index(item) for item in self.items[:1]), default=len(self.text))
        return self.text[:end].strip()


def clauses(text: str) -> list[Clause]:
    """The 款 of an article's body in order; their texts put together are the body.

    A 项 belongs to the 款 above it. Where a line ends in the middle of a sentence the breaks are the page's, so
    what is a 款 cannot be told and none is numbered.
    """
    lines = [match.group() for match in _LINE.finditer(text) if match.group()]
    sure = all(_ENDS.search(line) for line in lines[:-1] if line.strip())
    groups: list[list[str]] = []
    for line in lines:
        inner = _ITEM.match(line) or _POINT.match(line) or not line.strip()
        if groups and (inner or not _ENDS.search(groups[-1][-1])):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [
        Clause(number if sure else 0, "".join(group), tuple(_items(group)))
        for number, group in enumerate(groups, 1)
    ]


def ordinal(number: int) -> str:
    """1 to 99 as Chinese counts them: 十一, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_ORDER[tens]}十"
    return head + (_ORDER[ones] if ones or not tens else "")


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line):
            items.append(line)
        elif items:
            items[-1] += line
    return items
