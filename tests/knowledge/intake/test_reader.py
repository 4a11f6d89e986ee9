"""Parsing in a child process: limits cost the child and nothing else."""

from pathlib import Path

import pytest

from knowledge.intake.reader import Reader
from knowledge.reading.loaded import Unreadable


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
