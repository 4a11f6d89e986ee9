"""A PDF as text: the text layer, tables row by row, scanned pages by recognition where that is installed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import pypdfium2

from knowledge.reading.loaded import Extract, Unreadable
from knowledge.reading.pdf_page import Block, Page, read_page
from knowledge.reading.pdf_table import FoundTable
from knowledge.reading.tables import table_lines

MAX_PAGES = 10_000
_KEPT = "，：；！？（）～｜＋－＝％．／"
_PAGE_NUMBER = re.compile(
    r"^[ \t\u3000]*(?:[—–\-－]+[ \t]*)?(?:第[ \t]*)?\d{1,4}(?:[ \t]*页)?(?:[ \t]*[—–\-－]+)?[ \t]*$"
)
_ENDS = re.compile(r"[。；：！？!?;:.”》）)]$")
_STARTS = re.compile(
    r"^[ \t\u3000]*(?:第[一二三四五六七八九十百千零〇\d]+[条章节编]|[（(]?[一二三四五六七八九十\d]+[）)、.．]|#)"
)
_FULL_LINE = 18
_NAMED = 8

HOW_TO = "安装 bagui[ocr] 后重新收入即可识别"
OnPage = Callable[[int, int], None]
"""Called with the pages read so far and how many there are."""
Recognise = Callable[[pypdfium2.PdfPage], tuple[Block, ...]]
"""What a scanned page says."""


def pdf_text(data: bytes, recognise: Recognise | None, on_page: OnPage | None = None) -> Extract:
    """Radicals and compatibility forms made plain, wrapped lines joined, page numbers left out.

    Without `recognise` scanned pages are left out, and the note says so. Raises `Unreadable`.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Unreadable("PDF有密码保护" if locked else "PDF已损坏，无法打开") from error
    pages: list[Page] = []
    recognised: list[int] = []
    try:
        if len(document) > MAX_PAGES:
            raise Unreadable(f"PDF超过{MAX_PAGES}页")
        for number, sheet in enumerate(_sheets(document), 1):
            page = read_page(sheet)
            if page.scanned and recognise is not None:
                page = Page(recognise(sheet), scanned=True)
                recognised.append(number)
            sheet.close()
            pages.append(page)
            if on_page is not None:
                on_page(number, len(document))
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"PDF第{len(pages) + 1}页已损坏") from error
    finally:
        document.close()
    text = _unwrap(list(_lines([block for page in pages for block in page.blocks])))
    scanned = [number for number, page in enumerate(pages, 1) if page.scanned]
    unread = [number for number in scanned if number not in recognised]
    if not text.strip():
        raise Unreadable(f"PDF是扫描件，没有文字：{HOW_TO}" if unread else "PDF里没有可提取的文字")
    notes = [f"{_page_list(unread)}是扫描页，没有收入：{HOW_TO}"] if unread else []
    notes += [f"{_page_list(recognised)}由OCR识别，引用前请与原件核对"] if recognised else []
    return Extract(text, "；".join(notes), certain=not recognised)


def normalise(text: str) -> str:
    """NFKC, except for the full-width punctuation that Chinese is written with."""
    return "".join(char if char in _KEPT else unicodedata.normalize("NFKC", char) for char in text)


def _sheets(document: pypdfium2.PdfDocument) -> Iterator[pypdfium2.PdfPage]:
    for index in range(len(document)):
        yield document[index]


def _lines(blocks: Sequence[Block]) -> Iterator[tuple[str, bool]]:
    """Lines, and whether each is whole already; a table that goes on over the page's end is one table."""
    above = ""
    waiting: FoundTable | None = None
    for block in blocks:
        if isinstance(block, FoundTable):
            if waiting is not None and len(waiting.rows[0]) == len(block.rows[0]):
                more = block.rows[1:] if block.rows[0] == waiting.rows[0] else block.rows
                waiting = FoundTable(block.box, (*waiting.rows, *more), waiting.headed)
                continue
            yield from _written(waiting, above)
            waiting = block
            continue
        lines = [
            line for line in normalise(block).split("\n") if line.strip() and not _PAGE_NUMBER.match(line)
        ]
        if lines:
            yield from _written(waiting, above)
            waiting, above = None, lines[-1]
            yield from ((line.strip(), False) for line in lines)
    yield from _written(waiting, above)


def _written(table: FoundTable | None, above: str) -> Iterator[tuple[str, bool]]:
    if table is not None:
        rows = [[None if cell is None else normalise(cell) for cell in row] for row in table.rows]
        yield from ((line, True) for line in table_lines(rows, above, heads=1 if table.headed else 0))


def _unwrap(lines: Sequence[tuple[str, bool]]) -> str:
    """Lines that were only broken by the width of the page, put together."""
    joined: list[tuple[str, bool]] = []
    for line, whole in lines:
        last, done = joined[-1] if joined else ("", True)
        broken = len(last) >= _FULL_LINE and not _ENDS.search(last) and not _STARTS.match(line)
        if broken and not done and not whole:
            gap = " " if last[-1].isascii() and line[0].isascii() else ""
            joined[-1] = (last + gap + line, False)
        else:
            joined.append((line, whole))
    return "\n".join(line for line, _ in joined)


def _page_list(pages: Sequence[int]) -> str:
    shown = "、".join(str(page) for page in pages[:_NAMED])
    return f"第{shown}页" if len(pages) <= _NAMED else f"第{shown}等{len(pages)}页"
