"""Statutes split article by article: what is a heading, and what only mentions one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"第(?P<number>[一二三四五六七八九十百千零〇两]+|\d{1,4})条(?:之(?P<part>[一二三四五六七八九十]+))?"
_LINE = re.compile(
    rf"^[ \t\u3000]*(?:#{{1,6}}[ \t]*)?(?P<bold>\*\*)?(?P<name>{_NUMBER})(?(bold)\*\*)(?P<gap>[ \t\u3000:：]*)",
    re.M,
)
_CHAPTER = re.compile(
    r"^[ \t\u3000]*(?:#{1,6}[ \t]*)?第[一二三四五六七八九十百零〇\d]+[编章节](?:[ \t\u3000].{0,40}|[^。；，]{0,20})?$"
)
_MENTION = re.compile(r"(?:第[^\n]{1,6}[款项条]|[、，,至和或及的规所以与]|规定|之)")
_HANGING = re.compile(
    r"(?:依照|依据|根据|按照|违反|适用|符合|参照|本法|本条例|本办法|本规定|、|，|,|和|或者?|及|至|与)$"
)


@dataclass(frozen=True, slots=True)
class Article:
    """`locator` is the printed number (第二十三条, 第十条之一), empty for what stands before the first article.

    `text` is the body without number and chapter headings; `raw` is everything between this heading and the
    next, so that the raws put together are the statute.
    """

    locator: str
    chapter: str
    text: str
    raw: str


def chinese_number(text: str) -> int:
    """The value of 二十三 or 一百零五; digits are read as they are. Raises `ValueError` for anything else."""
    if text.isascii():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            raise ValueError(f"not a number: {text}")
    return total + digit


def split_articles(text: str) -> list[Article]:
    """The articles of a statute in order, its preamble first; an empty list when the text is none.

    A heading begins a line and either stands apart from its body (a space, a line end) or is the next number
    due; the same words inside a sentence, also where a sentence is wrapped before them, are a reference.
    """
    heads = _heads(text)
    if len(heads) < 2:
        return []
    articles: list[Article] = []
    starts = [_with_chapter(text, head.start()) for head in heads]
    if starts[0] > 0:
        articles.append(Article("", "", text[: starts[0]].strip(), text[: starts[0]]))
    chapter = ""
    for head, start, end in zip(heads, starts, [*starts[1:], len(text)], strict=True):
        above = [line.strip(" \t\u3000#") for line in text[start : head.start()].splitlines() if line.strip()]
        chapter = above[-1] if above else chapter
        articles.append(Article(head["name"], chapter, text[head.end() : end].strip(), text[start:end]))
    return articles


def _heads(text: str) -> list[re.Match[str]]:
    heads: list[re.Match[str]] = []
    last = 0
    for match in _LINE.finditer(text):
        number = chinese_number(match["number"])
        due = number == last + 1 or (number == last and match["part"] is not None)
        if _is_head(text, match, due=due, first=not heads) and (number >= last or number == 1):
            heads.append(match)
            last = number
    return heads


def _is_head(text: str, match: re.Match[str], *, due: bool, first: bool) -> bool:
    before = text[: match.start()].rstrip()
    if before and _HANGING.search(before[-6:]):
        return False
    apart = bool(match["gap"]) or bool(match["bold"]) or text[match.end() : match.end() + 1] in ("", "\n")
    follows = _MENTION.match(text, match.end())
    if apart:
        return due or first or follows is None
    return due and follows is None


def _with_chapter(text: str, start: int) -> int:
    """Where the article begins when the chapter headings right above it are counted in."""
    while True:
        before = text[:start].rstrip()
        line = before.rfind("\n") + 1
        if not before or _CHAPTER.match(before[line:]) is None:
            return start
        start = line
