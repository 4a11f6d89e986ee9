"""Cut running text into pieces a question can be answered from; nothing is lost and nothing is repeated."""

from __future__ import annotations

import re
from dataclasses import dataclass

LIMIT = 500
SMALL = 60
_PARAGRAPH = re.compile(r".*?(?:\n+|\Z)", re.S)
_SENTENCE = re.compile(r".*?(?:[。！？；]+[”’）」》]*\s*|\n+|\Z)", re.S)
_CLAUSE = re.compile(r".*?(?:[，、：,;]\s*|\n+|\Z)", re.S)
_HEADING = re.compile(
    r"^(?:(?P<marks>#{1,6})[ \t]+(?P<title>[^\n]+?)[ \t#]*"
    r"|(?P<chapter>[ \t\u3000]*第[一二三四五六七八九十百零〇\d]+[编章节][ \t\u3000]*[^\n。；，]{0,40})"
    r"|(?P<listed>[一二三四五六七八九十]+、[^\n。；]{1,40}))$",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the text as it stands there, and the headings above it (outermost first)."""

    headings: tuple[str, ...]
    text: str

    @property
    def locator(self) -> str:
        return " ".join(self.headings[-2:])


def chunk(text: str, limit: int = LIMIT) -> list[Chunk]:
    """Pieces of at most `limit` characters along headings, paragraphs, sentences, clauses, in that order.

    Neighbouring sections too small to say anything are joined, up to `limit`. The pieces put together
    are the text, to the character.
    """
    pieces: list[Chunk] = []
    for headings, section in _sections(text):
        parts = _pack(section, limit)
        last = pieces[-1] if pieces else None
        if last and parts and len(last.text.strip()) < SMALL and len(last.text) + len(parts[0]) <= limit:
            inner = headings if _within(headings, last.headings) else last.headings or headings
            pieces[-1] = Chunk(inner, last.text + parts.pop(0))
        pieces.extend(Chunk(headings, part) for part in parts)
    return pieces


def _within(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return inner[: len(outer)] == outer


def _sections(text: str) -> list[tuple[tuple[str, ...], str]]:
    """Every heading line with what follows it, and what stands before the first."""
    found = list(_HEADING.finditer(text))
    edges = [match.start() for match in found] + [len(text)]
    sections: list[tuple[tuple[str, ...], str]] = []
    if text[: edges[0]]:
        sections.append(((), text[: edges[0]]))
    above: list[tuple[int, str]] = []
    for match, end in zip(found, edges[1:], strict=True):
        depth, title = _rank(match)
        above = [item for item in above if item[0] < depth] + [(depth, title)]
        sections.append((tuple(name for _, name in above), text[match.start() : end]))
    return sections


def _rank(match: re.Match[str]) -> tuple[int, str]:
    if match["marks"]:
        return len(match["marks"]), match["title"].strip()
    if match["chapter"]:
        title = re.sub(r"[ \t\u3000]+", " ", match["chapter"].strip())
        return 7 + "编章节".index(re.sub(r"^第[^编章节]+", "", title)[0]), title
    return 10, match["listed"].strip()


def _pack(text: str, limit: int) -> list[str]:
    """Paragraphs filled up to the limit; one that is longer is cut at sentences, then clauses, then anywhere."""
    packed: list[str] = []
    for piece in _fine(text, limit, (_PARAGRAPH, _SENTENCE, _CLAUSE)):
        if packed and len(packed[-1]) + len(piece) <= limit:
            packed[-1] += piece
        else:
            packed.append(piece)
    if len(packed) > 1 and len(packed[-1]) < SMALL:
        packed[-2:] = _halves(packed[-2] + packed[-1], limit)
    return packed


def _fine(text: str, limit: int, patterns: tuple[re.Pattern[str], ...]) -> list[str]:
    if len(text) <= limit:
        return [text] if text else []
    if not patterns:
        return [text[start : start + limit] for start in range(0, len(text), limit)]
    parts = [match.group() for match in patterns[0].finditer(text) if match.group()]
    return [piece for part in parts for piece in _fine(part, limit, patterns[1:])]


def _halves(text: str, limit: int) -> list[str]:
    """Two pieces of about one length, instead of a full one and a crumb."""
    if len(text) <= limit:
        return [text]
    for pattern in (_SENTENCE, _CLAUSE):
        ends = [match.end() for match in pattern.finditer(text) if len(text) - limit <= match.end() <= limit]
        if ends:
            middle = min(ends, key=lambda end: abs(end - len(text) / 2))
            return [text[:middle], text[middle:]]
    middle = (len(text) + 1) // 2
    return [text[:middle], text[middle:]]
