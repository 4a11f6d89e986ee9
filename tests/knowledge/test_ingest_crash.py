"""kill -9 while files go in: what was acknowledged is there, whole; nothing else is half there."""

import asyncio
import random
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from assistant.principal import principal_for
from assistant.retrieval.encoder import StaticEncoder
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import list_documents

CHILD = Path(__file__).parent / "ingest_child.py"
RM = principal_for("rm", "tester")
FILES, ARTICLES = 12, 40


def write_files(folder: Path, edition: int) -> None:
    for number in range(FILES):
        lines = [f"示例条例{number}"]
        lines += [
            f"第{article}条 第{edition}版第{number}号文件的内容{article}。"
            for article in range(1, ARTICLES + 1)
        ]
        (folder / f"law{number:02}.txt").write_text("\n".join(lines), "utf-8")


def run_and_kill(home: Path, folder: Path, after_s: float) -> list[str]:
    """Names of the files that the child acknowledged before it was killed."""
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(home), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(after_s)
    child.kill()
    rest = child.stdout.read()
    child.stdout.close()
    child.wait()
    lines = (first + rest).decode().splitlines()
    return [name for line in lines if line.endswith(".txt") for _, name in [line.split()]]


async def check(home: Path, acknowledged: set[str], edition: int, encoder: StaticEncoder) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    retriever = Retriever(store, encoder, home / "index", chroma=False)
    await retriever.open()
    try:
        async with store.reading() as session:
            documents = await list_documents(session, RM)
        sizes = {document.title: document.passages for document in documents}
        assert all(counts == (ARTICLES + 1,) for counts in sizes.values()), "a document is half visible"
        assert acknowledged <= {f"law{int(title[4:]):02}.txt" for title in sizes}, (
            "an acknowledged file is lost"
        )
        assert retriever.degraded == ()
        for name in sorted(acknowledged)[:2]:
            number = int(name[3:5])
            found = await retriever.search(f"示例条例{number}第7条", RM, k=200, as_of=date(2026, 1, 1))
            own = [passage for passage in found if passage.title == f"示例条例{number}"]
            assert len(own) == ARTICLES + 1
            editions = {match for passage in own for match in re.findall(r"第(\d)版", passage.text)}
            assert editions == {str(edition)}, "two editions of a document are mixed"
    finally:
        await retriever.close()
        await store.close()


def crash_rounds(tmp_path: Path, encoder: StaticEncoder, rounds: int) -> None:
    chance = random.Random(20261123)
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    for turn in range(rounds):
        edition = 1 + turn % 2
        write_files(folder, edition)
        acknowledged = set(run_and_kill(home, folder, chance.uniform(0, 0.4)))
        with asyncio.Runner() as runner:
            runner.run(check(home, acknowledged, edition, encoder))


def test_three_crashes(tmp_path: Path, encoder: StaticEncoder) -> None:
    crash_rounds(tmp_path, encoder, 3)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_crashes(tmp_path: Path, encoder: StaticEncoder) -> None:
    crash_rounds(tmp_path, encoder, 50)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_two_hundred_crashes(tmp_path: Path, encoder: StaticEncoder) -> None:
    crash_rounds(tmp_path, encoder, 200)
