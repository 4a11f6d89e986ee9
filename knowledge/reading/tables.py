"""Tables as rows that can each be read alone: the heads of their columns, the cells, the unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

_UNIT = re.compile(r"单位[:：][ \u3000]*([^\s）)，。；]{1,12})[）)]?\s*$")
_MARKDOWN = re.compile(
    r"^(?P<head>[ \t]*\|?[^\n|]+\|[^\n]*)\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$"
    r"(?P<body>(?:\n[^\n|]*\|[^\n]*)*)",
    re.M,
)
_BAR = re.compile(r"(?<!\\)\|")


def table_lines(rows: Iterable[Iterable[Any]], above: str = "", *, heads: int = 1) -> list[str]:
    """`head：cell；head：cell（单位：万元）。` per row; above them what stands over the heads, and the heads alone
    where nothing follows.

    A cell of `None` continues the one to its left. Over merged heads (or as many rows as `heads` says) the next row is
    heads too. `above` is the line over the table: its unit is the table's.
    """
    lines: list[str] = []
    unit = unit_of(above)
    columns: list[str] = []
    left = heads
    written = False
    grid = [[None if cell is None else cell_text(cell) for cell in row] for row in rows]
    width = max((len(cells) for cells in grid), default=0)
    for cells in grid:
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        if not columns and len(filled) == 1 and width > 1:
            lines.append(filled[0])
            unit = unit_of(filled[0]) or unit
        elif left > 0:
            merged = None in cells
            columns = _under(columns, cells)
            left = max(left - 1, 1 if merged else 0)
        else:
            lines.append(_row(columns, cells, unit))
            written = True
    if columns and not written:
        lines.append(_ended("；".join(column for column in columns if column)))
    return lines


def unit_of(line: str) -> str:
    """The unit that the line above a table names: 单位：万元."""
    found = _UNIT.search(line)
    return found[1] if found else ""


def cell_text(value: Any) -> str:
    """A cell in one line; a moment at midnight is a day."""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return " ".join(str(value).split())


def rows_for_markdown(text: str) -> str:
    """Markdown with its tables written row by row."""

    def rewritten(match: re.Match[str]) -> str:
        rows = [_cells(line) for line in (match["head"] + match["body"]).split("\n")]
        above = text[: match.start()].rstrip().rpartition("\n")[2]
        return "\n".join(table_lines([row[: len(rows[0])] for row in rows], above))

    return _MARKDOWN.sub(rewritten, text)


def _cells(line: str) -> list[str]:
    cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip())]
    return cells[1 if cells[0] == "" else 0 : -1 if cells[-1] == "" and len(cells) > 1 else None]


def _under(above: Sequence[str], cells: Sequence[str | None]) -> list[str]:
    """The heads of the columns, each with the heads over it; a merged one stands over all its columns."""
    columns: list[str] = []
    for place, cell in enumerate(cells):
        over = above[place] if place < len(above) else ""
        if cell is None:
            columns.append(over if above else columns[-1] if columns else "")
        else:
            columns.append(over if cell in ("", over) else f"{over} {cell}".strip())
    return columns


def _row(columns: Sequence[str], cells: Sequence[str | None], unit: str) -> str:
    filled = [(place, cell) for place, cell in enumerate(cells) if cell]
    across = len(filled) == 1 and len(cells) > 1 and all(cell is None for cell in cells[1:])
    if across:
        return _ended(filled[0][1])
    pairs = [
        f"{columns[place]}：{cell}" if place < len(columns) and columns[place] else cell
        for place, cell in filled
    ]
    return f"{'；'.join(pairs)}（单位：{unit}）。" if unit else _ended("；".join(pairs))


def _ended(text: str) -> str:
    return text if text.endswith("。") else f"{text}。"
