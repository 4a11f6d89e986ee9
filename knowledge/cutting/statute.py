"""A statute as passages: one an article, a long one by its 款, each with what stands above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.cutting.articles import Article, Kind, split_articles
from knowledge.cutting.chunk import LIMIT, SMALL, chunk
from knowledge.cutting.clauses import Clause, clauses, ordinal

ARTICLE_LIMIT = 800
_HEAD_CHARS = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """`context` is searched with the text and never quoted: headings above and, of a divided article, its first words.

    `raw` is the piece with number, headings and blank lines: the raws put together are the statute.
    """

    locator: str
    context: str
    text: str
    raw: str
    kind: Kind


def statute_pieces(text: str) -> list[Piece]:
    """The pieces of a statute in order, none across two articles; an empty list when the text is none."""
    return [piece for article in split_articles(text) for piece in _pieces(article)]


def _pieces(article: Article) -> Iterator[Piece]:
    path = " ".join(article.path)
    locator = article.locator
    if article.kind == "article" and article.path and article.path[0].startswith("附"):
        locator = f"{article.path[0]} {locator}"
        path = " ".join(article.path[1:])
    if article.kind != "article":
        for part in chunk(article.raw):
            heading = part.locator if article.kind == "preamble" else locator
            yield Piece(heading, path, _unheaded(part.text, article), part.text, article.kind)
        return
    if len(article.text) <= ARTICLE_LIMIT:
        yield Piece(locator, path, article.text, article.raw, "article")
        return
    start = article.raw.index(article.text)
    groups = _groups(article.text)
    context = f"{path} {locator} {_head(article.text)}".strip()
    for place, (name, part) in enumerate(groups):
        raw = part
        if place == 0:
            raw = article.raw[:start] + raw
        if place == len(groups) - 1:
            raw += article.raw[start + len(article.text) :]
        number = name or f"（{place + 1}/{len(groups)}）"
        yield Piece(f"{locator}{number}", context if place else path, part.strip(), raw, "article")


def _unheaded(text: str, article: Article) -> str:
    """An annex without its title line, which is its locator; an empty one keeps it."""
    body = text.strip()
    if article.kind != "annex":
        return body
    first, _, rest = body.partition("\n")
    title = re.sub(r"[\s#*]", "", first)
    return rest.strip() if rest.strip() and title == re.sub(r"\s", "", article.locator) else body


def _groups(text: str) -> list[tuple[str, str]]:
    """Neighbouring 款 packed up to the limit, with the words that name them; one that is longer is cut by its 项."""
    groups: list[list[Clause]] = []
    for clause in clauses(text):
        size = sum(len(one.text) for one in groups[-1]) if groups else 0
        fits = groups and size + len(clause.text) <= LIMIT
        small = groups and size < SMALL and len(clause.text) <= LIMIT
        if fits or small:
            groups[-1].append(clause)
        else:
            groups.append([clause])
    return [
        (_clause_range(group), part.text)
        for group in groups
        for part in chunk("".join(one.text for one in group))
    ]


def _clause_range(group: list[Clause]) -> str:
    first, last = group[0].number, group[-1].number
    if not first:
        return ""
    return f"第{ordinal(first)}款" if first == last else f"第{ordinal(first)}款至第{ordinal(last)}款"


def _head(text: str) -> str:
    """The first words of an article: up to its first colon or full stop, at most 40 characters."""
    line = text.lstrip().split("\n", 1)[0]
    return re.split(r"(?<=[：。:])", line)[0][:_HEAD_CHARS]
