"""Who may find what, on which day: properties over every combination of dates and consents."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from people import principal_for

from assistant.document import legal_status
from assistant.retrieval.snapshot import Snapshot
from assistant.retrieval.visibility import visible
from assistant.store.passages import ManifestRow
from assistant.store.versions import StoredVersion

RM, VISITOR = principal_for("rm", "manager"), principal_for("visitor", "someone")
CODES = ("A", "B")
DAYS = st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 20))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    versions: list[StoredVersion] = []
    rows: list[ManifestRow] = []
    for number in range(draw(st.integers(1, 6))):
        start, end = draw(DAYS), draw(DAYS)
        if start and end and end < start:
            start, end = end, start
        owner = draw(st.sampled_from([None, None, *CODES]))
        audience = draw(st.sampled_from(["public", "internal"]))
        versions.append(
            StoredVersion(
                id=number,
                document_id=f"p{owner}" if owner else f"d{draw(st.integers(0, 2))}",
                version=str(number),
                generation=1,
                collection="portraits" if owner else "regulations",
                title=f"文件{number}",
                doc_no="",
                issuer="",
                issued=None,
                effective_from=None if owner else start,
                effective_to=None if owner else end,
                authority="national",
                jurisdiction="",
                audience=audience,
                supersedes=(),
                source="",
                confidence="H",
                not_held=(),
                enterprise=owner,
            )
        )
        rows += [
            ManifestRow(
                id=f"{number}-{part}",
                version_id=number,
                source_id="",
                title=f"文件{number}",
                locator=str(part),
                collection=versions[-1].collection,
                audience=audience,
                enterprise=owner,
                domain=draw(st.sampled_from(["registration", "tax", "customs"])) if owner else None,
                effective_from=None,
                effective_to=None,
            )
            for part in range(2)
        ]
    return Snapshot(1, tuple(rows), tuple(versions))


PAIRS = st.frozensets(st.tuples(st.sampled_from(CODES), st.sampled_from(["tax", "customs"])))


def rules(version: StoredVersion, others: list[StoredVersion], day: date) -> bool:
    """In force by its dates, and where its last day is unknown no later version of the document has begun since."""
    followed = version.effective_to is None and any(
        legal_status(other.effective_from, other.effective_to, day) == "in_force"
        and (other.effective_from or date.min) > (version.effective_from or date.min)
        for other in others
    )
    return legal_status(version.effective_from, version.effective_to, day) == "in_force" and not followed


@given(snapshots(), st.dates(date(2023, 12, 30), date(2024, 1, 22)))
def test_law_of_the_day_wins_and_no_document_disappears(snapshot: Snapshot, day: date) -> None:
    mask = visible(snapshot, RM, frozenset(), day)
    documents: dict[str, list[StoredVersion]] = {}
    for version in snapshot.versions:
        if version.enterprise is None:
            documents.setdefault(version.document_id, []).append(version)
    for own in documents.values():
        ruling = {version.id for version in own if rules(version, own, day)}
        for version in own:
            undated = legal_status(version.effective_from, version.effective_to, day) == "unknown"
            shown = [bool(mask.knowledge[place]) for place in snapshot.places[version.id]]
            assert shown == [version.id in ruling or undated or not ruling] * len(shown)


@given(snapshots(), PAIRS, st.sampled_from([None, *CODES]))
def test_portraits_only_under_consent_or_from_the_public_register(
    snapshot: Snapshot, granted: frozenset[tuple[str, str]], enterprise: str | None
) -> None:
    mask = visible(snapshot, RM, granted, date(2024, 1, 10), enterprise=enterprise)
    for place, row in enumerate(snapshot.rows):
        if mask.portraits[place]:
            assert row.domain == "registration" or (row.enterprise, row.domain) in granted
            assert enterprise in (None, row.enterprise)
        assert not (row.enterprise and mask.knowledge[place])


@given(snapshots(), PAIRS)
def test_a_visitor_sees_public_knowledge_and_nobodys_portrait(
    snapshot: Snapshot, granted: frozenset[tuple[str, str]]
) -> None:
    mask = visible(snapshot, VISITOR, granted, date(2024, 1, 10))
    assert not mask.portraits.any()
    assert all(snapshot.rows[place].audience == "public" for place in np.flatnonzero(mask.knowledge))


@given(snapshots())
def test_a_passage_of_an_enterprise_in_a_general_version_is_seen_by_its_own_callers_only(
    snapshot: Snapshot,
) -> None:
    rows = tuple(replace(row, audience="public", enterprise="A", domain="tax") for row in snapshot.rows)
    versions = tuple(replace(version, audience="public", enterprise=None) for version in snapshot.versions)
    mixed, day = Snapshot(1, rows, versions), date(2024, 1, 10)
    for caller in (
        principal_for("enterprise", "a", enterprise="A"),
        VISITOR,
        principal_for("enterprise", "b"),
    ):
        seen = visible(mixed, caller, frozenset(), day).knowledge.any()
        assert bool(seen) == (caller.own == "A")


def test_the_last_day_in_force_is_in_force() -> None:
    end = date(2024, 6, 30)
    assert legal_status(date(2010, 1, 1), end, end) == "in_force"
    assert legal_status(date(2010, 1, 1), end, end + timedelta(days=1)) == "expired"
