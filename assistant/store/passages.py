"""Passages going out: to a search that may see them, and to indexes that are rebuilt from the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from assistant.principal import Principal
from assistant.store.consents import granted_pairs, readable
from assistant.store.domains import CREDIT_SERVICE
from assistant.store.tables import READY, EncodingRow, PassageRow, VersionRow

_BATCH = 500


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage of a READY version. Dates, confidence, authority and audience are its own, else its version's."""

    id: str
    version_id: int
    document_id: str
    version: str
    ordinal: int
    source_id: str
    title: str
    locator: str
    text: str
    confidence: str
    authority: str
    issued: date | None
    effective_from: date | None
    effective_to: date | None
    audience: str
    enterprise: str | None
    domain: str | None
    context: str


def _own_or_version(
    own: InstrumentedAttribute[Any], versions: InstrumentedAttribute[Any]
) -> ColumnElement[Any]:
    return func.coalesce(own, versions, type_=versions.type)


# The fields of `StoredPassage` in their order: columns, not entities, as a search reads fifty passages each time.
_STORED = (
    PassageRow.id,
    VersionRow.id,
    VersionRow.document_id,
    VersionRow.version,
    PassageRow.ordinal,
    PassageRow.source_id,
    PassageRow.title,
    PassageRow.locator,
    PassageRow.text,
    _own_or_version(PassageRow.confidence, VersionRow.confidence),
    _own_or_version(PassageRow.authority, VersionRow.authority),
    _own_or_version(PassageRow.issued, VersionRow.issued),
    _own_or_version(PassageRow.effective_from, VersionRow.effective_from),
    _own_or_version(PassageRow.effective_to, VersionRow.effective_to),
    PassageRow.audience,
    PassageRow.enterprise_code,
    PassageRow.domain,
    PassageRow.context,
)
# Put together once: with fifty ids that took a third of the time of reading them.
_SELECT_STORED = (
    select(*_STORED)
    .join(VersionRow, VersionRow.id == PassageRow.version_id)
    .where(PassageRow.id.in_(bindparam("ids", expanding=True)), VersionRow.state == READY)
)


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What an index must know of a passage to decide its visibility, and to find it by name, without reading it."""

    id: str
    version_id: int
    source_id: str
    title: str
    locator: str
    collection: str
    audience: str
    enterprise: str | None
    domain: str | None
    effective_from: date | None
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What an index is built from; `embedding` is `None` where the encoder asked for has no vector."""

    id: str
    title: str
    locator: str
    text: str
    embedding: bytes | None
    context: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a passage stands in its document; `chars` is the length of its text."""

    id: str
    locator: str
    context: str
    chars: int


async def outline(session: AsyncSession, version_id: int, principal: Principal) -> tuple[Heading, ...]:
    """The places of a version in the order of the text, those that the caller's audience may see."""
    columns = (PassageRow.id, PassageRow.locator, PassageRow.context, func.length(PassageRow.text))
    rows = await session.execute(
        select(*columns)
        .where(
            PassageRow.version_id == version_id,
            PassageRow.audience.in_(principal.audiences),
            PassageRow.enterprise_code.is_(None),
        )
        .order_by(PassageRow.ordinal)
    )
    return tuple(Heading(*row) for row in rows)


async def load_passages(
    session: AsyncSession,
    principal: Principal,
    ids: Sequence[str],
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
) -> tuple[StoredPassage, ...]:
    """The passages among `ids` that this caller may read now, in the order of `ids`.

    Checks audience, portfolio and consent again in the database; what is gone or not allowed is left out.
    """
    found = await _stored(session, ids)
    granted = frozenset()
    if owners := {passage.enterprise for passage in found if passage.enterprise}:
        only = next(iter(owners)) if len(owners) == 1 else None
        granted = await granted_pairs(session, principal, today=today, purpose=purpose, enterprise=only)
    return tuple(passage for passage in found if may_read(passage, principal, granted))


async def read_passages(
    session: AsyncSession, principal: Principal, ids: Sequence[str], granted: frozenset[tuple[str, str]]
) -> tuple[StoredPassage, ...]:
    """`load_passages` for who has read the consents in this very session."""
    return tuple(passage for passage in await _stored(session, ids) if may_read(passage, principal, granted))


async def _stored(session: AsyncSession, ids: Sequence[str]) -> list[StoredPassage]:
    """The passages of READY versions among `ids`, in the order of `ids`, whoever may read them."""
    connection = await session.connection()
    found: dict[str, StoredPassage] = {}
    for start in range(0, len(ids), _BATCH):
        rows = await connection.execute(_SELECT_STORED, {"ids": ids[start : start + _BATCH]})
        found.update((row[0], StoredPassage(*row)) for row in rows)
    return [found[id] for id in ids if id in found]


def may_read(
    passage: StoredPassage | ManifestRow, principal: Principal, granted: frozenset[tuple[str, str]]
) -> bool:
    """Whether audience, portfolio and the consents in `granted` (see `granted_pairs`) open a passage."""
    if passage.audience not in principal.audiences:
        return False
    if passage.enterprise is None:
        return True
    return readable(principal, passage.enterprise, passage.domain, granted)


async def index_manifest(session: AsyncSession) -> tuple[ManifestRow, ...]:
    """Every passage of every READY version, for building a mask; who may see it is decided by `may_read`."""
    rows = await session.execute(
        select(
            PassageRow.id,
            PassageRow.version_id,
            PassageRow.source_id,
            PassageRow.title,
            PassageRow.locator,
            VersionRow.collection,
            PassageRow.audience,
            PassageRow.enterprise_code,
            PassageRow.domain,
            PassageRow.effective_from,
            PassageRow.effective_to,
        )
        .join(VersionRow, VersionRow.id == PassageRow.version_id)
        .where(VersionRow.state == READY)
        .order_by(PassageRow.version_id, PassageRow.ordinal)
    )
    return tuple(ManifestRow(*row) for row in rows)


async def iterate_texts(session: AsyncSession) -> AsyncIterator[tuple[str, str]]:
    """Document id and text of every passage of the knowledge, portraits left out. For comparing, not for showing."""
    rows = await session.stream(
        select(VersionRow.document_id, PassageRow.text)
        .join(VersionRow, VersionRow.id == PassageRow.version_id)
        .where(VersionRow.state == READY, PassageRow.enterprise_code.is_(None))
    )
    async for document_id, text in rows:
        yield document_id, text


async def iterate_embeddings(
    session: AsyncSession, encoder: str, *, after_version: int = 0, batch: int = _BATCH
) -> AsyncIterator[IndexEntry]:
    """Everything an index of an encoder's vectors is rebuilt from, in a fixed order, in batches. For that only.

    `after_version` leaves out the version rows up to that one: version rows only ever get larger numbers.
    """
    position = (after_version + 1, -1)
    while True:
        rows = (
            await session.execute(
                select(
                    PassageRow.version_id,
                    PassageRow.ordinal,
                    PassageRow.id,
                    PassageRow.title,
                    PassageRow.locator,
                    PassageRow.text,
                    EncodingRow.vector,
                    PassageRow.context,
                )
                .join(VersionRow, VersionRow.id == PassageRow.version_id)
                .outerjoin(
                    EncodingRow,
                    (EncodingRow.passage_id == PassageRow.id) & (EncodingRow.encoder == encoder),
                )
                .where(
                    VersionRow.state == READY,
                    (PassageRow.version_id > position[0])
                    | ((PassageRow.version_id == position[0]) & (PassageRow.ordinal > position[1])),
                )
                .order_by(PassageRow.version_id, PassageRow.ordinal)
                .limit(batch)
            )
        ).all()
        for row in rows:
            yield IndexEntry(*row[2:])
        if len(rows) < batch:
            return
        position = (rows[-1].version_id, rows[-1].ordinal)
