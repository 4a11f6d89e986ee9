"""Statutes split article by article: what is a heading, and what only mentions one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.words.numerals import parse_number

_SPACE = " \t\u3000"
_NUMBER = (
    rf"第[{_SPACE}]?(?P<number>[一二三四五六七八九十百千零〇两]+|\d{{1,4}})[{_SPACE}]?条"
    r"(?:之(?P<part>[一二三四五六七八九十]+))?"
)
_LINE = re.compile(
    rf"^[{_SPACE}]*(?:#{{1,6}}[{_SPACE}]*)?(?P<bold>\*\*)?(?P<name>{_NUMBER})(?(bold)\*\*)(?P<gap>[{_SPACE}:：]*)",
    re.M,
)
_MARKS = rf"^[{_SPACE}]*(?:#{{1,6}}[{_SPACE}]*)?(?:\*\*)?"
_CHAPTER = re.compile(
    rf"{_MARKS}(?P<title>第[{_SPACE}]?[一二三四五六七八九十百零〇\d]+[{_SPACE}]?(?P<rank>分编|[编章节])"
    rf"(?:[{_SPACE}:：].{{0,60}}|[^。；，]{{0,30}})?)$"
)
_LISTED = re.compile(rf"{_MARKS}(?P<title>[一二三四五六七八九十]+[、.．][^。；：！？]{{1,50}})$")
_ANNEX = re.compile(
    rf"{_MARKS}(?P<title>(?:附[{_SPACE}]*(?:件|表|录|图)|附)(?:[{_SPACE}]*[一二三四五六七八九十\d]{{1,3}})?"
    rf"(?:[{_SPACE}]*[:：]?[{_SPACE}]*[^。；，\n]{{0,50}}))$",
    re.M,
)
_RANKS = ("编", "分编", "章", "节")
_MENTION = re.compile(
    r"第[^\n]{1,6}[款项目条]|[、，,的之]|规定|所[列称指述规]|以[外及下上]|[和或及与至][^\n]{0,6}第|中[的所]"
)
_NEVER_FIRST = re.compile(r"第[^\n]{1,6}[款项]|[、，,的]")
_HANGING = re.compile(
    r"(?:依照|依据|根据|按照|违反|适用|符合|参照|本法|本条例|本办法|本规定|、|，|,|和|或者?|及|至|与)$"
)
Kind = Literal["preamble", "article", "annex"]


@dataclass(frozen=True, slots=True)
class Article:
    """`locator` is the printed number (第二十三条, 第十条之一); of an annex its title, of the preamble empty.

    `path` holds the headings above, outermost first: 编, 分编, 章, 节, and the annex an article belongs to. `text`
    is the body without number and headings; `raw` is everything up to the next article, so that the raws put
    together are the statute.
    """

    locator: str
    path: tuple[str, ...]
    text: str
    raw: str
    kind: Kind = "article"

    @property
    def chapter(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class _Start:
    """Where an article or annex begins, headings above it included; `body` is where its own text does."""

    at: int
    name: str
    headings: tuple[tuple[int, str], ...]
    body: int
    kind: Kind = "article"


def split_articles(text: str) -> list[Article]:
    """The articles of a statute in order, its preamble first; an empty list when the text is none.

    A heading begins a line and either stands apart from its body (a space, a line end) or is the next number
    due; the same words inside a sentence, also where a sentence is wrapped before them, are a reference.
    """
    heads = _heads(text)
    if len(heads) < 2:
        return []
    starts = _with_annexes(text, heads)
    articles: list[Article] = []
    if starts[0].at > 0:
        articles.append(Article("", (), text[: starts[0].at].strip(), text[: starts[0].at], "preamble"))
    above: list[tuple[int, str]] = []
    annex = ""
    for start, end in zip(starts, [*(later.at for later in starts[1:]), len(text)], strict=True):
        if start.kind == "annex":
            annex, above = start.name, []
        for rank, title in start.headings:
            above = [item for item in above if item[0] < rank] + [(rank, title)]
        path = (*((annex,) if annex and start.kind == "article" else ()), *(title for _, title in above))
        articles.append(
            Article(start.name, path, text[start.body : end].strip(), text[start.at : end], start.kind)
        )
    return articles


def _heads(text: str) -> list[re.Match[str]]:
    heads: list[re.Match[str]] = []
    last = 0
    for match in _LINE.finditer(text):
        number = parse_number(match["number"])
        due = number == last + 1 or (number == last and match["part"] is not None)
        restart = number == 1 and match["part"] is None
        if _is_head(text, match, due=due, first=not heads) and (number >= last or restart):
            heads.append(match)
            last = number
    return heads


def _is_head(text: str, match: re.Match[str], *, due: bool, first: bool) -> bool:
    before = text[: match.start()].rstrip()
    headed = _heading(before[before.rfind("\n") + 1 :]) is not None
    if (before and not headed and _HANGING.search(before[-6:])) or _NEVER_FIRST.match(text, match.end()):
        return False
    apart = bool(match["gap"]) or bool(match["bold"]) or text[match.end() : match.end() + 1] in ("", "\n")
    follows = _MENTION.match(text, match.end())
    if apart:
        return due or first or follows is None
    return (due or (first and headed)) and follows is None


def _with_annexes(text: str, heads: Sequence[re.Match[str]]) -> list[_Start]:
    """The articles with, behind the last of a series, the annexes that their lines name."""
    starts: list[_Start] = []
    for place, head in enumerate(heads):
        at, headings = _with_headings(text, head.start())
        starts.append(_Start(at, "".join(head["name"].split()), headings, head.end()))
        following = heads[place + 1] if place + 1 < len(heads) else None
        if following is None or parse_number(following["number"]) < parse_number(head["number"]):
            end = following.start() if following else len(text)
            starts += [
                _Start(annex.start(), " ".join(annex["title"].split()).strip("*"), (), annex.end(), "annex")
                for annex in _ANNEX.finditer(text, head.end(), end)
            ]
    return starts


def _with_headings(text: str, start: int) -> tuple[int, tuple[tuple[int, str], ...]]:
    """Where the article begins when the headings right above it are counted in, and these, outermost first.

    Only headings that enclose one another count: above the first article, what is above them is a table of contents.
    """
    headings: list[tuple[int, str]] = []
    while True:
        before = text[:start].rstrip()
        line = before.rfind("\n") + 1
        found = _heading(before[line:])
        if found is None or (headings and found[0] >= headings[0][0]):
            return start, tuple(headings)
        headings.insert(0, found)
        start = line


def _heading(line: str) -> tuple[int, str] | None:
    match = _CHAPTER.match(line)
    if match is not None:
        title = re.sub(rf"[{_SPACE}]+", " ", match["title"].strip(" \t\u3000*"))
        return _RANKS.index(match["rank"]), title
    match = _LISTED.match(line)
    return (len(_RANKS), match["title"].strip(" \t\u3000*")) if match else None
