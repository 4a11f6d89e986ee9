"""One document inspected: versions, what replaced them, unknown days, and the articles under their chapters."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from people import TENANT

from assistant.document import DocumentVersion, DraftPassage
from assistant.errors import NotFound
from assistant.store.database import Store
from assistant.store.documents import upsert_version
from knowledge.intake.load import load_file
from serve.operations.document_tree import ShowArguments, show_document


@pytest.fixture
async def store(tmp_path: Path):
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bagui.sqlite'}", tmp_path)
    yield store
    await store.close()


async def test_versions_replacement_and_articles(store: Store, tmp_path: Path):
    path = tmp_path / "law.txt"
    path.write_text(
        "示例条例\n第一章 总则\n第一条 目的。\n第二条 定义。\n第二章 附则\n"
        "第三条 本条例自2020年7月1日起施行。《示例暂行规定》同时废止。",
        "utf-8",
    )
    (law,) = load_file(path)
    old = DocumentVersion("old", "1", "regulations", "示例暂行规定")
    async with store.writing() as session:
        await upsert_version(session, law.version, law.passages)
        await upsert_version(session, old, [DraftPassage("第一条", "旧规定。")])
    shown = await show_document(store, TENANT, ShowArguments(id=law.version.id))
    (version,) = shown["versions"]
    assert (version["status"], version["effective_from"]) == ("in_force", "2020-07-01")
    assert version["unknown"] == ["发布日期"]
    tree = [(group["heading"], [a["locator"] for a in group["articles"]]) for group in version["articles"]]
    assert tree == [("", [""]), ("第一章 总则", ["第一条", "第二条"]), ("第二章 附则", ["第三条"])]
    (replaced,) = (await show_document(store, TENANT, ShowArguments(id="old")))["versions"]
    assert replaced["status"] == "expired" and replaced["unknown"] == ["发布日期", "施行日期"]
    assert [other["title"] for other in replaced["replaced_by"]] == ["示例条例"]
    assert replaced["repealed_by"] == replaced["replaced_by"] and replaced["amended_by"] == []


async def test_what_the_role_may_not_see_is_not_there(store: Store):
    inside = DocumentVersion(
        "inside", "1", "policies", "内部办法", audience="internal", effective_from=date(2024, 1, 1)
    )
    async with store.writing() as session:
        await upsert_version(session, inside, [DraftPassage("要点", "内部要点。")])
    assert (await show_document(store, TENANT, ShowArguments(id="inside")))["id"] == "inside"
    for id, role in (("inside", "developer"), ("nothing", "rm")):
        with pytest.raises(NotFound):
            await show_document(store, TENANT, ShowArguments(id=id, role=role))  # pyright: ignore[reportArgumentType]
