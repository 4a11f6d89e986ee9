"""Which version of a document counts on a day, and who may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.answer import Authority, Confidence, LegalStatus
from assistant.document import NotHeld, bare_title, legal_status
from assistant.principal import Principal
from assistant.store.tables import READY, VersionRow


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A READY version as the database holds it. `id` is its row, `document_id` the logical document."""

    id: int
    document_id: str
    version: str
    generation: int
    collection: str
    title: str
    doc_no: str
    issuer: str
    issued: date | None
    effective_from: date | None
    effective_to: date | None
    authority: Authority
    jurisdiction: str
    audience: str
    supersedes: tuple[str, ...]
    source: str
    confidence: Confidence
    not_held: tuple[NotHeld, ...]
    enterprise: str | None


@dataclass(frozen=True, slots=True)
class VisibleVersion:
    """A version with its legal status on the day that was asked for."""

    version: StoredVersion
    status: LegalStatus


_COLUMNS = (
    VersionRow.id,
    VersionRow.document_id,
    VersionRow.version,
    VersionRow.generation,
    VersionRow.collection,
    VersionRow.title,
    VersionRow.doc_no,
    VersionRow.issuer,
    VersionRow.issued,
    VersionRow.effective_from,
    VersionRow.effective_to,
    VersionRow.authority,
    VersionRow.jurisdiction,
    VersionRow.audience,
    VersionRow.supersedes,
    VersionRow.source,
    VersionRow.confidence,
    VersionRow.not_held,
    VersionRow.enterprise_code,
)


async def load_versions(session: AsyncSession) -> tuple[StoredVersion, ...]:
    """Every READY version, whoever may see it, by document and date. Stays true for one knowledge generation.

    For code that applies `select_visible` (or `may_see`) to what it shows.
    """
    rows = (await session.execute(select(*_COLUMNS).where(VersionRow.state == READY))).all()
    versions = [_stored(tuple(row)) for row in rows]
    return tuple(sorted(versions, key=_by_date))


async def find_version(session: AsyncSession, document_id: str, version: str) -> StoredVersion | None:
    """One READY version by its document and its own name."""
    row = (
        await session.execute(
            select(*_COLUMNS).where(
                VersionRow.state == READY,
                VersionRow.document_id == document_id,
                VersionRow.version == version,
            )
        )
    ).first()
    return _stored(tuple(row)) if row is not None else None


def may_see(version: StoredVersion, principal: Principal) -> bool:
    """Audience and portfolio. The consent for a portrait's domains is checked passage by passage."""
    if version.audience not in principal.audiences:
        return False
    if version.enterprise is None:
        return True
    return principal.may("enterprises") and principal.sees(version.enterprise)


def select_visible(
    versions: Iterable[StoredVersion], principal: Principal, as_of: date, *, collection: str | None = None
) -> tuple[VisibleVersion, ...]:
    """Per logical document the versions in force on `as_of`, plus undated ones that none of these supersedes; all
    of them, labelled, where none is in force. Only what `principal` may see.
    """
    everything = list(versions)
    status = statuses(everything, as_of)
    open_to = [v for v in everything if may_see(v, principal) and collection in (None, v.collection)]
    ruled = {v.document_id for v in open_to if status[v.id] == "in_force"}
    return tuple(
        VisibleVersion(v, status[v.id])
        for v in open_to
        if v.document_id not in ruled or status[v.id] in ("in_force", "unknown")
    )


def select_successors(
    versions: Iterable[StoredVersion], principal: Principal, as_of: date
) -> tuple[VisibleVersion, ...]:
    """Versions whose issue date is known and not after `as_of`, and whose effective date lies after it."""
    return tuple(
        VisibleVersion(version, "not_yet")
        for version in versions
        if may_see(version, principal)
        and version.issued is not None
        and version.issued <= as_of
        and legal_status(version.effective_from, version.effective_to, as_of) == "not_yet"
    )


def statuses(versions: Iterable[StoredVersion], as_of: date) -> dict[int, LegalStatus]:
    """Legal status on `as_of` per version row: by its dates, and expired where a version in force supersedes it.

    Of one document's versions whose last day is unknown, the one that took effect last counts.
    """
    everything = list(versions)
    status: dict[int, LegalStatus] = {
        v.id: legal_status(v.effective_from, v.effective_to, as_of) for v in everything
    }
    replaced: set[tuple[str, str | None]] = set()
    for version in everything:
        if status[version.id] == "in_force" and version.supersedes:
            replaced.update(_targets(version, everything))
    replaced.update(_outlived(v for v in everything if status[v.id] == "in_force"))
    for version in everything:
        named = (version.document_id, version.version) in replaced
        if (named or (version.document_id, None) in replaced) and status[version.id] in (
            "in_force",
            "unknown",
        ):
            status[version.id] = "expired"
    return status


def replaced_by(version: StoredVersion, versions: Iterable[StoredVersion]) -> tuple[StoredVersion, ...]:
    """The versions that supersede this one, by name or as the next of the same document, oldest first."""
    everything = list(versions)
    mine = {(version.document_id, version.version), (version.document_id, None)}
    named = [other for other in everything if other.supersedes and mine & set(_targets(other, everything))]
    later = [
        other
        for other in everything
        if other.document_id == version.document_id
        and version.effective_from is not None
        and other.effective_from is not None
        and other.effective_from > version.effective_from
    ]
    found = {
        other.id: other for other in (*named, *sorted(later, key=_by_date)[:1]) if other.id != version.id
    }
    return tuple(sorted(found.values(), key=_by_date))


def _outlived(in_force: Iterable[StoredVersion]) -> Iterable[tuple[str, str | None]]:
    """Versions without a last day that a later one of the same document has followed."""
    by_document: dict[str, list[StoredVersion]] = defaultdict(list)
    for version in in_force:
        if version.effective_from is not None:
            by_document[version.document_id].append(version)
    for own in by_document.values():
        newest = max(version.effective_from or date.min for version in own)
        for version in own:
            if version.effective_to is None and (version.effective_from or date.min) < newest:
                yield version.document_id, version.version


def _targets(version: StoredVersion, everything: list[StoredVersion]) -> Iterable[tuple[str, str | None]]:
    """What `supersedes` names: a version of the same document, `document@version`, a title, or a whole document."""
    own = (
        {v.version for v in everything if v.document_id == version.document_id}
        if version.supersedes
        else set()
    )
    for name in version.supersedes:
        if name in own:
            if name != version.version:
                yield version.document_id, name
        elif name.startswith("《"):
            yield from _titled(name, version, everything)
        elif "@" in name:
            document_id, _, label = name.rpartition("@")
            yield document_id, label
        elif name != version.document_id:
            yield name, None


def _titled(
    title: str, version: StoredVersion, everything: list[StoredVersion]
) -> Iterable[tuple[str, str | None]]:
    """Texts of other documents that bear a title and are older, as far as is known, than what supersedes them."""
    bare, own = bare_title(title), bare_title(version.title)
    start = version.effective_from or version.issued
    for other in everything:
        if other.document_id == version.document_id or bare_title(other.title) != bare:
            continue
        day = other.effective_from or other.issued
        if (day is not None and start is not None and day < start) or (day is None and bare != own):
            yield other.document_id, other.version


def _by_date(version: StoredVersion) -> tuple[str, date, str]:
    return version.document_id, version.effective_from or version.issued or date.min, version.version


def _stored(row: tuple[Any, ...]) -> StoredVersion:
    fields = dict(zip(StoredVersion.__slots__, row, strict=True))
    fields["supersedes"] = tuple(cast("list[str]", fields["supersedes"]))
    fields["not_held"] = tuple(NotHeld(item["topic"], tuple(item["cues"])) for item in fields["not_held"])
    return StoredVersion(**fields)
