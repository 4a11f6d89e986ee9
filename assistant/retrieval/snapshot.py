"""What one generation of the knowledge base consists of: never changes, so it may be kept in memory."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.naming import TitleBook, title_book
from assistant.store import documents, passages, versions
from assistant.store.database import StoreSession
from assistant.store.passages import ManifestRow
from assistant.store.versions import StoredVersion

PORTRAITS = "portraits"
UNKNOWN, EVER = -1, 1 << 40


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of the passages of a version, as ordinals (`UNKNOWN` and `EVER` where there is none), which of them
    have dates of their own, and a number for what each says: texts of one number are versions of each other.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    own: NDArray[np.bool_]
    text: NDArray[np.int64]


@dataclass(frozen=True)
class Snapshot:
    """The passages of every READY version by position, and the versions by row id."""

    generation: int
    rows: tuple[ManifestRow, ...]
    versions: tuple[StoredVersion, ...]

    @cached_property
    def position(self) -> dict[str, int]:
        return {row.id: place for place, row in enumerate(self.rows)}

    @cached_property
    def version(self) -> dict[int, StoredVersion]:
        return {version.id: version for version in self.versions}

    @cached_property
    def knowledge(self) -> tuple[StoredVersion, ...]:
        """Versions that are nobody's portrait."""
        return tuple(version for version in self.versions if version.enterprise is None)

    @cached_property
    def portraits(self) -> dict[str, tuple[StoredVersion, ...]]:
        """Portrait versions by enterprise."""
        found: dict[str, list[StoredVersion]] = {}
        for version in self.versions:
            if version.enterprise is not None:
                found.setdefault(version.enterprise, []).append(version)
        return {code: tuple(own) for code, own in found.items()}

    @cached_property
    def places(self) -> dict[int, NDArray[np.int64]]:
        """Positions of the passages of each version."""
        found: dict[int, list[int]] = {}
        for place, row in enumerate(self.rows):
            found.setdefault(row.version_id, []).append(place)
        return {version_id: np.array(own, dtype=np.int64) for version_id, own in found.items()}

    @cached_property
    def uniform(self) -> frozenset[int]:
        """Version rows whose passages are all open to whoever may see the version."""
        special = {
            row.version_id
            for row in self.rows
            if row.enterprise is not None or row.audience != self.version[row.version_id].audience
        }
        return frozenset(self.version.keys() - special)

    @cached_property
    def mixed(self) -> frozenset[int]:
        """Version rows with passages that belong to an enterprise."""
        return frozenset(row.version_id for row in self.rows if row.enterprise is not None)

    @cached_property
    def audiences(self) -> NDArray[np.str_]:
        """The audience of each passage by position."""
        return np.array([row.audience for row in self.rows], dtype=np.str_)

    @cached_property
    def spans(self) -> dict[int, Span]:
        """The dates of the passages of each version in `dated`."""
        return {version_id: _span(self, version_id) for version_id in self.dated}

    @cached_property
    def masks(self) -> dict[Hashable, Any]:
        """What may be searched in the knowledge, by caller's audiences, day and collection; see `visibility`."""
        return {}

    @cached_property
    def dated(self) -> frozenset[int]:
        """Version rows with passages that carry dates of their own."""
        return frozenset(row.version_id for row in self.rows if row.effective_from or row.effective_to)

    @cached_property
    def titled(self) -> dict[str, NDArray[np.int64]]:
        """Positions of the passages under each title, portraits left out."""
        found: dict[str, list[int]] = {}
        for place, row in enumerate(self.rows):
            if row.enterprise is None:
                found.setdefault(row.title, []).append(place)
        return {title: np.array(own, dtype=np.int64) for title, own in found.items()}

    @cached_property
    def names(self) -> TitleBook:
        """What the titles may be called."""
        return title_book(self.titled)

    def shelf(self, row: ManifestRow) -> str:
        return PORTRAITS if row.enterprise is not None else "knowledge"


def _span(snapshot: Snapshot, version_id: int) -> Span:
    version = snapshot.version[version_id]
    rows = [snapshot.rows[place] for place in snapshot.places[version_id].tolist()]
    numbers: dict[tuple[str, str], int] = {}
    # A titled text of a passage file has versions of its own; elsewhere a section has.
    texts = [(row.title, "") if row.source_id else (row.title, row.locator) for row in rows]
    return Span(
        np.array([_ordinal(row.effective_from or version.effective_from, UNKNOWN) for row in rows]),
        np.array([_ordinal(row.effective_to or version.effective_to, EVER) for row in rows]),
        np.array([row.effective_from is not None or row.effective_to is not None for row in rows]),
        np.array([numbers.setdefault(text, len(numbers)) for text in texts]),
    )


def _ordinal(day: date | None, unknown: int) -> int:
    return unknown if day is None else day.toordinal()


async def read_snapshot(session: StoreSession) -> Snapshot:
    """The knowledge base as it is now."""
    return Snapshot(
        generation=await documents.knowledge_generation(session),
        rows=await passages.index_manifest(session),
        versions=await versions.load_versions(session),
    )
