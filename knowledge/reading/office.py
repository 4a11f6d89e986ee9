"""Word files and workbooks as text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from knowledge.reading.loaded import Unreadable
from knowledge.reading.tables import table_lines

MAX_UNPACKED_BYTES = 300_000_000
_BROKEN = (KeyError, ValueError, AttributeError, TypeError, SyntaxError, ParseError, zipfile.BadZipFile)


def docx_text(data: bytes) -> str:
    """Paragraphs and tables in their order, headings marked. Raises `Unreadable`."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    check_archive(data)
    lines: list[str] = []
    try:
        for item in docx.Document(io.BytesIO(data)).iter_inner_content():
            if isinstance(item, Table):
                lines += table_lines(
                    _word_rows(item), next((line for line in lines[::-1] if line.strip()), "")
                )
                continue
            style = (item.style.name if item.style else "") or ""
            level = re.fullmatch(r"(?:Heading|标题) (\d)", style)
            marks = f"{'#' * min(6, int(level[1]))} " if level and item.text.strip() else ""
            lines.append(f"{marks}{item.text}")
    except (PackageNotFoundError, *_BROKEN) as error:
        raise Unreadable("不是有效的Word（docx）文件") from error
    return "\n".join(lines)


def _word_rows(table: Any) -> Iterator[list[str | None]]:
    """A merged cell is one element that python-docx gives for every place it covers."""
    for row in table.rows:
        cells = row.cells
        yield [
            None if place and cell._tc is cells[place - 1]._tc else cell.text
            for place, cell in enumerate(cells)
        ]


def xlsx_text(data: bytes) -> str:
    """Every sheet under its name, every row with the heads of its columns. Raises `Unreadable`."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    check_archive(data)
    lines: list[str] = []
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a sheet says of its size may be a million empty rows
            rows = ([_shown(cell) for cell in row] for row in sheet.iter_rows() if row)
            lines += [f"# {sheet.title}", *table_lines(rows)]
        book.close()
    except (InvalidFileException, *_BROKEN) as error:
        raise Unreadable("不是有效的Excel（xlsx）文件") from error
    return "\n".join(lines)


def _shown(cell: Any) -> Any:
    """The value as the sheet shows it where that changes what it says: a share as percent."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return f"{(Decimal(repr(value)) * 100).normalize():f}%"
    return "" if value is None else value


def check_archive(data: bytes) -> None:
    """Raises `Unreadable` for a broken archive and for one that says it unpacks to more than 300 MB."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Unreadable("文件已损坏，无法打开") from error
    if size > MAX_UNPACKED_BYTES:
        raise Unreadable(f"文件解压后超过{MAX_UNPACKED_BYTES // 1_000_000}MB")
