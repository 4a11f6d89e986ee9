"""Files into the knowledge base: every outcome, again and again with the same end."""

import json
from datetime import date
from pathlib import Path

from people import principal_for

from assistant.encoding.encoder import StaticEncoder, from_bytes, passage_text
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import list_documents
from assistant.store.passages import iterate_embeddings, load_passages
from knowledge.intake.ingest import ingest, load_builtin
from knowledge.intake.outcome import IngestReport, IngestStep

RM = principal_for("rm", "tester")


def outcomes(report: IngestReport) -> dict[str, str]:
    return {file.path.name: file.outcome for file in report.files}


async def test_each_file_has_its_outcome_and_a_bad_one_stops_nothing(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    (folder / ".hidden").mkdir(parents=True)
    (folder / ".hidden" / "x.txt").write_text("不该读到。")
    (folder / "a.txt").write_text("贷款期限不超过三年。", "utf-8")
    (folder / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "c.txt").write_text("", "utf-8")
    (folder / "d.exe").write_bytes(b"MZ")
    (folder / "e.md").write_text("# 说明\n利率为3%。", "utf-8")
    steps: list[IngestStep] = []
    report = await ingest(
        knowledge_store,
        encoder,
        [folder, tmp_path / "missing.txt"],
        progress=steps.append,
    )
    assert outcomes(report) == {
        "a.txt": "added",
        "b.pdf": "failed",
        "c.txt": "failed",
        "d.exe": "skipped",
        "e.md": "added",
        "missing.txt": "failed",
    }
    reasons = {file.path.name: file.reason for file in report.files}
    assert "PDF已损坏" in reasons["b.pdf"] and "空" in reasons["c.txt"] and ".exe" in reasons["d.exe"]
    finished = [step for step in steps if step.outcome is not None]
    assert [step.done for step in finished] == [1, 2, 3, 4, 5, 6] and {step.total for step in steps} == {6}
    stages = [step.stage for step in steps if step.path.name == "a.txt"]
    assert stages == ["read", "encode", "encode", "store", "done"]
    assert not report.ok
    async with knowledge_store.reading() as session:
        assert len(await list_documents(session, RM)) == 2


async def test_taking_in_twice_changes_nothing_and_a_change_replaces(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("贷款期限不超过三年。", "utf-8")
    assert outcomes(await ingest(knowledge_store, encoder, [file])) == {"a.txt": "added"}
    assert outcomes(await ingest(knowledge_store, encoder, [file])) == {"a.txt": "unchanged"}
    file.write_text("贷款期限不超过五年。", "utf-8")
    assert outcomes(await ingest(knowledge_store, encoder, [file])) == {"a.txt": "updated"}
    async with knowledge_store.reading() as session:
        held = [entry.text async for entry in iterate_embeddings(session, encoder.name)]
    assert held == ["贷款期限不超过五年。"]


async def test_passages_are_stored_with_their_vectors_and_source_ids(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    file = tmp_path / "set.jsonl"
    rows = [
        {"id": f"s-{number}", "title": "示例法", "locator": f"第{number}条", "text": f"第{number}项规定。"}
        for number in range(1, 30)
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    report = await ingest(knowledge_store, encoder, [file], collection="lab")
    assert report.files[0].passages == 29
    async with knowledge_store.reading() as session:
        entries = [entry async for entry in iterate_embeddings(session, encoder.name)]
        stored = await load_passages(session, RM, [entry.id for entry in entries], today=date(2026, 1, 1))
    assert [passage.source_id for passage in stored] == [row["id"] for row in rows]
    vectors = from_bytes([entry.embedding or b"" for entry in entries], encoder.dim)
    expected = encoder.encode([passage_text(entry.title, entry.locator, entry.text) for entry in entries])
    assert abs(vectors - expected).max() < 1e-3


async def test_the_built_in_knowledge_loads_once_and_all_of_it(
    knowledge_store: Store, encoder: StaticEncoder
) -> None:
    changed = await load_builtin(knowledge_store, encoder)
    assert changed > 100
    assert await load_builtin(knowledge_store, encoder) == 0
    async with knowledge_store.reading() as session:
        documents = await list_documents(session, RM)
    assert sum(len(document.versions) for document in documents) == changed
    assert all(count > 0 for document in documents for count in document.passages)


async def test_a_visitor_never_finds_what_came_in_without_a_word_on_who_may_read_it(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    """Also not an internal rule in the form of a statute with a number, which reads like published law."""
    files = {
        "rule.txt": "示例银行授信办法\n示银发〔2030〕7号\n第一条 内部授信底线为百分之七。\n第二条 本办法自2030年7月1日起施行。",
        "note.md": "# 内部笔记\n底线为百分之七。",
        "set.jsonl": '{"id": "1", "locator": "第一条", "text": "底线为百分之七。"}',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = [tmp_path / name for name in files]
    report = await ingest(knowledge_store, encoder, paths)
    assert {file.audience for file in report.files} == {"internal"}
    retriever = Retriever(knowledge_store, encoder, tmp_path / "index", chroma=False)
    await retriever.open()
    try:
        guests = [
            principal_for("visitor", "g"),
            principal_for("enterprise", "e"),
            principal_for("developer", "d"),
        ]
        for guest in guests:
            assert await retriever.search("授信底线", guest, as_of=date(2031, 1, 1)) == []
        assert len(await retriever.search("授信底线", RM, as_of=date(2031, 1, 1))) >= 3
        opened = await ingest(knowledge_store, encoder, paths, audience="public")
        assert {file.outcome for file in opened.files} == {"updated"}
        for guest in guests:
            assert len(await retriever.search("授信底线", guest, as_of=date(2031, 1, 1))) >= 3
    finally:
        await retriever.close()
