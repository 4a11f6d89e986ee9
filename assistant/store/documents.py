"""Documents coming in and going out: a version is swapped as a whole, in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.document import DocumentVersion, DraftPassage
from assistant.errors import InvalidRequest, NotFound
from assistant.principal import Principal
from assistant.store.tables import (
    READY,
    RETIRED,
    DocumentRow,
    EncodingRow,
    MetaRow,
    PassageRow,
    VersionRow,
)
from assistant.store.versions import StoredVersion, load_versions, may_see

MAX_NAME_CHARS = 200
_GENERATION = "knowledge_generation"


@dataclass(frozen=True, slots=True)
class Upserted:
    """Outcome of bringing a version in; `changed` is false when it was there already, word for word."""

    document_id: str
    version: str
    generation: int
    changed: bool
    passages: int


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A logical document as a list shows it. `passages` counts those of each version, in the same order."""

    id: str
    collection: str
    title: str
    versions: tuple[StoredVersion, ...]
    passages: tuple[int, ...]


def content_hash(version: DocumentVersion, passages: Sequence[DraftPassage]) -> str:
    """Hash of everything a version says; its vectors are the business of the encoder that serves."""
    bare = [asdict(replace(passage, embedding=None, encoder="")) for passage in passages]
    whole = [asdict(version), bare]
    text = json.dumps(whole, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def knowledge_generation(session: AsyncSession) -> int:
    """Grows with every change of the knowledge base: an index built at another value is stale."""
    value = await session.scalar(select(MetaRow.value).where(MetaRow.key == _GENERATION))
    return int(value or 0)


async def is_current(
    session: AsyncSession, version: DocumentVersion, passages: Sequence[DraftPassage]
) -> bool:
    """Whether this version is held already with the same content; saves encoding what would not change."""
    return await _ready_hash(session, version.id, version.version) == content_hash(version, passages)


async def upsert_version(
    session: AsyncSession, version: DocumentVersion, passages: Sequence[DraftPassage]
) -> Upserted:
    """Makes `passages` the content of `version`, in the caller's transaction.

    Readers see the old content until the commit and the new one after it, never a part of either. Content
    that is there already is left alone. Raises `InvalidRequest` for a version without text, an identifier
    over 200 characters, or text that no database can hold.
    """
    if not any(passage.text.strip() for passage in passages):
        raise InvalidRequest(f"文档“{version.id}”没有可用的文字内容", code="empty_document")
    for name in (version.id, version.version):
        if not name or len(name) > MAX_NAME_CHARS:
            raise InvalidRequest(f"文档标识与版本号须为1到{MAX_NAME_CHARS}个字符", code="invalid_document_id")
    digest = content_hash(version, passages)
    known = await session.scalar(select(DocumentRow.id).where(DocumentRow.id == version.id))
    if known is not None and await _ready_hash(session, version.id, version.version) == digest:
        generation = await knowledge_generation(session)
        return Upserted(version.id, version.version, generation, changed=False, passages=len(passages))
    generation = await _next_generation(session)
    now = datetime.now(UTC)
    if known is None:
        await session.execute(insert(DocumentRow).values(id=version.id, created_at=now))
    await _retire(session, version.id, version.version)
    values = asdict(version)
    row_id = await session.scalar(
        insert(VersionRow)
        .values(
            document_id=values.pop("id"),
            enterprise_code=values.pop("enterprise"),
            generation=generation,
            state=READY,
            content_hash=digest,
            created_at=now,
            **values,
        )
        .returning(VersionRow.id)
    )
    rows = _passage_rows(row_id, version, passages)
    await session.execute(insert(PassageRow), rows)
    vectors = [
        {"passage_id": row["id"], "encoder": passage.encoder, "vector": passage.embedding}
        for row, passage in zip(rows, passages, strict=True)
        if passage.embedding is not None
    ]
    if vectors:
        await session.execute(insert(EncodingRow), vectors)
    return Upserted(version.id, version.version, generation, changed=True, passages=len(passages))


async def remove_document(session: AsyncSession, document_id: str, *, version: str | None = None) -> int:
    """Takes a document, or one version of it, out of the knowledge base; returns how many versions went."""
    removed = await _retire(session, document_id, version)
    if not removed:
        raise NotFound(f"知识库中没有文档“{document_id}”", code="document_not_found", param="id")
    await _next_generation(session)
    return removed


async def list_documents(
    session: AsyncSession, principal: Principal, *, collection: str | None = None
) -> tuple[DocumentSummary, ...]:
    """What the knowledge base holds and this caller may see, versions by date, newest last."""
    counted = await session.execute(
        select(PassageRow.version_id, func.count()).group_by(PassageRow.version_id)
    )
    passages = {row[0]: row[1] for row in counted}
    documents: dict[str, list[StoredVersion]] = {}
    for version in await load_versions(session):
        if may_see(version, principal) and collection in (None, version.collection):
            documents.setdefault(version.document_id, []).append(version)
    return tuple(
        DocumentSummary(
            id=document_id,
            collection=versions[-1].collection,
            title=versions[-1].title,
            versions=tuple(versions),
            passages=tuple(passages.get(version.id, 0) for version in versions),
        )
        for document_id, versions in sorted(documents.items())
    )


async def _ready_hash(session: AsyncSession, document_id: str, version: str) -> str | None:
    return await session.scalar(
        select(VersionRow.content_hash).where(
            VersionRow.document_id == document_id,
            VersionRow.version == version,
            VersionRow.state == READY,
        )
    )


async def _next_generation(session: AsyncSession) -> int:
    locked = select(MetaRow.value).where(MetaRow.key == _GENERATION).with_for_update()
    generation = int(await session.scalar(locked) or 0) + 1
    await session.execute(update(MetaRow).where(MetaRow.key == _GENERATION).values(value=str(generation)))
    return generation


async def _retire(session: AsyncSession, document_id: str, version: str | None) -> int:
    """Retires READY versions and deletes their passages; the version rows stay as history."""
    chosen = select(VersionRow.id).where(VersionRow.document_id == document_id, VersionRow.state == READY)
    if version is not None:
        chosen = chosen.where(VersionRow.version == version)
    ids = list(await session.scalars(chosen))
    if ids:
        await session.execute(delete(PassageRow).where(PassageRow.version_id.in_(ids)))
        await session.execute(
            update(VersionRow)
            .where(VersionRow.id.in_(ids))
            .values(state=RETIRED, retired_at=datetime.now(UTC))
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def _passage_rows(
    version_id: int | None, version: DocumentVersion, passages: Sequence[DraftPassage]
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    seen: dict[tuple[str, str, str], int] = {}
    for ordinal, passage in enumerate(passages):
        content = (passage.source_id, passage.locator, passage.text)
        repeat = seen[content] = seen.get(content, 0) + 1
        values = asdict(passage)
        del values["embedding"], values["encoder"]
        values["enterprise_code"] = values.pop("enterprise") or version.enterprise
        values["title"] = passage.title or version.title
        values["audience"] = passage.audience or version.audience
        values["id"] = passage_id(version.id, version.version, *content, repeat)
        rows.append({"version_id": version_id, "ordinal": ordinal, **values})
    return rows


def passage_id(
    document_id: str, version: str, source_id: str, locator: str, text: str, repeat: int = 1
) -> str:
    """Content hash of a passage within its version; the same words in the same place keep their id."""
    parts = json.dumps([document_id, version, source_id, locator, text, repeat])
    return "p_" + hashlib.sha256(parts.encode()).hexdigest()[:32]
