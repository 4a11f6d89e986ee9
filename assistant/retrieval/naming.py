"""A question that names its source: 《X》, a law's title, short or spoken name, 第X条."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assistant.encoding.features import fold
from assistant.words.numerals import parse_number

_NUMBER = r"(?:[零〇一二两三四五六七八九十百千]+|\d{1,4})"
_PART = r"(?:之([一二三四五六七八九十]))?"
_ARTICLE = re.compile(rf"第\s*({_NUMBER})\s*条{_PART}")
_BARE = re.compile(rf"(?<=[法典例定释则》\s])({_NUMBER})\s*条{_PART}")
_RANGE = re.compile(rf"第?\s*({_NUMBER})\s*条?\s*(?:至|到|[-—–~～])\s*第?\s*({_NUMBER})\s*条")
_LIST = re.compile(rf"第\s*({_NUMBER}(?:\s*[、,，和及与]\s*{_NUMBER})+)\s*条")
_LONGEST_RANGE = 30
_ASIDE = re.compile(r"[（(][^（）()]*[）)]|中华人民共和国|[《》\s]")
_KINDS = (
    "司法解释",
    "条例",
    "办法",
    "规定",
    "解释",
    "规则",
    "细则",
    "准则",
    "指引",
    "通知",
    "意见",
    "方案",
    "法",
    "典",
)
_COURT = re.compile(
    r"关于(?:审理|适用|办理)(?P<core>.+?)(?:民事|刑事)?(?:纠纷)?(?:案件)?(?:具体)?(?:适用法律|应用法律)?(?:有关)?(?:制度)?"
    r"(?:若干问题)?的?(?P<kind>规定|解释|批复|意见)$"
)
_NOT_A_LAW = frozenset("方办违非合司依立执守无没做想算用说看写手魔")
_FOLLOWS_NO_LAW = frozenset("人定律院学官规治")
_LONGEST_NAME = 48
_SHORT_NAMES = ("法", "典")


def short_title(title: str) -> str:
    """A title as people say it: without state name, year in brackets and book marks, folded."""
    return fold(_ASIDE.sub("", title))


@dataclass(frozen=True, slots=True)
class Named:
    """Titles and articles that a question names; articles as (number, part), `part` 0 for a plain one."""

    titles: frozenset[str]
    articles: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class TitleBook:
    """What each title may be called. Names of several laws are left out of `tails`."""

    names: Mapping[str, frozenset[str]]
    tails: Mapping[str, frozenset[str]]
    shorts: Mapping[str, frozenset[str]]


def title_book(titles: Iterable[str]) -> TitleBook:
    """`names` are whole names, `tails` ends of a title that belong to one law only (款项支付条例)."""
    names: dict[str, set[str]] = defaultdict(set)
    shorts: dict[str, set[str]] = defaultdict(set)
    for title in titles:
        short = short_title(title)
        shorts[short].add(title)
        for name in _names(short):
            names[name].add(title)
    owners: dict[str, set[str]] = defaultdict(set)
    for short in shorts:
        if short.endswith(_KINDS):
            for start in range(1, len(short) - 2):
                owners[short[start:]].add(short)
    tails = {
        tail: frozenset(shorts[next(iter(own))])
        for tail, own in owners.items()
        if len(own) == 1 and (len(tail) >= 5 or (len(tail) >= 3 and tail.endswith(_SHORT_NAMES)))
    }
    return TitleBook(
        {name: frozenset(own) for name, own in names.items()},
        tails,
        {short: frozenset(own) for short, own in shorts.items()},
    )


def _names(short: str) -> Iterator[str]:
    """A title's own name, that of the code it is a part of, and how an interpretation is spoken of."""
    if len(short) >= 4 or short.endswith(_SHORT_NAMES):
        yield short
    whole = short.partition("·")[0]
    if whole != short:
        yield whole
    if found := _COURT.search(short):
        core = found["core"]
        for kind in {"司法解释", found["kind"], f"的{found['kind']}"}:
            yield f"{core}{kind}"
            yield f"{core}案件{kind}"
            yield f"{core}纠纷{kind}"


def articles_in(text: str) -> frozenset[tuple[int, int]]:
    """Article numbers in a locator: 第二十三条 and 第23条 are one."""
    return frozenset(_pair(match[1], match[2]) for match in _ARTICLE.finditer(text))


def asked_articles(text: str) -> frozenset[tuple[int, int]]:
    """Article numbers in a question: also several (第四十条至第四十二条, 第3、5条), and 刑法186条 without 第."""
    found = set(articles_in(text)) | {_pair(match[1], match[2]) for match in _BARE.finditer(text)}
    for match in _LIST.finditer(text):
        found |= {_pair(number, None) for number in re.findall(_NUMBER, match[1])}
    for match in _RANGE.finditer(text):
        first, last = int(parse_number(match[1])), int(parse_number(match[2]))
        if first < last <= first + _LONGEST_RANGE:
            found |= {(number, 0) for number in range(first, last + 1)}
    return frozenset(found)


def _pair(number: str, part: str | None) -> tuple[int, int]:
    return int(parse_number(number)), int(parse_number(part)) if part else 0


def named(query: str, book: TitleBook, fuller: str = "") -> Named:
    """What `query` names; `fuller` is the query with the full names of its terms. Of nested names the longest counts."""
    text = short_title(fuller or query)
    found = _whole(text, book)
    if not found:
        found = _ends(text, book) or _abbreviated(text, book)
    return Named(found, asked_articles(query))


def _whole(text: str, book: TitleBook) -> frozenset[str]:
    spans: list[tuple[int, int]] = []
    for start in range(len(text)):
        for end in range(min(len(text), start + _LONGEST_NAME), start + 1, -1):
            if text[start:end] in book.names and text[end : end + 1] not in _FOLLOWS_NO_LAW:
                spans.append((start, end))
                break
    longest = [(a, b) for a, b in spans if not any(c <= a and b <= d and (c, d) != (a, b) for c, d in spans)]
    return frozenset(title for a, b in longest for title in book.names[text[a:b]])


def _phrases(text: str) -> Iterator[str]:
    """Stretches that end like the name of a law, longest first."""
    for kind in _KINDS:
        end = text.find(kind)
        while end >= 0:
            stop = end + len(kind)
            plain = kind == "法" and (
                text[end - 1 : end] in _NOT_A_LAW or text[stop : stop + 1] in _FOLLOWS_NO_LAW
            )
            if not plain:
                yield from (text[start:stop] for start in range(max(0, stop - _LONGEST_NAME), end))
            end = text.find(kind, stop)


def _ends(text: str, book: TitleBook) -> frozenset[str]:
    """The end of a title that no other law has: 破产法, 款项支付条例; the longest one."""
    fitting = [phrase for phrase in _phrases(text) if phrase in book.tails]
    return book.tails[max(fitting, key=len)] if fitting else frozenset()


def _abbreviated(text: str, book: TitleBook) -> frozenset[str]:
    """Characters picked from one title only, in order and up to its kind: 个保法, 消保办法."""
    for phrase in _phrases(text):
        kind = next(kind for kind in _KINDS if phrase.endswith(kind))
        head = phrase.removesuffix(kind)
        if not 2 <= len(head) <= 6:
            continue
        owners = [
            short for short in book.shorts if short.endswith(kind) and _picked(head, short.removesuffix(kind))
        ]
        if len(owners) == 1:
            return book.shorts[owners[0]]
    return frozenset()


def _picked(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
