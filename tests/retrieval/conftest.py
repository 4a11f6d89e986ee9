"""A store with a few documents of every kind, and a retriever over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from people import principal_for
from retrieval.shelf_values import CODE, OTHER, Put

from assistant.document import DocumentVersion, DraftPassage
from assistant.encoding.encoder import StaticEncoder
from assistant.principal import Principal
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import upsert_version
from assistant.store.enterprises import Enterprise, put_enterprises
from knowledge.intake.ingest import embedded


@pytest.fixture
def rm() -> Principal:
    return principal_for("rm", "manager")


@pytest.fixture
async def shelves(tmp_path: Path) -> AsyncIterator[Store]:
    home = tmp_path / "home"
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    yield store
    await store.close()


@pytest.fixture
def put(shelves: Store, encoder: StaticEncoder) -> Put:
    """Stores a version with its vectors."""

    async def action(version: DocumentVersion, passages: Sequence[DraftPassage]) -> None:
        async with shelves.writing() as session:
            await upsert_version(session, version, embedded(passages, encoder, version.title))

    return action


@pytest.fixture
async def retriever(shelves: Store, encoder: StaticEncoder, tmp_path: Path) -> AsyncIterator[Retriever]:
    retriever = Retriever(shelves, encoder, tmp_path / "index", chroma=False)
    await retriever.open()
    yield retriever
    await retriever.close()


@pytest.fixture
async def law(put: Put) -> None:
    """A loan rule of 2010 and its successor of 2024, an internal manual, and an undated notice."""
    rule = {"id": "loan-rule", "collection": "regulations", "title": "示例贷款办法"}
    await put(
        DocumentVersion(
            **rule, version="2010", effective_from=date(2010, 2, 12), effective_to=date(2024, 6, 30)
        ),
        [DraftPassage("贷款期限", "示例贷款的期限最长两年。")],
    )
    await put(
        DocumentVersion(
            **rule,
            version="2024",
            issued=date(2024, 2, 2),
            effective_from=date(2024, 7, 1),
            supersedes=("2010",),
        ),
        [
            DraftPassage("贷款期限", "示例贷款的期限最长三年。", confidence="B-M"),
            DraftPassage("用途", "示例贷款不得用于股权投资。"),
        ],
    )
    await put(
        DocumentVersion(
            id="manual",
            version="1",
            collection="policies",
            title="内部操作手册",
            audience="internal",
            authority="internal",
        ),
        [DraftPassage("面谈", "客户经理应当当面核对借款人证照。")],
    )
    await put(
        DocumentVersion(
            id="notice", version="1", collection="policies", title="示例贴息通知", authority="local"
        ),
        [DraftPassage("标准", "示例贴息每年补贴一个百分点。")],
    )


@pytest.fixture
async def portraits(put: Put, shelves: Store) -> None:
    """Two enterprises with a public and a tax portrait each; no consents yet."""
    entries = [
        Enterprise(
            code=code,
            name=name,
            short_name=name[:4],
            city="南宁市",
            county="",
            industry_code="C35",
            industry="专用设备制造业",
            stage="成长期",
            size="小型",
            founded=date(2018, 3, 1),
            employees=40,
            labels=(),
            description="",
            fictional=True,
        )
        for code, name in ((CODE, "邕江机械有限公司"), (OTHER, "柳江电子有限公司"))
    ]
    async with shelves.writing() as session:
        await put_enterprises(session, entries)
    for entry in entries:
        await put(
            DocumentVersion(
                id=f"portrait-{entry.code}",
                version="1",
                collection="portraits",
                title=f"{entry.name}画像",
                audience="internal",
                authority="fictional",
                enterprise=entry.code,
            ),
            [
                DraftPassage(
                    "工商登记", f"{entry.name}成立于2018年。", enterprise=entry.code, domain="registration"
                ),
                DraftPassage(
                    "税务", f"{entry.name}近12个月纳税额85万元。", enterprise=entry.code, domain="tax"
                ),
            ],
        )
