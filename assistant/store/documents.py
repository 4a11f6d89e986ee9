"""Documents coming in and going out: a version is swapped as a whole, in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
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
_AT_ONCE = 500
Content = tuple[DocumentVersion, Sequence[DraftPassage]]
"""A version and what it says."""


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
    held = (await _ready(session, [version.id])).get((version.id, version.version))
    return held is not None and held[1] == content_hash(version, passages)


async def upsert_version(
    session: AsyncSession, version: DocumentVersion, passages: Sequence[DraftPassage]
) -> Upserted:
    """Makes `passages` the content of `version`, in the caller's transaction.

    Readers see the old content until the commit and the new one after it, never a part of either. Content
    that is there already is left alone. Raises `InvalidRequest` for a version without text, an identifier
    over 200 characters, or text that no database can hold.
    """
    return (await upsert_versions(session, [(version, passages)]))[0]


async def upsert_versions(session: AsyncSession, contents: Sequence[Content]) -> tuple[Upserted, ...]:
    """What `upsert_version` does, for many at a time and in their order."""
    for version, passages in contents:
        _check(version, passages)
    outcomes: list[Upserted] = []
    for part in _apart(contents):
        outcomes += await _upsert(session, part)
    return tuple(outcomes)


async def _upsert(session: AsyncSession, contents: Sequence[Content]) -> list[Upserted]:
    """Versions of which none is there twice."""
    ids = [version.id for version, _ in contents]
    known = set(await session.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(ids))))
    held = await _ready(session, ids) if known else {}
    generation = await _generation_to_change(session)
    outcomes: list[Upserted] = []
    new: list[tuple[Content, str, int]] = []
    for version, passages in contents:
        digest = content_hash(version, passages)
        changed = (version.id, version.version) not in held or held[version.id, version.version][1] != digest
        if changed:
            generation += 1
            new.append(((version, passages), digest, generation))
        outcomes.append(Upserted(version.id, version.version, generation, changed, len(passages)))
    if new:
        await _set_generation(session, generation)
        replaced = [held[key][0] for (one, _), _, _ in new if (key := (one.id, one.version)) in held]
        await _retire(session, replaced)
        await _insert(session, new, known)
    return outcomes


async def _insert(
    session: AsyncSession, new: Sequence[tuple[Content, str, int]], known: Collection[str]
) -> None:
    now = datetime.now(UTC)
    added = dict.fromkeys(version.id for (version, _), _, _ in new if version.id not in known)
    if added:
        await session.execute(insert(DocumentRow), [{"id": id, "created_at": now} for id in added])
    versions = [_version_row(version, digest, generation, now) for (version, _), digest, generation in new]
    returning = insert(VersionRow).returning(VersionRow.id, sort_by_parameter_order=True)
    row_ids = (await session.scalars(returning, versions)).all()
    rows: list[dict[str, object]] = []
    vectors: list[dict[str, object]] = []
    for row_id, ((version, passages), _, _) in zip(row_ids, new, strict=True):
        own = _passage_rows(row_id, version, passages)
        rows += own
        vectors += [
            {"passage_id": row["id"], "encoder": passage.encoder, "vector": passage.embedding}
            for row, passage in zip(own, passages, strict=True)
            if passage.embedding is not None
        ]
    await session.execute(insert(PassageRow), rows)
    if vectors:
        await session.execute(insert(EncodingRow), vectors)


async def remove_document(session: AsyncSession, document_id: str, *, version: str | None = None) -> int:
    """Takes a document, or one version of it, out of the knowledge base; returns how many versions went."""
    ready = await _ready(session, [document_id])
    chosen = [row_id for (_, held), (row_id, _) in ready.items() if version in (None, held)]
    if not chosen:
        raise NotFound(f"知识库中没有文档“{document_id}”", code="document_not_found", param="id")
    await _set_generation(session, await _generation_to_change(session) + 1)
    await _retire(session, chosen)
    return len(chosen)


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


def _check(version: DocumentVersion, passages: Sequence[DraftPassage]) -> None:
    if not any(passage.text.strip() for passage in passages):
        raise InvalidRequest(f"文档“{version.id}”没有可用的文字内容", code="empty_document")
    for name in (version.id, version.version):
        if not name or len(name) > MAX_NAME_CHARS:
            raise InvalidRequest(f"文档标识与版本号须为1到{MAX_NAME_CHARS}个字符", code="invalid_document_id")


def _apart(contents: Sequence[Content]) -> Iterator[list[Content]]:
    """Runs of at most `_AT_ONCE`, in order, within which no version is there twice: the later one replaces."""
    run: list[Content] = []
    keys: set[tuple[str, str]] = set()
    for version, passages in contents:
        key = (version.id, version.version)
        if key in keys or len(run) == _AT_ONCE:
            yield run
            run, keys = [], set()
        run.append((version, passages))
        keys.add(key)
    if run:
        yield run


async def _ready(session: AsyncSession, ids: Sequence[str]) -> dict[tuple[str, str], tuple[int, str]]:
    """Row id and content hash of the READY versions of documents, by document and version."""
    rows = await session.execute(
        select(VersionRow.document_id, VersionRow.version, VersionRow.id, VersionRow.content_hash).where(
            VersionRow.document_id.in_(ids), VersionRow.state == READY
        )
    )
    return {(document_id, version): (row_id, digest) for document_id, version, row_id, digest in rows}


async def _generation_to_change(session: AsyncSession) -> int:
    """The generation, held against other writers until the end of the transaction."""
    locked = select(MetaRow.value).where(MetaRow.key == _GENERATION).with_for_update()
    return int(await session.scalar(locked) or 0)


async def _set_generation(session: AsyncSession, generation: int) -> None:
    await session.execute(update(MetaRow).where(MetaRow.key == _GENERATION).values(value=str(generation)))


async def _retire(session: AsyncSession, row_ids: Sequence[int]) -> None:
    """Retires versions and deletes their passages; the version rows stay as history."""
    if not row_ids:
        return
    await session.execute(delete(PassageRow).where(PassageRow.version_id.in_(row_ids)))
    await session.execute(
        update(VersionRow)
        .where(VersionRow.id.in_(row_ids))
        .values(state=RETIRED, retired_at=datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )


def _version_row(version: DocumentVersion, digest: str, generation: int, now: datetime) -> dict[str, object]:
    values = asdict(version)
    return {
        "document_id": values.pop("id"),
        "enterprise_code": values.pop("enterprise"),
        "generation": generation,
        "state": READY,
        "content_hash": digest,
        "created_at": now,
        **values,
    }


def _passage_rows(
    version_id: int, version: DocumentVersion, passages: Sequence[DraftPassage]
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
