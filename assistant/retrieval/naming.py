"""A question that names its source: 《X》, a document's title, 第X条."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.numerals import parse_number
from assistant.retrieval.snapshot import short_title

_ARTICLE = re.compile(r"第\s*([零〇一二两三四五六七八九十百千]+|\d{1,4})\s*条(?:之([一二三四五六七八九十]))?")
_BOOK = re.compile(r"《([^》]{2,60})》")


@dataclass(frozen=True, slots=True)
class Named:
    """Titles and articles that a question names; articles as (number, part), `part` 0 for a plain one."""

    titles: frozenset[str]
    articles: frozenset[tuple[int, int]]


def articles_in(text: str) -> frozenset[tuple[int, int]]:
    """Article numbers in a question or locator: 第二十三条 and 第23条 are one."""
    return frozenset(
        (int(parse_number(match[1])), int(parse_number(match[2])) if match[2] else 0)
        for match in _ARTICLE.finditer(text)
    )


def named(query: str, names: tuple[tuple[str, str], ...]) -> Named:
    """What `query` names among `names` (title as said, title itself); of nested names only the longest counts."""
    folded = short_title(query)
    books = [short_title(book) for book in _BOOK.findall(query)]
    inside = {name for name, _ in names if name in folded or any(len(b) >= 3 and b in name for b in books)}
    longest = {name for name in inside if not any(name != other and name in other for other in inside)}
    return Named(frozenset(title for name, title in names if name in longest), articles_in(query))
