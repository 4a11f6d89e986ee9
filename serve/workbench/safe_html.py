"""Model text and questions as HTML that nothing can run in, whatever reads it next."""

from __future__ import annotations

import html
import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAG = re.compile(r"(<[^>]*>)")
_MARK = re.compile(r"\[(\d{1,3})\]")
# Figures with their units and dates, which a line end should not tear apart.
_FIGURE = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?|\d[\d,.]*(?:万元|亿元|个百分点|个月|元|%|年|天|笔|户))")
_RULES = (
    "blockquote",
    "emphasis",
    "escape",
    "fence",
    "heading",
    "hr",
    "list",
    "backticks",
    "newline",
    "table",
)


def answer_html(text: str, marks: frozenset[int], answer_id: str) -> str:
    """An answer's Markdown as one line of HTML; marks that can be opened become in-page links.

    Only what `_RULES` names is Markdown here: no HTML, images, links, references or entities of the text's
    own. In what is left every punctuation character is a numeric entity, so that a Markdown renderer in the
    browser finds no syntax a second time.
    """
    tokens = _markdown().parse(text)
    for token in tokens:
        _tame(token)
    rendered: str = _markdown().renderer.render(tokens, _markdown().options, {})
    parts = [
        part.replace("\n", "") if part.startswith("<") else _linked(html.unescape(part), marks, answer_id)
        for part in _TAG.split(rendered.replace("<br />\n", "<br />").replace("<br>\n", "<br>"))
    ]
    return f'<div class="said">{"".join(parts)}</div>'


def plain_html(text: str, css_class: str = "asked") -> str:
    """Text as it was typed, line breaks kept, inert in the same way."""
    return f'<div class="{css_class}">{inert(text)}</div>'


def inert(text: str) -> str:
    """Every character that is not a letter, a digit or a space as a numeric entity; line ends as `<br>`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "<br>".join("".join(_entity(char) for char in line) for line in lines)


def _entity(char: str) -> str:
    if char.isalnum() or char == " " or (char.isprintable() and ord(char) > 0x7F):
        return char
    return f"&#{ord(char)};" if char.isprintable() or char == "\t" else " "


def _linked(text: str, marks: frozenset[int], answer_id: str) -> str:
    pieces = _MARK.split(text)
    for index in range(1, len(pieces), 2):
        number = int(pieces[index])
        pieces[index] = (
            f'<a class="cite" href="#do/cite/{answer_id}/{number}">{number}</a>'
            if number in marks
            else inert(f"[{pieces[index]}]")
        )
    return "".join(piece if index % 2 else _text(piece) for index, piece in enumerate(pieces))


def _text(text: str) -> str:
    """A line end here is one inside a code block, or between tags where it means nothing."""
    if not text.strip():
        return ""
    pieces = [
        "".join("&#10;" if char == "\n" else _entity(char) for char in piece) for piece in _FIGURE.split(text)
    ]
    return "".join(
        f'<span class="whole">{piece}</span>' if index % 2 else piece for index, piece in enumerate(pieces)
    )


def whole(text: str) -> str:
    """Escaped text in which figures and dates stay in one piece."""
    pieces = [html.escape(piece) for piece in _FIGURE.split(text)]
    return "".join(
        f'<span class="whole">{piece}</span>' if index % 2 else piece for index, piece in enumerate(pieces)
    )


def _tame(token: Token) -> None:
    """Headings of any level look alike; the language of a code block, which is the text's own, is dropped."""
    if token.type in {"heading_open", "heading_close"}:
        token.tag = "h4"
    token.info = ""


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("zero", {"breaks": True}).enable(list(_RULES))
