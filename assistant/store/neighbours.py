"""The passages before and after one in its document: what a quotation stood between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.principal import Principal
from assistant.store.domains import CREDIT_SERVICE
from assistant.store.passages import StoredPassage, load_passages
from assistant.store.tables import READY, PassageRow, VersionRow


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A passage as it is held now, with its neighbours; each `None` where there is none to be seen."""

    passage: StoredPassage | None
    before: StoredPassage | None
    after: StoredPassage | None


async def surroundings(
    session: AsyncSession,
    principal: Principal,
    passage_id: str,
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
) -> Surroundings:
    """The passage and the ones on both sides of it, as far as this caller may read them now."""
    held = await session.execute(
        select(PassageRow.version_id, PassageRow.ordinal)
        .join(VersionRow, VersionRow.id == PassageRow.version_id)
        .where(PassageRow.id == passage_id, VersionRow.state == READY)
    )
    place = held.first()
    if place is None:
        return Surroundings(None, None, None)
    of_version = PassageRow.version_id == place.version_id
    before = await session.scalar(
        select(PassageRow.id)
        .where(of_version, PassageRow.ordinal < place.ordinal)
        .order_by(PassageRow.ordinal.desc())
        .limit(1)
    )
    after = await session.scalar(
        select(PassageRow.id)
        .where(of_version, PassageRow.ordinal > place.ordinal)
        .order_by(PassageRow.ordinal)
        .limit(1)
    )
    wanted = [identity for identity in (passage_id, before, after) if identity is not None]
    found = {
        item.id: item
        for item in await load_passages(session, principal, wanted, today=today, purpose=purpose)
    }
    return Surroundings(found.get(passage_id), found.get(before or ""), found.get(after or ""))
