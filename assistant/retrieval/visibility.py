"""Which passages one search may use: law by its dates, audience, portfolio and consent, decided at each query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.answer import LegalStatus
from assistant.document import legal_status
from assistant.principal import Principal
from assistant.retrieval.snapshot import PORTRAITS, Snapshot
from assistant.store.passages import ManifestRow, may_read
from assistant.store.versions import StoredVersion, VisibleVersion, select_successors, select_visible


@dataclass(frozen=True, slots=True)
class Mask:
    """Positions that may be used on `day`, per shelf, and the status that every version behind them has then."""

    day: date
    knowledge: NDArray[np.bool_]
    portraits: NDArray[np.bool_]
    status: dict[int, LegalStatus]

    def shelf(self, name: str) -> NDArray[np.bool_]:
        return self.portraits if name == PORTRAITS else self.knowledge


def visible(
    snapshot: Snapshot,
    principal: Principal,
    granted: frozenset[tuple[str, str]],
    as_of: date,
    *,
    collection: str | None = None,
    enterprise: str | None = None,
    at_least: int | None = None,
) -> Mask:
    """The mask of a search. `granted` are the (enterprise, domain) pairs open by consent at this moment.

    `enterprise` leaves only that enterprise's portraits in; a passage out of force on the day gives way to one of
    the same text that is in force. With `at_least`, portraits that nobody asked about are left out where knowledge
    alone makes so many passages.
    """
    chosen = select_visible(snapshot.knowledge, principal, as_of, collection=collection)
    mask = _mask(snapshot, principal, granted, chosen, as_of)
    asked = enterprise is not None or collection == PORTRAITS
    short = at_least is None or int(mask.knowledge.sum()) < at_least
    if collection in (None, PORTRAITS) and (asked or short):
        owners = [enterprise] if enterprise else snapshot.portraits
        own = [version for code in owners for version in snapshot.portraits.get(code, ())]
        shown = select_visible(own, principal, as_of)
        portraits = _mask(snapshot, principal, granted, shown, as_of)
        return Mask(
            as_of,
            mask.knowledge & ~portraits.portraits,
            portraits.portraits,
            {**mask.status, **portraits.status},
        )
    return mask


def upcoming(snapshot: Snapshot, principal: Principal, document_ids: frozenset[str], as_of: date) -> Mask:
    """Versions of the given documents that are issued on the day and take effect after it."""
    own = [version for version in snapshot.knowledge if version.document_id in document_ids]
    return _mask(snapshot, principal, frozenset(), select_successors(own, principal, as_of), as_of)


def passage_status(
    version_status: LegalStatus, row: ManifestRow, version: StoredVersion, as_of: date
) -> LegalStatus:
    """Status of a passage: by its own dates where it has any, else its version's."""
    if row.effective_from is None and row.effective_to is None:
        return version_status
    return legal_status(
        row.effective_from or version.effective_from, row.effective_to or version.effective_to, as_of
    )


def _mask(
    snapshot: Snapshot,
    principal: Principal,
    granted: frozenset[tuple[str, str]],
    chosen: tuple[VisibleVersion, ...],
    as_of: date,
) -> Mask:
    allowed = np.zeros(len(snapshot.rows), dtype=np.bool_)
    portrait = np.zeros(len(snapshot.rows), dtype=np.bool_)
    status: dict[int, LegalStatus] = {}
    for item in chosen:
        version = item.version
        status[version.id] = item.status
        places = snapshot.places.get(version.id)
        if places is None:
            continue
        into = allowed if version.enterprise is None else portrait
        if version.id in snapshot.uniform:
            into[places] = True  # `select_visible` has checked the version's audience
        else:
            into[places] = [may_read(snapshot.rows[place], principal, granted) for place in places]
        if version.id in snapshot.dated:
            _give_way(snapshot, version, item.status, into, as_of)
    return Mask(as_of, allowed, portrait, status)


def _give_way(
    snapshot: Snapshot, version: StoredVersion, status: LegalStatus, allowed: NDArray[np.bool_], as_of: date
) -> None:
    """Passages with dates of their own: those out of force are hidden where their text has one in force."""
    own = {
        int(place): passage_status(status, snapshot.rows[place], version, as_of)
        for place in snapshot.places[version.id]
        if allowed[place]
    }
    ruled = {_dated_text(snapshot.rows[place]) for place, state in own.items() if state == "in_force"}
    for place, state in own.items():
        if state in ("expired", "not_yet") and _dated_text(snapshot.rows[place]) in ruled:
            allowed[place] = False


def _dated_text(row: ManifestRow) -> tuple[str, str]:
    """What has versions within a document: a titled text of a passage file, else a section."""
    return (row.title, "") if row.source_id else (row.title, row.locator)
