"""Text of a scanned page, by an optional library whose models come with its package and stay on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

import pypdfium2

from knowledge.reading.pdf import Recognise
from knowledge.reading.pdf_page import Block
from knowledge.reading.pdf_table import Box, Word, aligned_tables, lines_of

_DPI = 200
_MAX_PIXELS_A_SIDE = 2_600
_POINTS_A_INCH = 72


def recogniser() -> Recognise | None:
    """What reads a scanned page, where the extra `ocr` is installed; loads nothing yet."""
    installed = find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None
    return _recognise if installed else None


def _recognise(page: pypdfium2.PdfPage) -> tuple[Block, ...]:
    """The blocks of a page as they are seen on it."""
    scale: Any = min(  # annotated as a whole number by pypdfium2, which takes any
        _DPI / _POINTS_A_INCH, _MAX_PIXELS_A_SIDE / max(page.get_size())
    )
    picture = page.render(scale=scale, may_draw_forms=False).to_numpy()
    found = _engine()(picture[:, :, :3])
    if found.boxes is None or not found.txts:
        return ()
    words = [_word(corners, text) for corners, text in zip(found.boxes, found.txts, strict=True)]
    return _blocks(lines_of(word for word in words if word.text))


@cache
def _engine() -> Any:
    """One process reads many pages; loading takes a second or two."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 2}
    )


def _word(corners: Sequence[Sequence[float]], text: str) -> Word:
    """Pixels count down from the top; a page's points count up."""
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return Word(text.strip(), Box(min(xs), -max(ys), max(xs), -min(ys)))


def _blocks(lines: list[list[Word]]) -> tuple[Block, ...]:
    tables = aligned_tables(lines)
    blocks: list[Block] = []
    running: list[str] = []
    placed: set[int] = set()
    for line in lines:
        table = next((n for n, one in enumerate(tables) if one.box.holds(line[0].box)), None)
        if table is None:
            running.append("\u3000".join(word.text for word in line))
        elif table not in placed:
            placed.add(table)
            blocks += ["\n".join(running), tables[table]] if running else [tables[table]]
            running = []
    return (*blocks, "\n".join(running)) if running else tuple(blocks)
