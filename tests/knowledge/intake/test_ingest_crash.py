"""kill -9 while files go in or out or the index is built: what was acknowledged holds; nothing is half there."""

import asyncio
import hashlib
import random
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from people import principal_for

from assistant.encoding.encoder import StaticEncoder
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import list_documents
from assistant.store.passages import iterate_embeddings

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


def run_child(
    home: Path, folder: Path, *mode: str, kill_after_s: float | None = None
) -> list[tuple[str, str]]:
    """What the child acknowledged, in order: (added | updated | unchanged | removed, file name)."""
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(home), str(folder), *mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        child.kill()
    rest = child.stdout.read()
    child.stdout.close()
    code = child.wait()
    assert kill_after_s is not None or code == 0
    lines = [line.split() for line in (first + rest).decode().splitlines() if line.endswith(".txt")]
    return [(what, name) for what, name in lines]


async def check(
    home: Path, held: dict[str, bool], taken_in: set[str], edition: int, encoder: StaticEncoder
) -> dict[str, bool]:
    """Which documents are there, all of them whole. `held` is what was acknowledged, earlier rounds included; at most the
    one step that was under way may differ. `taken_in` were acknowledged in this edition.
    """
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    retriever = Retriever(store, encoder, home / "index", chroma=False)
    await retriever.open()
    try:
        async with store.reading() as session:
            documents = await list_documents(session, RM)
        sizes = {document.title: document.passages for document in documents}
        assert all(counts == (ARTICLES + 1,) for counts in sizes.values()), "a document is half visible"
        there = {f"law{int(title[4:]):02}.txt" for title in sizes}
        differing = {name for name, is_held in held.items() if is_held != (name in there)}
        assert len(differing) <= 1, "an acknowledged file is lost, or a removed one is back"
        assert retriever.degraded == ()
        for name in sorted(taken_in & there)[:2]:
            number = int(name[3:5])
            found = await retriever.search(f"示例条例{number}第7条", RM, k=200, as_of=date(2026, 1, 1))
            own = [passage for passage in found if passage.title == f"示例条例{number}"]
            assert len(own) == ARTICLES + 1
            editions = {match for passage in own for match in re.findall(r"第(\d)版", passage.text)}
            assert editions == {str(edition)}, "two editions of a document are mixed"
        return {name: name in there for name in held.keys() | there}
    finally:
        await retriever.close()
        await store.close()


async def digest(home: Path, encoder: StaticEncoder) -> str:
    """Of every passage that is held, its vector included."""
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    try:
        async with store.reading() as session:
            held = sorted(
                [
                    (e.id, e.title, e.locator, e.text, e.embedding)
                    async for e in iterate_embeddings(session, encoder.name)
                ]
            )
        return hashlib.sha256(repr(held).encode()).hexdigest()
    finally:
        await store.close()


def crash_rounds(tmp_path: Path, encoder: StaticEncoder, rounds: int) -> None:
    """Kills ingestion at a random point in one half of the rounds, removal and re-indexing in the other; then the same
    command, not killed, ends where a run without any crash ends.
    """
    chance = random.Random(20261123)
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    held: dict[str, bool] = {}
    for turn in range(rounds):
        edition = 1 + turn // 2 % 2
        write_files(folder, edition)
        mode = ("churn",) if turn % 2 else ()
        heard = run_child(home, folder, *mode, kill_after_s=chance.uniform(0, 0.8 if turn % 2 else 0.4))
        held |= {name: what != "removed" for what, name in heard}
        taken_in = {name for what, name in heard if what != "removed"}
        with asyncio.Runner() as runner:
            held = runner.run(check(home, held, taken_in, edition, encoder))
    run_child(home, folder)
    run_child(tmp_path / "fresh", folder)
    with asyncio.Runner() as runner:
        assert runner.run(digest(home, encoder)) == runner.run(digest(tmp_path / "fresh", encoder))


@pytest.mark.timeout(300)
def test_two_crashes(tmp_path: Path, encoder: StaticEncoder) -> None:
    crash_rounds(tmp_path, encoder, 2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_fifty_crashes(tmp_path: Path, encoder: StaticEncoder) -> None:
    crash_rounds(tmp_path, encoder, 50)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_two_hundred_crashes(tmp_path: Path, encoder: StaticEncoder) -> None:
    crash_rounds(tmp_path, encoder, 200)
