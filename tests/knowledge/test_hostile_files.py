"""Files meant to do harm, broken ones and strange ones: each costs itself, says why, and the next one is read."""

import asyncio
import io
import os
import random
import re
import struct
import zipfile
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path

import docx
import openpyxl
import pytest
from fake_files.drawn_pdf import assembled

from assistant.encoding.encoder import StaticEncoder
from assistant.store.database import Store
from knowledge.intake.files import files_in
from knowledge.intake.ingest import ingest
from knowledge.intake.outcome import IngestStep
from knowledge.intake.reader import Reader
from knowledge.reading.loaded import Unreadable


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    one = Reader(timeout_s=60)
    yield one
    await one.close()


@cache
def bomb(member: str) -> bytes:
    """An archive of a few hundred kilobytes that unpacks to 310 MB."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(member, "w") as out,
    ):
        for _ in range(31):
            out.write(bytes(10_000_000))
    return data.getvalue()


def lying_bomb() -> bytes:
    """The same, whose directory claims that it is small."""
    data = bomb("word/document.xml")
    return data.replace(struct.pack("<I", 310_000_000), struct.pack("<I", 1_000))


def entity_bomb() -> bytes:
    """A Word file whose text is an entity of entities of entities."""
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY a0 "haha">{levels}]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    )
    plain, data = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(data, "w") as archive:
        for item in source.infolist():
            archive.writestr(item, body if item.filename == "word/document.xml" else source.read(item))
    return data.getvalue()


def many_pages() -> bytes:
    kids = "3 0 R " * 10_001
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count 10001 >>".encode(),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>",
        ]
    )


def nested_pages() -> bytes:
    """Page trees that contain one another."""
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 5 >>",
            b"<< /Type /Pages /Kids [2 0 R] /Count 5 >>",
        ]
    )


HOSTILE: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("bomb.docx", lambda: bomb("word/document.xml"), "300MB"),
    ("bomb.xlsx", lambda: bomb("word/document.xml"), "300MB"),
    ("lying.docx", lying_bomb, "Word|损坏"),
    ("entities.docx", entity_bomb, "Word|没有可用的文字|内存"),
    ("hollow.xlsx", lambda: b"PK\x05\x06" + bytes(18), "Excel|损坏"),
    ("pages.pdf", many_pages, "超过10000页"),
    ("loop.pdf", nested_pages, "PDF"),
    ("binary.txt", lambda: random.Random(7).randbytes(50_000), "不是文本文件"),
    ("control.txt", lambda: b"\x01\x02 abc" * 100, "不是文本文件"),
    ("empty.txt", lambda: b"", "空"),
    ("blank.md", lambda: b" \n\t ", "空"),
    ("script.html", lambda: b"<script>x</script>", "没有可用的文字"),
    ("deep.html", lambda: b"<div>" * 100_000 + b"x" + b"</div>" * 100_000, "嵌套过深"),
    ("deep.jsonl", lambda: b'{"id": 1, "text": ' + b"[" * 100_000, "JSON"),
    ("deep.md", lambda: b"---\na: " + b"[" * 1_500 + b"\n---\nx", "YAML|嵌套"),
)


async def test_what_cannot_be_read_says_why_and_the_next_file_is_read(reader: Reader, tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("短文。", "utf-8")
    for name, data, reason in HOSTILE:
        bad = tmp_path / name
        bad.write_bytes(data())
        with pytest.raises(Unreadable) as refused:
            await reader.read(bad)
        assert re.search(reason, str(refused.value)), f"{name}: {refused.value}"
        assert (await reader.read(good))[0].passages[0].text == "短文。", name


async def test_a_gigantic_cell_is_cut_into_passages(reader: Reader, tmp_path: Path) -> None:
    sheet = tmp_path / "wide.csv"
    sheet.write_text("名称,说明\n甲," + "很长的说明，没有尽头。" * 50_000 + "\n", "utf-8")
    (document,) = await reader.read(sheet)
    assert max(len(passage.text) for passage in document.passages) <= 500
    assert sum(passage.text.count("没有尽头") for passage in document.passages) == 50_000


async def test_a_sheet_that_claims_a_million_rows_is_read_by_what_it_holds(
    reader: Reader, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["项目", "金额"])
    sheet.append(["甲", 7])
    sheet["XFD1048576"] = "角落"
    path = tmp_path / "far.xlsx"
    book.save(path)
    (document,) = await reader.read(path)
    assert "项目：甲；金额：7。" in document.passages[0].text and "角落" in document.passages[-1].text


@pytest.mark.parametrize(
    ("limits", "sentences", "reason"),
    [
        ({"timeout_s": 0.001}, 10, "超过0.001秒"),
        ({"whole_s": 0.001}, 10, "超过0.001秒"),
        ({"memory_bytes": 200_000_000}, 1_500_000, "内存"),
        ({"answer_bytes": 100}, 100, "结果过大"),
    ],
)
async def test_each_limit_of_the_child_is_held(
    tmp_path: Path, limits: dict[str, float], sentences: int, reason: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("很长的一段，没有尽头。" * sentences, "utf-8")
    small = Reader(**limits)  # pyright: ignore[reportArgumentType]
    try:
        with pytest.raises(Unreadable, match=reason):
            await small.read(path)
    finally:
        await small.close()


async def test_a_file_over_the_size_limit_is_not_opened(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as out:
        out.truncate(200_000_001)
    with pytest.raises(Unreadable, match="超过200MB"):
        await reader.read(path)


async def test_a_reader_given_up_on_leaves_no_answer_for_the_next_file(
    reader: Reader, tmp_path: Path
) -> None:
    slow, quick = tmp_path / "slow.txt", tmp_path / "quick.txt"
    slow.write_text("很长的一段，没有尽头。" * 500_000, "utf-8")
    quick.write_text("短文。", "utf-8")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await reader.read(slow)
    assert (await reader.read(quick))[0].passages[0].text == "短文。"


async def test_links_loops_pipes_and_files_that_vanish(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"{name}的内容。", "utf-8")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "link.txt").symlink_to(folder / "a.txt")
    (folder / "dead.txt").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.txt")
    unreadable = tmp_path / "memory.txt"
    unreadable.symlink_to("/proc/self/mem")  # opens, and cannot be read even by root
    round_about = tmp_path / "self.txt"
    round_about.symlink_to(round_about)

    def vanish(step: IngestStep) -> None:
        if step.outcome is not None and step.path.name == "a.txt":
            (folder / "b.txt").unlink()

    named = [folder, folder / "pipe.txt", unreadable, round_about]
    report = await ingest(knowledge_store, encoder, named, progress=vanish)
    assert [(file.path.name, file.outcome) for file in report.files] == [
        ("a.txt", "added"),
        ("b.txt", "failed"),
        ("c.txt", "added"),
        ("pipe.txt", "failed"),
        ("memory.txt", "failed"),
        ("self.txt", "failed"),
    ]
    reasons = {file.path.name: file.reason for file in report.files}
    assert "读不出" in reasons["b.txt"] and "读不出" in reasons["memory.txt"]
    assert reasons["pipe.txt"] == "不是普通文件"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_opened_is_reported(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    ((path, reason),) = files_in([tmp_path])
    assert path == closed and "打不开" in reason
