"""Parsing in a child process: limits cost the child and nothing else."""

from pathlib import Path

import pytest

from knowledge.loaded import Unreadable
from knowledge.reader import Reader


async def test_a_reader_outlives_bad_files(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.pdf"
    good.write_text("贷款期限不超过三年。", "utf-8")
    bad.write_bytes(b"%PDF-1.7 nothing")
    reader = Reader()
    try:
        assert (await reader.read(good))[0].passages[0].text == "贷款期限不超过三年。"
        with pytest.raises(Unreadable, match="PDF"):
            await reader.read(bad)
        with pytest.raises(Unreadable, match="读不出"):
            await reader.read(tmp_path / "gone.txt")
        assert (await reader.read(good, "lab"))[0].version.collection == "lab"
    finally:
        await reader.close()


async def test_too_slow_and_too_large_are_refused_and_the_next_file_is_read(tmp_path: Path) -> None:
    small, huge = tmp_path / "small.txt", tmp_path / "huge.txt"
    small.write_text("短文。", "utf-8")
    huge.write_text("很长的一段，没有尽头。" * 3_000_000, "utf-8")
    reader = Reader(timeout_s=30, memory_bytes=400_000_000)
    try:
        with pytest.raises(Unreadable, match="内存"):
            await reader.read(huge)
        assert (await reader.read(small))[0].passages[0].text == "短文。"
    finally:
        await reader.close()
    hasty = Reader(timeout_s=0.001)
    try:
        with pytest.raises(Unreadable, match="超过"):
            await hasty.read(small)
    finally:
        await hasty.close()
