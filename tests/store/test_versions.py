"""Which version of a document counts on a day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import principal_for

from assistant.document import legal_status
from assistant.principal import Principal
from assistant.store.versions import (
    StoredVersion,
    replaced_by,
    select_successors,
    select_visible,
    statuses,
)

RM = principal_for("rm", "rm-1")
DAY0 = date(2024, 1, 1)


def version(row: int, document: str = "loans", label: str = "", **changes) -> StoredVersion:
    plain = StoredVersion(
        id=row,
        document_id=document,
        version=label or str(row),
        generation=row,
        collection="regulations",
        title="贷款办法",
        doc_no="",
        issuer="",
        issued=None,
        effective_from=None,
        effective_to=None,
        authority="national",
        jurisdiction="全国",
        audience="public",
        supersedes=(),
        source="",
        confidence="H",
        not_held=(),
        enterprise=None,
    )
    return replace(plain, **changes)


def seen(versions, day: date, principal: Principal = RM, **options) -> dict[str, str]:
    return {
        found.version.version: found.status for found in select_visible(versions, principal, day, **options)
    }


INTERIM = version(1, label="2010", effective_from=date(2010, 2, 12), effective_to=date(2024, 6, 30))
RULE = version(
    2, label="2024", issued=date(2024, 2, 2), effective_from=date(2024, 7, 1), supersedes=("2010",)
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2010, 2, 11), {"2010": "not_yet", "2024": "not_yet"}),
        (date(2010, 2, 12), {"2010": "in_force"}),
        (date(2024, 3, 1), {"2010": "in_force"}),
        (date(2024, 6, 30), {"2010": "in_force"}),
        (date(2024, 7, 1), {"2024": "in_force"}),
        (date(2026, 1, 1), {"2024": "in_force"}),
    ],
)
def test_the_version_in_force_is_the_one_found(day: date, expected: dict[str, str]):
    assert seen([INTERIM, RULE], day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 2, 1), []),
        (date(2024, 2, 2), ["2024"]),
        (date(2024, 6, 30), ["2024"]),
        (date(2024, 7, 1), []),
    ],
)
def test_a_successor_is_known_from_its_issue_to_its_first_day(day: date, expected: list[str]):
    assert [found.version.version for found in select_successors([INTERIM, RULE], RM, day)] == expected


def test_a_rule_whose_end_is_not_known_ends_where_its_successor_begins():
    old = replace(INTERIM, effective_to=None)
    assert seen([old, RULE], date(2024, 6, 30)) == {"2010": "in_force"}
    assert seen([old, RULE], date(2024, 7, 1)) == {"2024": "in_force"}


def test_another_document_that_is_superseded_stays_findable_as_expired():
    old = version(1, "old-measures", effective_from=date(2015, 1, 1))
    new = version(2, "new-measures", effective_from=date(2023, 1, 1), supersedes=("old-measures",))
    assert statuses([old, new], date(2022, 1, 1)) == {1: "in_force", 2: "not_yet"}
    assert statuses([old, new], date(2023, 1, 1)) == {1: "expired", 2: "in_force"}
    assert {found.version.id for found in select_visible([old, new], RM, date(2023, 1, 1))} == {1, 2}


def test_one_version_of_another_document_can_be_superseded():
    first, second = version(1, "scheme", "a"), version(2, "scheme", "b")
    new = version(3, "pool", effective_from=date(2023, 1, 1), supersedes=("scheme@a",))
    assert statuses([first, second, new], date(2024, 1, 1)) == {1: "expired", 2: "unknown", 3: "in_force"}


def test_a_document_with_nothing_in_force_stays_with_all_its_versions():
    old = replace(INTERIM, effective_to=date(2020, 1, 1))
    assert seen([old, RULE], date(2022, 1, 1)) == {"2010": "expired", "2024": "not_yet"}


def test_an_undated_version_is_found_beside_the_one_in_force():
    assert seen([version(3, label="undated"), RULE], date(2025, 1, 1)) == {
        "undated": "unknown",
        "2024": "in_force",
    }


def test_an_internal_document_is_not_there_for_the_public(visitor: Principal):
    internal = replace(RULE, audience="internal")
    assert seen([internal], date(2025, 1, 1), visitor) == {}
    assert select_successors([internal], visitor, date(2024, 3, 1)) == ()
    assert seen([internal], date(2025, 1, 1)) == {"2024": "in_force"}


def test_an_internal_version_in_force_does_not_empty_the_document_for_the_public(visitor: Principal):
    public = replace(INTERIM, effective_to=date(2020, 1, 1))
    assert seen([public, replace(RULE, audience="internal")], date(2025, 1, 1), visitor) == {
        "2010": "expired"
    }


def test_a_portrait_is_there_for_those_who_look_after_the_enterprise():
    portrait = version(1, "portrait-1", enterprise="A")
    day = date(2025, 1, 1)
    assert seen([portrait], day) == {"1": "unknown"}
    assert seen([portrait], day, principal_for("rm", "other", enterprise="B")) == {}
    assert seen([portrait], day, principal_for("enterprise", "own", enterprise="A")) == {"1": "unknown"}
    assert seen([portrait], day, principal_for("developer", "dev")) == {}
    assert seen([portrait], day, principal_for("auditor", "auditor")) == {}


def test_a_collection_narrows():
    assert seen([RULE], date(2025, 1, 1), collection="policies") == {}
    assert seen([RULE], date(2025, 1, 1), collection="regulations") == {"2024": "in_force"}


days = st.one_of(st.none(), st.integers(0, 40).map(lambda n: DAY0 + timedelta(days=n)))


@st.composite
def shelves(draw) -> list[StoredVersion]:
    versions = []
    for row in range(1, draw(st.integers(1, 8)) + 1):
        start, end = draw(days), draw(days)
        if start is not None and end is not None and end < start:
            start, end = end, start
        supersedes = draw(st.lists(st.sampled_from(["1", "2", "a", "b", "a@1"]), max_size=2))
        versions.append(
            version(
                row,
                draw(st.sampled_from(["a", "b"])),
                effective_from=start,
                effective_to=end,
                supersedes=tuple(supersedes),
                audience=draw(st.sampled_from(["public", "internal"])),
            )
        )
    return versions


@given(shelves(), st.integers(-2, 42), st.sampled_from(["rm", "visitor"]))
def test_on_every_day_what_counts_is_found_and_labelled(shelf, offset, role):
    principal, day = principal_for(role, "s"), DAY0 + timedelta(days=offset)
    found = {one.version.id: one for one in select_visible(shelf, principal, day)}
    open_to = [one for one in shelf if one.audience in principal.audiences]
    assert found.keys() <= {one.id for one in open_to}
    by_dates = {one.id: legal_status(one.effective_from, one.effective_to, day) for one in shelf}
    assert {one.document_id for one in open_to} == {one.version.document_id for one in found.values()}, (
        "no document disappears"
    )
    for one in open_to:
        alive = [
            v
            for v in open_to
            if v.document_id == one.document_id and found.get(v.id) and found[v.id].status == "in_force"
        ]
        if one.id not in found:
            assert alive, "a version is passed over only for one in force"
            continue
        status = found[one.id].status
        assert status == by_dates[one.id] or (
            status == "expired" and by_dates[one.id] in ("in_force", "unknown")
        )
        if alive:
            assert status in ("in_force", "unknown")
        if one.effective_from is None and one.effective_to is None:
            superseded = any(other.supersedes and by_dates[other.id] == "in_force" for other in shelf)
            assert status == "unknown" or superseded


def test_of_two_editions_without_a_last_day_the_later_counts():
    old = version(1, label="2018", effective_from=date(2018, 10, 26))
    new = version(2, label="2023", issued=date(2023, 12, 29), effective_from=date(2024, 7, 1))
    assert seen([old, new], date(2024, 6, 30)) == {"2018": "in_force"}
    assert seen([old, new], date(2024, 7, 1)) == {"2023": "in_force"}
    assert statuses([old, new], date(2024, 7, 1)) == {1: "expired", 2: "in_force"}
    assert replaced_by(old, [old, new]) == (new,) and replaced_by(new, [old, new]) == ()


def test_a_text_that_names_what_it_repeals_ends_it_whatever_order_they_came_in():
    rule = version(
        9,
        "new-rule",
        title="流动资金贷款管理办法",
        effective_from=date(2024, 7, 1),
        supersedes=("《流动资金贷款管理暂行办法》",),
    )
    interim = version(
        3, "old-rule", title="流动资金贷款管理暂行办法（2010年）", effective_from=date(2010, 2, 12)
    )
    other = version(4, "other", title="固定资产贷款管理暂行办法", effective_from=date(2009, 10, 23))
    for held in ([rule, interim, other], [other, interim, rule]):
        assert statuses(held, date(2024, 6, 30))[3] == "in_force"
        assert statuses(held, date(2024, 7, 1)) == {9: "in_force", 3: "expired", 4: "in_force"}
    assert replaced_by(interim, [rule, interim, other]) == (rule,)


def test_a_repealed_title_never_ends_a_text_of_the_same_day_or_later():
    rule = version(1, "a", title="某条例", effective_from=date(2025, 6, 1), supersedes=("《某条例》",))
    digest = version(2, "b", title="某条例（2025年修订）", effective_from=date(2025, 6, 1))
    older = version(3, "c", title="某条例（2020年）", effective_from=date(2020, 9, 1))
    undated = version(4, "d", title="某条例")
    assert statuses([rule, digest, older, undated], date(2026, 1, 1)) == {
        1: "in_force",
        2: "in_force",
        3: "expired",
        4: "unknown",
    }
