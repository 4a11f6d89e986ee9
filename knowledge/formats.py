"""Text out of files: PDF, Word, web page, spreadsheet. Headings come out as Markdown marks them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from knowledge.loaded import Unreadable

MAX_UNPACKED_BYTES = 300_000_000
_KEPT = "，：；！？（）～｜＋－＝％．／"
_PAGE_NUMBER = re.compile(
    r"^[ \t\u3000]*(?:[—–\-－]+[ \t]*)?(?:第[ \t]*)?\d{1,4}(?:[ \t]*页)?(?:[ \t]*[—–\-－]+)?[ \t]*$"
)
_ENDS = re.compile(r"[。；：！？!?;:.”》）)]$")
_STARTS = re.compile(
    r"^[ \t\u3000]*(?:第[一二三四五六七八九十百千零〇\d]+[条章节编]|[（(]?[一二三四五六七八九十\d]+[）)、.．]|#)"
)
_FULL_LINE = 18
_UNIT = re.compile(r"单位[:：][ \u3000]*([^\s）)，。；]{1,12})[）)]?\s*$")


def plain_text(data: bytes) -> str:
    """UTF-8 (with or without mark) or GB 18030. Raises `Unreadable` for anything else."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable("不是文本文件，或编码既不是UTF-8也不是GB18030")


def html_text(data: bytes) -> str:
    """What a reader of the page sees, with headings marked; a table row by row with the heads of its columns."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(plain_text(data), "html.parser")
    for tag in page(["script", "style", "noscript", "template", "nav", "footer", "iframe", "svg"]):
        tag.decompose()
    for tag in page.select("[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none']"):
        tag.decompose()
    for level in range(1, 7):
        for tag in page(f"h{level}"):
            tag.replace_with(f"\n{'#' * level} {' '.join(tag.get_text().split())}\n")
    for table in page("table"):
        cells = [
            [cell.get_text(" ", strip=True) for cell in row(["td", "th"])]
            for row in table("tr")
            if table.find("table") is None
        ]
        if len(cells) > 1 and len({len(row) for row in cells}) == 1 and len(cells[0]) > 1:
            table.replace_with(
                "\n" + "\n".join(_rows(cells, _unit_above(table.find_previous(string=True)))) + "\n"
            )
    for tag in page(["p", "div", "li", "tr", "br", "section", "article", "table"]):
        tag.append("\n")
    for tag in page(["td", "th"]):
        tag.append(" ")
    text = re.sub(r"[ \t]+", " ", page.get_text())
    return re.sub(r"\n[ \n]*\n", "\n\n", text).strip()


def pdf_text(data: bytes) -> str:
    """The text layer, radicals and compatibility forms made plain, wrapped lines joined. Raises `Unreadable`."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Unreadable("PDF有密码保护" if locked else "PDF已损坏，无法打开") from error
    pages: list[str] = []
    try:
        for page in document:
            pages.append(page.get_textpage().get_text_range())
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"PDF第{len(pages) + 1}页已损坏") from error
    finally:
        document.close()
    text = _unwrap(normalise("\n".join(pages).replace("\r\n", "\n").replace("\ufffe", "")))
    if not text.strip():
        raise Unreadable("PDF里没有可提取的文字（可能是扫描件）")
    return text


def normalise(text: str) -> str:
    """NFKC, except for the full-width punctuation that Chinese is written with."""
    return "".join(char if char in _KEPT else unicodedata.normalize("NFKC", char) for char in text)


def _unwrap(text: str) -> str:
    """Lines that were only broken by the width of the page, put together; page numbers left out."""
    lines: list[str] = []
    for line in text.split("\n"):
        if _PAGE_NUMBER.match(line) or not line.strip():
            continue
        line = line.strip()
        if lines and len(lines[-1]) >= _FULL_LINE and not _ENDS.search(lines[-1]) and not _STARTS.match(line):
            gap = " " if lines[-1][-1].isascii() and line[0].isascii() else ""
            lines[-1] += gap + line
        else:
            lines.append(line)
    return "\n".join(lines)


def docx_text(data: bytes) -> str:
    """Paragraphs and tables in their order, headings marked. Raises `Unreadable`."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    _check_archive(data)
    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise Unreadable("不是有效的Word（docx）文件") from error
    lines: list[str] = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            unit = _unit_above(lines[-1] if lines else None)
            lines += _rows([[cell.text for cell in row.cells] for row in item.rows], unit)
            continue
        style = (item.style.name if item.style else "") or ""
        level = re.fullmatch(r"(?:Heading|标题) (\d)", style)
        marks = f"{'#' * min(6, int(level[1]))} " if level and item.text.strip() else ""
        lines.append(f"{marks}{item.text}")
    return "\n".join(lines)


def xlsx_text(data: bytes) -> str:
    """Every sheet under its name, every row with the heads of its columns. Raises `Unreadable`."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _check_archive(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable("不是有效的Excel（xlsx）文件") from error
    lines: list[str] = []
    for sheet in book.worksheets:
        lines += [f"# {sheet.title}", *_rows(sheet.iter_rows(values_only=True))]
    book.close()
    return "\n".join(lines)


def csv_text(data: bytes) -> str:
    """Every row with the heads of its columns."""
    text = plain_text(data)
    try:
        return "\n".join(_rows(csv.reader(io.StringIO(text, newline=""))))
    except csv.Error as error:
        raise Unreadable("不是有效的CSV文件") from error


def _unit_above(line: Any) -> str:
    """The unit of a table that the line above it names: 单位：万元."""
    found = _UNIT.search(str(line or ""))
    return found[1] if found else ""


def _rows(rows: Iterable[Iterable[Any]], unit: str = "") -> list[str]:
    """`head：value；head：value。` per row, with the table's unit if it has one, so that each can be read alone."""
    heads: list[str] = []
    lines: list[str] = []
    for row in rows:
        cells = ["" if cell is None else " ".join(str(cell).split()) for cell in row]
        if not any(cells):
            continue
        if not heads:
            heads = cells
            continue
        pairs = [
            f"{head}：{cell}" if head else cell for head, cell in zip(heads, cells, strict=False) if cell
        ]
        lines.append("；".join(pairs) + (f"（单位：{unit}）。" if unit else "。"))
    return lines or (["；".join(cell for cell in heads if cell) + "。"] if heads else [])


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Unreadable("文件已损坏，无法打开") from error
    if size > MAX_UNPACKED_BYTES:
        raise Unreadable(f"文件解压后超过{MAX_UNPACKED_BYTES // 1_000_000}MB")


READERS = {
    ".txt": plain_text,
    ".md": plain_text,
    ".markdown": plain_text,
    ".html": html_text,
    ".htm": html_text,
    ".pdf": pdf_text,
    ".docx": docx_text,
    ".xlsx": xlsx_text,
    ".csv": csv_text,
    ".jsonl": plain_text,
}


def suffix(path: Path) -> str:
    return path.suffix.lower()
