"""What other systems were seen to get wrong with statutes and with documents coming in; each test names the failure."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from people import principal_for

from assistant.encoding.encoder import StaticEncoder
from assistant.errors import NotFound, StoreUnavailable
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import list_documents, remove_document
from knowledge.cutting.chunk import LIMIT, SMALL
from knowledge.cutting.statute import statute_pieces
from knowledge.intake.ingest import ingest
from knowledge.intake.outcome import IngestStep

RM = principal_for("rm", "tester")
TODAY = date(2026, 11, 23)
ARTICLES = 30


@pytest.fixture
async def search(knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path) -> AsyncIterator[Retriever]:
    retriever = Retriever(knowledge_store, encoder, tmp_path / "index", chroma=False)
    await retriever.open()
    yield retriever
    await retriever.close()


def write_law(path: Path, edition: int) -> None:
    lines = [f"第{n}条 第{edition}版的内容{n}，由主管部门解释。" for n in range(1, ARTICLES + 1)]
    path.write_text("\n".join(["示例条例", *lines]), "utf-8")


def articles(text: str) -> list[tuple[str, str]]:
    return [(piece.locator, piece.text) for piece in statute_pieces(text) if piece.kind == "article"]


def test_heading_split_from_body() -> None:
    assert articles("某办法\n第一条\n\n目的。\n第二条\n　　期限不超过三年。\n") == [
        ("第一条", "目的。"),
        ("第二条", "期限不超过三年。"),
    ]


def test_cross_reference_as_heading() -> None:
    text = "第一条 目的。\n第二条 有下列情形的，依照\n第五条 处理：\n（一）违反\n第三条 的规定的。\n第三条 其他。"
    assert [locator for locator, _ in articles(text)] == ["第一条", "第二条", "第三条"]


def test_same_line_article() -> None:
    text = "第一条　为了规范，制定本办法。\n第二条本办法适用于银行。\n第三条：按年调整。"
    assert articles(text) == [
        ("第一条", "为了规范，制定本办法。"),
        ("第二条", "本办法适用于银行。"),
        ("第三条", "按年调整。"),
    ]


def test_nine_tiny_chunks_and_one_giant() -> None:
    tiny = "".join(f"不得办理{number}类业务。\n" for number in range(9))
    giant = "贷款人应当核实用途，" * 150 + "并留存记录。"
    pieces = [
        p
        for p in statute_pieces(f"第一条 目的。\n第二条 {tiny}{giant}\n第三条 其他。")
        if "第二条" in p.locator
    ]
    assert len(pieces) > 1
    assert all(SMALL <= len(piece.text) <= LIMIT for piece in pieces)


async def test_p20_delete_then_rebuild_leaves_an_empty_window(
    knowledge_store: Store, encoder: StaticEncoder, search: Retriever, tmp_path: Path
) -> None:
    """While a document is replaced over and over, every search finds all of one edition."""
    path = tmp_path / "law.txt"
    write_law(path, 1)
    await ingest(knowledge_store, encoder, [path])
    seen: list[tuple[int, frozenset[str]]] = []

    async def keep_searching() -> None:
        while True:
            found = await search.search("示例条例的内容", RM, k=100, as_of=TODAY, today=TODAY)
            articles = [passage for passage in found if "版的内容" in passage.text]
            seen.append((len(articles), frozenset(passage.text.split("的内容")[0] for passage in articles)))

    searching = asyncio.create_task(keep_searching())
    for edition in range(2, 6):
        write_law(path, edition)
        report = await ingest(knowledge_store, encoder, [path])
        assert report.files[0].outcome == "updated"
    searching.cancel()
    await asyncio.wait([searching])
    assert len(seen) > 4 and {count for count, _ in seen} == {ARTICLES}
    assert all(len(editions) == 1 for _, editions in seen)


async def test_p20_stale_vectors_are_found_after_a_delete(
    knowledge_store: Store, encoder: StaticEncoder, search: Retriever, tmp_path: Path
) -> None:
    path = tmp_path / "law.txt"
    write_law(path, 1)
    report = await ingest(knowledge_store, encoder, [path])
    assert await search.search("示例条例", RM, as_of=TODAY, today=TODAY)
    async with knowledge_store.writing() as session:
        await remove_document(session, report.files[0].document_id)
    assert await search.search("示例条例", RM, as_of=TODAY, today=TODAY) == []


async def test_p21_completed_is_said_while_the_store_takes_nothing(
    encoder: StaticEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "law.txt"
    write_law(path, 1)
    home = tmp_path / "home"
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home, lock_wait_s=0.2)
    other = sqlite3.connect(home / "bagui.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done: list[IngestStep] = []
    try:
        with pytest.raises(StoreUnavailable):
            await ingest(store, encoder, [path], progress=done.append)
        assert not any(step.outcome for step in done)
    finally:
        other.execute("ROLLBACK")
        other.close()
        await store.close()


async def test_p21_new_documents_cannot_be_searched_after_a_restart(
    encoder: StaticEncoder, tmp_path: Path
) -> None:
    """What is acknowledged is found at once, in the process that took it in and in the next."""
    home = tmp_path / "home"
    for number in range(3):
        store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
        retriever = Retriever(store, encoder, home / "index", chroma=False)
        await retriever.open()
        path = tmp_path / f"note{number}.txt"
        path.write_text(f"第{number}号通知：贷款期限不超过{number + 2}年。", "utf-8")
        assert (await ingest(store, encoder, [path])).files[0].outcome == "added"
        found = await retriever.search("贷款期限", RM, as_of=TODAY, today=TODAY)
        assert len(found) == number + 1
        await retriever.close()
        await store.close()


async def test_p22_a_cancelled_run_leaves_a_job_that_is_stuck(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    """The same command goes on where a cancelled one stopped; what was acknowledged is not done again."""
    for number in range(4):
        write_law(tmp_path / f"{number}.txt", number)
    acknowledged: list[str] = []
    second = asyncio.Event()

    def on_step(step: IngestStep) -> None:
        if step.outcome is not None:
            acknowledged.append(step.path.name)
        if len(acknowledged) == 2:
            second.set()

    files = [tmp_path / f"{number}.txt" for number in range(4)]
    running = asyncio.create_task(ingest(knowledge_store, encoder, files, progress=on_step))
    await second.wait()
    running.cancel()
    await asyncio.wait([running])
    report = await ingest(knowledge_store, encoder, files)
    outcomes = {file.path.name: file.outcome for file in report.files}
    assert {outcomes[name] for name in acknowledged} == {"unchanged"}
    assert set(outcomes.values()) == {"unchanged", "added"} and report.ok


async def test_p22_counts_become_negative(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "law.txt"
    write_law(path, 1)
    document_id = (await ingest(knowledge_store, encoder, [path])).files[0].document_id
    async with knowledge_store.writing() as session:
        assert await remove_document(session, document_id) == 1
    with pytest.raises(NotFound):
        async with knowledge_store.writing() as session:
            await remove_document(session, document_id)
    async with knowledge_store.reading() as session:
        assert await list_documents(session, RM) == ()
    assert (await ingest(knowledge_store, encoder, [path])).files[0].outcome == "added"
    async with knowledge_store.reading() as session:
        ((passages,),) = [document.passages for document in await list_documents(session, RM)]
    assert passages == ARTICLES + 1
