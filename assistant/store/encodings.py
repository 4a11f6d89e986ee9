"""The vectors of the passages by encoder: which set serves, which is kept to go back to, which is in the making."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.errors import Conflict
from assistant.store.tables import EncodingRow, MetaRow, PassageRow

_SERVING, _PREVIOUS = "encoder", "encoder_kept"


@dataclass(frozen=True, slots=True)
class EncoderMark:
    """An encoder as the database remembers it: its name (model, dimension, version) and the folder it is read
    from, empty for the one that ships.
    """

    name: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Unencoded:
    """A passage that an encoder has no vector for yet, as it is encoded."""

    id: str
    title: str
    locator: str
    text: str
    context: str


async def serving(session: AsyncSession) -> EncoderMark | None:
    """The encoder whose vectors searches use; `None` in a database that was never asked."""
    return await _mark(session, _SERVING)


async def previous(session: AsyncSession) -> EncoderMark | None:
    """The encoder that served before; its vectors are still there."""
    return await _mark(session, _PREVIOUS)


async def settle(session: AsyncSession, mark: EncoderMark) -> None:
    """Notes which encoder serves, where none was noted or no passage has a vector yet."""
    await session.merge(MetaRow(key=_SERVING, value=json.dumps(asdict(mark))))


async def add(session: AsyncSession, encoder: str, vectors: Iterable[tuple[str, bytes]]) -> None:
    """Adds vectors of passages; passages that are gone by now, or have one already, are passed over."""
    held = dict(vectors)
    there = set(await session.scalars(select(PassageRow.id).where(PassageRow.id.in_(held))))
    known = await session.scalars(
        select(EncodingRow.passage_id).where(EncodingRow.encoder == encoder, EncodingRow.passage_id.in_(held))
    )
    session.add_all(
        EncodingRow(passage_id=id, encoder=encoder, vector=held[id]) for id in sorted(there - set(known))
    )
    await session.flush()


async def unencoded(session: AsyncSession, encoder: str, limit: int) -> tuple[Unencoded, ...]:
    """Up to `limit` passages without a vector of this encoder."""
    columns = (PassageRow.id, PassageRow.title, PassageRow.locator, PassageRow.text, PassageRow.context)
    rows = await session.execute(
        select(*columns).where(~_has_vector(encoder)).order_by(PassageRow.id).limit(limit)
    )
    return tuple(Unencoded(*row) for row in rows)


async def count_passages(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.count()).select_from(PassageRow)) or 0)


async def count_unencoded(session: AsyncSession, encoder: str) -> int:
    return int(
        await session.scalar(select(func.count()).select_from(PassageRow).where(~_has_vector(encoder))) or 0
    )


async def switch(session: AsyncSession, mark: EncoderMark) -> EncoderMark | None:
    """Makes `mark` serve from this transaction on and keeps what served; returns that. Vectors of others go.

    Raises `Conflict` while a passage lacks its vector.
    """
    if await count_unencoded(session, mark.name):
        raise Conflict("还有段落没有新向量，不能切换", code="encoding_incomplete")
    before = await serving(session)
    await settle(session, mark)
    if before is not None and before.name != mark.name:
        await session.merge(MetaRow(key=_PREVIOUS, value=json.dumps(asdict(before))))
    await forget(session, keep=())
    return before


async def forget(session: AsyncSession, keep: Sequence[str]) -> None:
    """Deletes the vectors of every encoder that neither serves, nor served before, nor is in `keep`."""
    names = {mark.name for mark in (await serving(session), await previous(session)) if mark} | set(keep)
    await session.execute(delete(EncodingRow).where(EncodingRow.encoder.not_in(names)))


def _has_vector(encoder: str) -> ColumnElement[bool]:
    return (
        select(EncodingRow.passage_id)
        .where(EncodingRow.passage_id == PassageRow.id, EncodingRow.encoder == encoder)
        .exists()
    )


async def _mark(session: AsyncSession, key: str) -> EncoderMark | None:
    value = await session.scalar(select(MetaRow.value).where(MetaRow.key == key))
    return EncoderMark(**json.loads(value)) if value else None
