"""Enterprises found by name, and their data domains read under consent."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from people import principal_for

from assistant.errors import ConsentRequired, InvalidRequest, NotFound
from assistant.principal import Principal
from assistant.store import enterprises
from assistant.store.database import Store
from assistant.store.domains import DOMAINS
from assistant.store.enterprises import DomainRecord, Enterprise

TODAY = date(2026, 6, 1)


def tax(code: str, month: int | None, revenue: str, day: int = 1) -> DomainRecord:
    return DomainRecord(
        enterprise=code,
        domain="tax",
        period=None if month is None else date(2026, month, 1),
        received_at=datetime(2026, 5, day, tzinfo=UTC),
        values={"revenue": Decimal(revenue)},
        source="税务申报",
    )


async def find(store: Store, principal: Principal, name: str) -> Enterprise:
    async with store.reading() as session:
        return await enterprises.find_enterprise(session, principal, name)


async def read(store: Store, principal: Principal, code: str, domain: str = "tax", **options):
    async with store.reading() as session:
        return await enterprises.read_domain(session, principal, code, domain, today=TODAY, **options)


@pytest.mark.parametrize(
    "name",
    [
        "91450100SAMPLE0001",
        "91450100sample0001",
        " 91450100SAMPLE0001 ",
        "９１４５０１００ＳＡＭＰＬＥ０００１",
        "八桂示例甲科技有限公司",
        "示例甲",
        "甲科技",
    ],
)
async def test_an_enterprise_is_found_by_whatever_names_it_alone(store, rm, companies, name: str):
    assert (await find(store, rm, name)).code == companies[0]


async def test_what_was_stored_comes_back(store: Store, rm: Principal, companies, make_enterprise):
    expected = make_enterprise(companies[0], "八桂示例甲科技有限公司", "示例甲")
    assert await find(store, rm, companies[0]) == expected


async def test_a_name_that_fits_several_names_them(store: Store, rm: Principal, companies):
    with pytest.raises(InvalidRequest) as refused:
        await find(store, rm, "八桂示例")
    assert refused.value.code == "enterprise_ambiguous"
    assert all(code in refused.value.message for code in companies)


async def test_an_exact_name_wins_over_longer_ones(
    store: Store, rm: Principal, companies, make_enterprise: Callable[..., Enterprise]
):
    async with store.writing() as session:
        await enterprises.put_enterprises(session, [make_enterprise("X1", "甲科技", "甲")])
    assert (await find(store, rm, "甲科技")).code == "X1"


@pytest.mark.parametrize("name", ["", "   ", "甲", "不存在的公司", "%", "__", "91450100SAMPLE9999"])
async def test_unknown_and_unseen_read_the_same(store: Store, rm: Principal, companies, name: str):
    other = principal_for("rm", "rm-2", enterprise=companies[1])
    with pytest.raises(NotFound) as unknown:
        await find(store, rm, name)
    with pytest.raises(NotFound) as unseen:
        await find(store, other, companies[0])
    assert unknown.value.body() == unseen.value.body()
    assert unknown.value.code == "enterprise_not_found"


async def test_candidates_outside_the_portfolio_are_not_named(store: Store, companies):
    bound = principal_for("rm", "rm-2", enterprise=companies[1])
    assert (await find(store, bound, "八桂示例")).code == companies[1]


@pytest.mark.parametrize(
    ("role", "bound", "seen"),
    [
        ("rm", False, 2),
        ("admin", False, 2),
        ("rm", True, 1),
        ("enterprise", True, 1),
        ("developer", True, 1),
        ("developer", False, 0),
        ("auditor", False, 0),
        ("visitor", False, 0),
    ],
)
async def test_a_portfolio_is_what_the_role_implies(store: Store, companies, role, bound, seen):
    principal = principal_for(role, "s", enterprise=companies[0] if bound else None)
    async with store.reading() as session:
        listed = await enterprises.list_enterprises(session, principal)
    assert [one.code for one in listed] == list(companies[:seen])


async def test_records_come_by_period_then_by_arrival_with_the_consent(
    store: Store, rm: Principal, companies, give_consent
):
    code, other = companies
    rows = [tax(code, 3, "120.5"), tax(code, 2, "90", day=9), tax(code, None, "1"), tax(code, 2, "80", day=2)]
    async with store.writing() as session:
        assert await enterprises.add_records(session, [*rows, tax(other, 1, "7")]) == 5
    consent = await give_consent(code, "tax")
    found = await read(store, rm, code)
    assert [record.values["revenue"] for record in found.records] == ["1", "80", "90", "120.5"]
    assert found.records[0].received_at.tzinfo is not None
    assert found.use.model_dump() == {"enterprise": code, "domain": "tax", "consent": consent}


async def test_without_consent_every_domain_but_the_register_is_closed(store, rm, companies):
    for domain in DOMAINS:
        if domain == "registration":
            assert (await read(store, rm, companies[0], domain)).use.consent is None
            continue
        with pytest.raises(ConsentRequired) as refused:
            await read(store, rm, companies[0], domain)
        assert (refused.value.http, refused.value.code) == (403, "consent_required")
        assert (refused.value.enterprise, refused.value.domain) == (companies[0], domain)


async def test_an_enterprise_reads_itself_and_nobody_else(store: Store, companies):
    own = principal_for("enterprise", "own", enterprise=companies[0])
    assert (await read(store, own, companies[0])).use.consent is None
    with pytest.raises(NotFound):
        await read(store, own, companies[1])


async def test_a_bound_developer_still_needs_consent(store: Store, companies, give_consent):
    developer = principal_for("developer", "dev", enterprise=companies[0])
    with pytest.raises(ConsentRequired):
        await read(store, developer, companies[0])
    await give_consent(companies[0], "tax")
    assert (await read(store, developer, companies[0])).use.consent


async def test_another_bank_s_consent_does_not_count(store: Store, companies, give_consent):
    await give_consent(companies[0], "tax")
    with pytest.raises(ConsentRequired):
        await read(store, principal_for("rm", "rm-9", tenant="other-bank"), companies[0])


async def test_an_unknown_domain_is_named_with_those_there_are(store: Store, rm: Principal, companies):
    with pytest.raises(InvalidRequest, match="registration") as refused:
        await read(store, rm, companies[0], "gossip")
    assert refused.value.param == "domain"
    with pytest.raises(InvalidRequest):
        async with store.writing() as session:
            record = DomainRecord(companies[0], "gossip", None, datetime.now(UTC), {}, "")
            await enterprises.add_records(session, [record])


async def test_a_second_delivery_of_the_register_updates_and_keeps_consents(
    store: Store, rm: Principal, companies, give_consent, make_enterprise
):
    await give_consent(companies[0], "tax")
    renamed = make_enterprise(companies[0], "八桂示例甲智能科技有限公司", "示例甲智能")
    async with store.writing() as session:
        assert await enterprises.put_enterprises(session, [renamed]) == 0
    async with store.reading() as session:
        listed = await enterprises.list_enterprises(session, rm)
    assert sorted(one.code for one in listed) == sorted(companies)
    assert (await find(store, rm, "示例甲智能")).code == companies[0]
    assert (await read(store, rm, companies[0])).use.consent


async def test_data_that_are_no_json_are_refused(store: Store, companies):
    record = DomainRecord(companies[0], "tax", None, datetime.now(UTC), {"revenue": float("nan")}, "")
    with pytest.raises(Exception, match="JSON"):
        async with store.writing() as session:
            await enterprises.add_records(session, [record])
