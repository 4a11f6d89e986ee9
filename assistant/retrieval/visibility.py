"""Which passages one search may use: law by its dates, audience, portfolio and consent, decided at each query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.answer import LegalStatus
from assistant.document import legal_status
from assistant.principal import Principal
from assistant.retrieval.snapshot import PORTRAITS, UNKNOWN, Snapshot
from assistant.store.passages import ManifestRow, may_read
from assistant.store.versions import StoredVersion, VisibleVersion, select_successors, select_visible

_MASKS = 64


@dataclass(frozen=True, slots=True)
class Mask:
    """Positions that may be used on `day`, per shelf, and the status that every version behind them has then."""

    day: date
    knowledge: NDArray[np.bool_]
    portraits: NDArray[np.bool_]
    status: dict[int, LegalStatus]

    def beside(self, other: Mask) -> Mask:
        """What either of two masks of the same day allows."""
        return Mask(
            self.day,
            self.knowledge | other.knowledge,
            self.portraits | other.portraits,
            {**self.status, **other.status},
        )

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
    mask = _knowledge(snapshot, principal, as_of, collection)
    asked = enterprise is not None or collection == PORTRAITS
    short = at_least is None or int(mask.knowledge.sum()) < at_least
    if collection in (None, PORTRAITS) and (asked or short):
        owners = [enterprise] if enterprise else snapshot.portraits
        own = [version for code in owners for version in snapshot.portraits.get(code, ())]
        shown = select_visible(own, principal, as_of)
        portraits = _mask(snapshot, principal, granted, shown, as_of)
        return Mask(as_of, mask.knowledge & ~portraits.portraits, mask.portraits, mask.status).beside(
            portraits
        )
    return mask


def _knowledge(snapshot: Snapshot, principal: Principal, as_of: date, collection: str | None) -> Mask:
    """The knowledge that may be searched. It hangs on audience, day and collection only, and a generation never
    changes: so it is worked out once for each of these. Where a version holds an enterprise's passages, it hangs on
    the caller, and is worked out each time.
    """
    key = (principal.audiences, as_of, collection)
    held = snapshot.masks.get(key)
    if held is None:
        chosen = select_visible(snapshot.knowledge, principal, as_of, collection=collection)
        held = _mask(snapshot, principal, frozenset(), chosen, as_of)
        if any(item.version.id in snapshot.mixed for item in chosen):
            return held
        if len(snapshot.masks) >= _MASKS:
            snapshot.masks.clear()
        snapshot.masks[key] = held
    return held


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
        elif version.enterprise is None and version.id not in snapshot.mixed:
            into[places] = np.isin(snapshot.audiences[places], list(principal.audiences))
        else:
            into[places] = [may_read(snapshot.rows[place], principal, granted) for place in places]
        if version.id in snapshot.dated:
            _give_way(snapshot, version, item.status, into, as_of)
    return Mask(as_of, allowed, portrait, status)


def _give_way(
    snapshot: Snapshot, version: StoredVersion, status: LegalStatus, allowed: NDArray[np.bool_], as_of: date
) -> None:
    """Passages with dates of their own: those out of force are hidden where their text has one in force."""
    span, places, day = snapshot.spans[version.id], snapshot.places[version.id], as_of.toordinal()
    expired = np.where(span.own, day > span.end, status == "expired")
    known = span.start != UNKNOWN
    ahead = np.where(span.own, ~expired & known & (day < span.start), status == "not_yet")
    in_force = np.where(span.own, ~expired & known & (day >= span.start), status == "in_force")
    ruled = np.zeros(int(span.text.max()) + 1, dtype=np.bool_)
    ruled[span.text[in_force & allowed[places]]] = True
    allowed[places[(expired | ahead) & ruled[span.text]]] = False
