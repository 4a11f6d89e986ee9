"""Tables on a page of a PDF, found by their rules, or by columns that stand under one another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

NEAR = 2.5
_LEAST_FILLED = 0.25
_GAP = 1.05
_PROSE = 30
_MARK = re.compile(
    r"^(?:第?[一二三四五六七八九十百零〇\d]+[编章节条、.．]|[（(][一二三四五六七八九十\d]+[）)]|[•·●-])"
)
_NUMERIC = re.compile(r"^[\d.,%％+\-—/ ]+$")


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of the page, in points from its lower left corner; `top` is above `bottom`."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def holds(self, other: Box) -> bool:
        across = (other.left + other.right) / 2
        return self.left <= across <= self.right and self.bottom <= other.middle <= self.top


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the page: at `at`, from `start` to `end` along the other axis."""

    at: float
    start: float
    end: float

    def passes(self, place: float) -> bool:
        return self.start - NEAR <= place <= self.end + NEAR


@dataclass(frozen=True, slots=True)
class Word:
    """Letters that stand together."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class FoundTable:
    """Rows from top to bottom; a cell of `None` continues the one to its left. `headed`: the first row is heads."""

    box: Box
    rows: tuple[tuple[str | None, ...], ...]
    headed: bool = True


def ruled_tables(
    flat: Sequence[Rule], upright: Sequence[Rule], read: Callable[[Box], str]
) -> list[FoundTable]:
    """Tables whose rules enclose their cells, from the top down. A merged cell counts in every row it covers."""
    tables = [_ruled(own_flat, own_upright, read) for own_flat, own_upright in _connected(flat, upright)]
    return sorted((table for table in tables if table), key=lambda table: -table.box.top)


def _connected(flat: Sequence[Rule], upright: Sequence[Rule]) -> Iterable[tuple[list[Rule], list[Rule]]]:
    """Rules that meet one another, group by group."""
    group = list(range(len(flat)))

    def root(place: int) -> int:
        while group[place] != place:
            group[place] = group[group[place]]
            place = group[place]
        return place

    met: list[tuple[Rule, int]] = []
    for rule in upright:
        crossed = [n for n, other in enumerate(flat) if rule.passes(other.at) and other.passes(rule.at)]
        for other in crossed[1:]:
            group[root(other)] = root(crossed[0])
        if crossed:
            met.append((rule, crossed[0]))
    for whole in sorted({root(place) for _, place in met}):
        own = [rule for rule, place in met if root(place) == whole]
        yield [rule for n, rule in enumerate(flat) if root(n) == whole], own


def _ruled(flat: list[Rule], upright: list[Rule], read: Callable[[Box], str]) -> FoundTable | None:
    xs = _places([rule.at for rule in upright] + [end for rule in flat for end in (rule.start, rule.end)])
    ys = _places([rule.at for rule in flat] + [end for rule in upright for end in (rule.start, rule.end)])[
        ::-1
    ]
    if len(xs) < 3 or len(ys) < 2:
        return None
    closed_left = [[_ruled_off(upright, x, (a + b) / 2) for x in xs] for a, b in itertools.pairwise(ys)]
    closed_above = [[_ruled_off(flat, y, (a + b) / 2) for a, b in itertools.pairwise(xs)] for y in ys]
    rows: list[list[str | None]] = []
    whole: list[list[str]] = []
    for row in range(len(ys) - 1):
        cells: list[str | None] = []
        texts: list[str] = []
        for column in range(len(xs) - 1):
            if column and not closed_left[row][column]:
                cells.append(None)
                texts.append(texts[-1])
                continue
            if row and not closed_above[row][column]:
                text = whole[row - 1][column]
            else:
                right, down = column + 1, row + 1
                while right < len(xs) - 1 and not closed_left[row][right]:
                    right += 1
                while down < len(ys) - 1 and not closed_above[down][column]:
                    down += 1
                text = read(Box(xs[column], ys[down], xs[right], ys[row]))
            cells.append(text)
            texts.append(text)
        rows.append(cells)
        whole.append(texts)
    filled = sum(bool(cell) for row in rows for cell in row)
    if filled < 2 or filled < _LEAST_FILLED * sum(cell is not None for row in rows for cell in row):
        return None
    return FoundTable(Box(xs[0], ys[-1], xs[-1], ys[0]), tuple(tuple(row) for row in rows))


def _places(values: Iterable[float]) -> list[float]:
    """Different places, those within a hair's breadth taken as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 2 * NEAR:
            found.append(value)
    return found


def _ruled_off(rules: Sequence[Rule], at: float, beside: float) -> bool:
    return any(abs(rule.at - at) <= 2 * NEAR and rule.start <= beside <= rule.end for rule in rules)


def lines_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words by line from the top down, each line from left to right, neighbours put together."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.box.middle):
        if lines and abs(lines[-1][0].box.middle - word.box.middle) < 0.5 * max(
            word.box.height, lines[-1][0].box.height
        ):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [_together(sorted(line, key=lambda word: word.box.left)) for line in lines]


def _together(line: list[Word]) -> list[Word]:
    em = min(max(word.box.right - word.box.left for word in line), line[0].box.height)
    joined: list[Word] = []
    for word in line:
        gap = word.box.left - joined[-1].box.right if joined else 0.0
        if joined and gap <= _GAP * em:
            last = joined[-1]
            space = " " if gap > 0.2 * em and (last.text[-1].isascii() or word.text[0].isascii()) else ""
            joined[-1] = Word(last.text + space + word.text, _around((last.box, word.box)))
        else:
            joined.append(word)
    return joined


def aligned_tables(lines: Sequence[Sequence[Word]]) -> list[FoundTable]:
    """Tables without rules: three lines or more of short words whose columns stand under one another."""
    tables: list[FoundTable] = []
    start = 0
    while start < len(lines):
        columns, end = _columns(lines, start)
        run = lines[start:end]
        if end - start >= 3 and _tabular(run, columns):
            rows = tuple(tuple(_cells(line, columns)) for line in run)
            headed = not any(_NUMERIC.match(cell) for cell in rows[0] if cell)
            tables.append(FoundTable(_around(word.box for line in run for word in line), rows, headed))
            start = end
        else:
            start += 1
    return tables


def _columns(lines: Sequence[Sequence[Word]], start: int) -> tuple[list[tuple[float, float]], int]:
    """The columns that the lines from `start` on share, and the first line that does not."""
    columns = [(word.box.left, word.box.right) for word in lines[start]]
    end = start + 1
    while len(columns) > 1 and end < len(lines):
        line, above = lines[end], lines[end - 1]
        taken = [_column_of(word.box, columns) for word in line]
        apart = above[0].box.bottom - line[0].box.top
        if len(line) < 2 or None in taken or len(set(taken)) < len(taken) or apart > 2 * line[0].box.height:
            break
        wider = list(columns)
        for word, place in zip(line, taken, strict=True):
            assert place is not None
            wider[place] = min(word.box.left, wider[place][0]), max(word.box.right, wider[place][1])
        if any(a[1] >= b[0] for a, b in itertools.pairwise(wider)):
            break
        columns, end = wider, end + 1
    return columns, end


def _column_of(box: Box, columns: Sequence[tuple[float, float]]) -> int | None:
    over = [n for n, (left, right) in enumerate(columns) if box.left < right and left < box.right]
    return over[0] if len(over) == 1 else None


def _tabular(run: Sequence[Sequence[Word]], columns: Sequence[tuple[float, float]]) -> bool:
    """Not a list with its marks, a table of contents or two columns of prose."""
    first = [line[0].text for line in run]
    if 2 * sum(bool(_MARK.match(text)) for text in first) >= len(run):
        return False
    lengths = [len(word.text) for line in run for word in line]
    if max(lengths) > _PROSE or sum(len(line) for line in run) < 0.75 * len(run) * len(columns):
        return False
    return len(columns) > 2 or median(lengths) <= 12


def _cells(line: Sequence[Word], columns: Sequence[tuple[float, float]]) -> list[str]:
    cells = [""] * len(columns)
    for word in line:
        place = _column_of(word.box, columns)
        assert place is not None
        cells[place] = word.text
    return cells


def _around(boxes: Iterable[Box]) -> Box:
    every = list(boxes)
    return Box(
        min(box.left for box in every),
        min(box.bottom for box in every),
        max(box.right for box in every),
        max(box.top for box in every),
    )
