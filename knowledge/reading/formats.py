"""Which files are taken in, and how each gives its text. Headings come out as Markdown marks them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from knowledge.reading.loaded import Extract, Unreadable
from knowledge.reading.office import docx_text, xlsx_text
from knowledge.reading.tables import rows_for_markdown, table_lines
from knowledge.reading.web_page import html_text

PROSE = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".xlsx", ".csv")
MARKDOWN = (".md", ".markdown")
PASSAGES = ".jsonl"
_MAX_CELL_CHARS = 5_000_000
_CONTROL = re.compile("[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]")
_MOST_CONTROL = 0.01

OnPage = Callable[[int, int], None]


def suffix(path: Path) -> str:
    return path.suffix.lower()


def supported(path: Path) -> bool:
    return suffix(path) in (*PROSE, PASSAGES)


def extract(data: bytes, ending: str, on_page: OnPage | None = None) -> Extract:
    """The text of a file. `on_page` hears of each page of a long one. Raises `Unreadable`."""
    if ending == ".pdf":
        from knowledge.reading.ocr import recogniser
        from knowledge.reading.pdf import pdf_text

        return pdf_text(data, recogniser(), on_page)
    if ending == ".docx":
        return Extract(docx_text(data))
    if ending == ".xlsx":
        return Extract(xlsx_text(data))
    text = plain_text(data)
    if ending in (".html", ".htm"):
        text = html_text(text)
    elif ending == ".csv":
        text = csv_text(text)
    elif ending in MARKDOWN:
        text = rows_for_markdown(text.replace("\r\n", "\n"))
    return Extract(text)


def plain_text(data: bytes) -> str:
    """UTF-8 (with or without mark) or GB 18030. Raises `Unreadable` for anything else."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or len(_CONTROL.findall(text)) > _MOST_CONTROL * len(text):
            break
        return text
    raise Unreadable("不是文本文件，或编码既不是UTF-8也不是GB18030")


def csv_text(text: str) -> str:
    """Every row with the heads of its columns. Raises `Unreadable`."""
    csv.field_size_limit(_MAX_CELL_CHARS)
    try:
        return "\n".join(table_lines(csv.reader(io.StringIO(text, newline=""))))
    except csv.Error as error:
        raise Unreadable("不是有效的CSV文件") from error
