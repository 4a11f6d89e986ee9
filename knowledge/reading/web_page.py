"""A web page as a reader sees it."""

from __future__ import annotations

import re
from typing import Any

from knowledge.reading.loaded import Unreadable
from knowledge.reading.tables import table_lines

_DEEPEST = 1_000
_NESTED = re.compile(
    r"<(/?)(?:div|span|table|ul|ol|dl|blockquote|section|article|font|form|em|strong|[abiu])\b", re.I
)
_LONGEST_HEAD = 60
_WIDEST = 100


def html_text(page: str) -> str:
    """Headings marked; a table row by row with the heads of its columns; nothing that is hidden. Raises `Unreadable`."""
    from bs4 import BeautifulSoup

    if _depth(page) > _DEEPEST:
        raise Unreadable("网页嵌套过深")

    tree = BeautifulSoup(page, "html.parser")
    for tag in tree(["script", "style", "noscript", "template", "nav", "footer", "iframe", "svg"]):
        tag.decompose()
    for tag in tree.select("[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none']"):
        tag.decompose()
    for level in range(1, 7):
        for tag in tree(f"h{level}"):
            tag.replace_with(f"\n{'#' * level} {' '.join(tag.get_text().split())}\n")
    for table in tree("table"):
        if table.find("table") is None and (lines := _table(table)):
            table.replace_with("\n" + "\n".join(lines) + "\n")
    for tag in tree(["p", "div", "li", "tr", "br", "section", "article", "table"]):
        tag.append("\n")
    for tag in tree(["td", "th"]):
        tag.append(" ")
    text = re.sub(r"[ \t]+", " ", tree.get_text())
    return re.sub(r"\n[ \n]*\n", "\n\n", text).strip()


def _depth(page: str) -> int:
    depth = deepest = 0
    for tag in _NESTED.finditer(page):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _table(table: Any) -> list[str]:
    """The lines of a table of data; none for one that only arranges the page."""
    rows = [row(["td", "th"]) for row in table("tr")]
    grid = _grid(rows)
    if len(grid) < 2 or len(grid[0]) < 2:
        return []
    heads = next((n for n, row in enumerate(rows) if not row or any(c.name == "td" for c in row)), 0) or 1
    if any(len(cell or "") > _LONGEST_HEAD for row in grid[:heads] for cell in row):
        return []
    caption = table.find("caption")
    above = caption.get_text(" ", strip=True) if caption else str(table.find_previous(string=True) or "")
    lines = table_lines(grid, above.strip(), heads=heads)
    return [above.strip(), *lines] if caption else lines


def _grid(rows: list[list[Any]]) -> list[list[str | None]]:
    """Cells in their columns: one over several rows stands in each, one over several columns is followed by `None`."""
    grid: list[list[str | None]] = []
    from_above: dict[int, tuple[int, str | None]] = {}
    for row in rows:
        cells: list[str | None] = []
        waiting = list(row)
        while waiting or len(cells) in from_above:
            column = len(cells)
            if column >= _WIDEST:
                break
            if column in from_above:
                left, text = from_above.pop(column)
                cells.append(text)
                if left > 1:
                    from_above[column] = (left - 1, text)
                continue
            cell = waiting.pop(0)
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            text = cell.get_text(" ", strip=True)
            for offset in range(min(across, _WIDEST - column)):
                own = text if offset == 0 else None
                cells.append(own)
                if down > 1:
                    from_above[column + offset] = (down - 1, own)
        grid.append(cells)
    width = max((len(cells) for cells in grid), default=0)
    return [cells + [""] * (width - len(cells)) for cells in grid]


def _span(cell: Any, name: str) -> int:
    value = str(cell.get(name) or "1")
    return max(1, int(value[:5])) if value.isdecimal() else 1
