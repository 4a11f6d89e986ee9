"""Scanned pages by recognition: offline, with tables, in a file that also has pages of text."""

from pathlib import Path

import pytest
from fake_files.drawn_pdf import Sheet, pdf
from PIL import Image, ImageDraw, ImageFont

from knowledge.intake.reader import Reader
from knowledge.reading.ocr import recogniser
from knowledge.reading.pdf import pdf_text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def scanned(lines: list[list[tuple[int, str]]]) -> Sheet:
    """A page as a picture: words at their places, line under line, in a font that comes with the library."""
    picture = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(40)
    for row, words in enumerate(lines):
        for x, word in words:
            pen.text((x, 150 + 90 * row), word, fill=0, font=font)
    return Sheet().scan(*picture.size, picture.tobytes())


def test_a_scanned_page_is_read_without_the_network() -> None:
    recognise = recogniser()
    assert recognise is not None
    sheet = scanned(
        [
            [(100, "LOAN RATES 2026")],
            [(100, "Product"), (500, "Years"), (900, "Rate")],
            [(100, "Alpha"), (500, "three"), (900, "3.45%")],
            [(100, "Beta"), (500, "five"), (900, "4.10%")],
        ]
    )
    found = pdf_text(pdf(sheet), recognise)
    lines = found.text.split("\n")
    assert "2026" in lines[0]
    assert lines[1:] == [
        "Product：Alpha；Years：three；Rate：3.45%。",
        "Product：Beta；Years：five；Rate：4.10%。",
    ]
    assert not found.certain


async def test_a_mixed_file_goes_in_under_the_limits_of_the_child_with_lower_confidence(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mixed.pdf"
    text = Sheet().text(60, 700, "贷款期限不超过三年，利率按照合同约定执行，按季结息。")
    path.write_bytes(pdf(text, scanned([[(100, "Rate 3.45% per year")]])))
    heard: list[tuple[int, int]] = []
    reader = Reader()
    try:
        (document,) = await reader.read(path, on_page=lambda *step: heard.append(step))
    finally:
        await reader.close()
    assert heard == [(1, 2), (2, 2)]
    assert document.version.confidence == "M" and "第2页由OCR识别" in document.note
    whole = "".join(passage.text for passage in document.passages)
    assert "不超过三年" in whole and "3.45%" in whole
