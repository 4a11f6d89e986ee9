"""One page of a PDF as blocks from the top down: running text, and tables."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

from knowledge.reading.pdf_table import Box, FoundTable, Rule, Word, aligned_tables, lines_of, ruled_tables

MAX_RULES = 1_500
MAX_LETTERS = 30_000
_LEAST_RULE = 5.0
_FLAT = 1.0
_SCAN_SHARE = 0.4
_SCAN_LETTERS = 20
_WRAPPED = re.compile(r"(?<![\x00-\x7f])\s+(?![\x00-\x7f])")

Block = str | FoundTable


@dataclass(frozen=True, slots=True)
class Page:
    """`scanned`: a picture fills the page and next to no text is there. `blocks` are then empty."""

    blocks: tuple[Block, ...]
    scanned: bool = False


def read_page(page: pypdfium2.PdfPage) -> Page:
    """The text layer of a page. Raises `PdfiumError`."""
    text = page.get_textpage()
    try:
        letters = text.count_chars()
        if letters <= _SCAN_LETTERS and _pictured(page):
            return Page((), scanned=True)
        tables = _tables(page, text) if letters <= MAX_LETTERS else []
        if not tables:
            return Page((_plain(text.get_text_range()),))
        return Page(tuple(_between(page, text, tables)))
    finally:
        text.close()


def _tables(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> list[FoundTable]:
    flat, upright = _rules(page)
    ruled = ruled_tables(flat, upright, lambda box: _bounded(text, box)) if flat and upright else []
    words = [word for word in _letters(text) if not any(table.box.holds(word.box) for table in ruled)]
    return sorted([*ruled, *aligned_tables(lines_of(words))], key=lambda table: -table.box.top)


def _between(
    page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, tables: Sequence[FoundTable]
) -> Iterator[Block]:
    left, bottom, right, top = page.get_bbox()
    for table in tables:
        if above := _plain(text.get_text_bounded(left, table.box.top, right, top)):
            yield above
        yield table
        top = table.box.bottom
    if below := _plain(text.get_text_bounded(left, bottom, right, top)):
        yield below


def _bounded(text: pypdfium2.PdfTextPage, box: Box) -> str:
    """What stands in a cell, in one line."""
    return _WRAPPED.sub("", _plain(text.get_text_bounded(box.left, box.bottom, box.right, box.top)))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\ufffe", "").strip()


def _pictured(page: pypdfium2.PdfPage) -> bool:
    """Whether pictures cover a good part of the page."""
    width, height = page.get_size()
    covered = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        covered += abs(right - left) * abs(top - bottom)
    return covered >= _SCAN_SHARE * width * height


def _letters(text: pypdfium2.PdfTextPage) -> Iterator[Word]:
    box = raw.FS_RECTF()
    for index in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text.raw, index))
        if letter.isspace() or not letter.isprintable():
            continue
        if raw.FPDFText_GetLooseCharBox(text.raw, index, ctypes.byref(box)) and box.right > box.left:
            yield Word(letter, Box(box.left, box.bottom, box.right, box.top))


def _rules(page: pypdfium2.PdfPage) -> tuple[list[Rule], list[Rule]]:
    """Lines of the page, level and upright; none where there are so many that it is a drawing."""
    flat: list[Rule] = []
    upright: list[Rule] = []
    width, height = page.get_size()
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1):
        for (x, y), (to_x, to_y) in _strokes(item):
            if abs(to_y - y) <= _FLAT and _LEAST_RULE <= abs(to_x - x) < 0.98 * width:
                flat.append(Rule((y + to_y) / 2, min(x, to_x), max(x, to_x)))
            elif abs(to_x - x) <= _FLAT and _LEAST_RULE <= abs(to_y - y) < 0.98 * height:
                upright.append(Rule((x + to_x) / 2, min(y, to_y), max(y, to_y)))
            if len(flat) + len(upright) > MAX_RULES:
                return [], []
    return flat, upright


def _strokes(item: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight parts of a drawn path, in points of the page."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item.raw, ctypes.byref(fill), ctypes.byref(stroke))
    if not fill.value and not stroke.value:
        return
    matrix = item.get_matrix()
    first = last = (0.0, 0.0)
    for index in range(raw.FPDFPath_CountSegments(item.raw)):
        segment = raw.FPDFPath_GetPathSegment(item.raw, index)
        x, y = ctypes.c_float(), ctypes.c_float()
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield point, first
            last = first
