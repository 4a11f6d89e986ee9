"""Who may register and revoke a consent, and from when to when it holds."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from people import principal_for
from sqlalchemy import text

from assistant.errors import Forbidden, InvalidRequest, NotFound
from assistant.principal import Principal
from assistant.store import consents
from assistant.store.consents import Consent, Grant
from assistant.store.database import Store

ALPHA = "91450100SAMPLE0001"  # one of `companies`
TODAY = date(2026, 6, 1)
LATER = date(2026, 12, 31)


async def grant(store: Store, principal: Principal, code: str, domain: str = "tax", **options) -> Consent:
    async with store.writing() as session:
        return await consents.grant(
            session,
            principal,
            enterprise=code,
            domain=domain,
            **{"valid_to": LATER, "today": TODAY, **options},
        )


async def pairs(store: Store, principal: Principal, today: date = TODAY, **options) -> set[tuple[str, str]]:
    async with store.reading() as session:
        return set(await consents.granted_pairs(session, principal, today=today, **options))


@pytest.mark.parametrize(("days", "valid"), [(-1, False), (0, True), (1, True), (30, True), (31, False)])
async def test_a_consent_holds_from_its_first_day_to_its_last(store, rm, companies, days: int, valid: bool):
    await grant(store, rm, companies[0], valid_from=TODAY, valid_to=TODAY + timedelta(days=30))
    found = await pairs(store, rm, TODAY + timedelta(days=days))
    assert found == ({(companies[0], "tax")} if valid else set())


async def test_a_revoked_consent_is_gone_at_the_next_read(store: Store, rm: Principal, companies):
    granted = await grant(store, rm, companies[0])
    assert await pairs(store, rm) == {(companies[0], "tax")}
    async with store.writing() as session:
        ended = await consents.revoke(session, rm, granted.id)
    assert ended.revoked_at is not None and not ended.valid(TODAY)
    assert await pairs(store, rm) == set()
    async with store.writing() as session:
        assert (await consents.revoke(session, rm, granted.id)).revoked_at == ended.revoked_at


async def test_revoking_a_domain_ends_overlapping_and_future_consents(store: Store, rm: Principal, companies):
    code = companies[0]
    await grant(store, rm, code)
    await grant(store, rm, code, valid_to=LATER + timedelta(days=90))
    await grant(store, rm, code, valid_from=LATER, valid_to=LATER + timedelta(days=9))
    await grant(store, rm, code, "customs")
    async with store.writing() as session:
        assert len(await consents.revoke_domain(session, rm, enterprise=code, domain="tax")) == 3
    assert await pairs(store, rm) == {(code, "customs")}
    assert await pairs(store, rm, LATER + timedelta(days=1)) == set()
    async with store.writing() as session:
        assert len(await consents.revoke_domain(session, rm, enterprise=code)) == 1
    assert await pairs(store, rm) == set()


async def test_granting_the_same_twice_is_one_consent(store: Store, rm: Principal, companies):
    first, second = await grant(store, rm, companies[0]), await grant(store, rm, companies[0])
    assert first == second
    async with store.reading() as session:
        assert await consents.list_consents(session, rm) == (first,)


async def test_many_granted_at_once_are_what_they_are_one_by_one(store: Store, rm: Principal, companies):
    first, second = companies
    ended = TODAY - timedelta(days=9)
    wanted = [
        Grant(first, "tax", TODAY, LATER, TODAY),
        Grant(second, "tax", TODAY, LATER, TODAY),
        Grant(first, "customs", ended, ended, ended),  # registered when it began, run out since
        Grant(first, "tax", TODAY, LATER, TODAY),
        Grant(first, "tax", TODAY, LATER, TODAY, "marketing"),
        Grant(first, "tax", LATER, LATER, TODAY),
        Grant(first, "customs", ended, ended, ended - timedelta(days=1)),
    ]
    other = principal_for("rm", "rm-1", tenant="other-bank")
    single: list[Consent] = []
    for one in wanted:
        terms = {name: getattr(one, name) for name in ("domain", "valid_from", "valid_to", "purpose")}
        single.append(await grant(store, rm, one.enterprise, today=one.registered, **terms))
    async with store.writing() as session:
        before = await consents.grant_all(session, other, wanted[2:4])
        together = await consents.grant_all(session, other, wanted)
    plain = [
        [replace(one, id="", grantee="", granted_at=datetime.min) for one in held]
        for held in (single, together)
    ]
    assert plain[0] == plain[1]
    assert [[held.index(one) for one in held] for held in (single, together)] == [[0, 1, 2, 0, 4, 5, 2]] * 2
    assert (together[2], together[3]) == before
    async with store.reading() as session:
        listed = await consents.list_consents(session, other)
    assert listed == (*before, together[1], together[4], together[5])


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (Grant("91450100SAMPLE0009", "tax", TODAY, LATER, TODAY), NotFound),
        (Grant(ALPHA, "gossip", TODAY, LATER, TODAY), InvalidRequest),
        (Grant(ALPHA, "tax", TODAY, TODAY - timedelta(days=1), TODAY), InvalidRequest),
        (Grant(ALPHA, "tax", TODAY, LATER, LATER + timedelta(days=1)), InvalidRequest),
        (Grant(ALPHA, "tax", TODAY, LATER, TODAY, " "), InvalidRequest),
    ],
)
async def test_one_that_may_not_be_granted_refuses_all(store: Store, rm: Principal, companies, bad, error):
    good = Grant(companies[1], "tax", TODAY, LATER, TODAY)
    async with store.writing() as session:
        with pytest.raises(error):
            await consents.grant_all(session, rm, [good, bad, good])
    async with store.reading() as session:
        assert await consents.list_consents(session, rm) == ()


async def test_a_consent_for_one_purpose_does_not_serve_another(store: Store, rm: Principal, companies):
    await grant(store, rm, companies[0], purpose="marketing")
    assert await pairs(store, rm) == set()
    assert await pairs(store, rm, purpose="marketing") == {(companies[0], "tax")}


@pytest.mark.parametrize(
    "options",
    [
        {"valid_to": TODAY - timedelta(days=1)},
        {"valid_from": LATER, "valid_to": LATER - timedelta(days=1)},
        {"domain": "gossip"},
        {"purpose": " "},
    ],
)
async def test_a_consent_that_makes_no_sense_is_refused(store: Store, rm: Principal, companies, options):
    with pytest.raises(InvalidRequest):
        await grant(store, rm, companies[0], **options)


@pytest.mark.parametrize(
    ("role", "bound", "error"),
    [
        ("admin", None, None),
        ("rm", None, None),
        ("rm", 0, None),
        ("enterprise", 0, None),
        ("rm", 1, NotFound),
        ("enterprise", 1, NotFound),
        ("developer", 0, Forbidden),
        ("developer", None, NotFound),
        ("auditor", None, NotFound),
        ("visitor", None, NotFound),
    ],
)
async def test_only_some_may_grant_and_revoke(store: Store, rm: Principal, companies, role, bound, error):
    principal = principal_for(role, "s", enterprise=None if bound is None else companies[bound])
    held = await grant(store, rm, companies[0], "customs")
    if error is None:
        await grant(store, principal, companies[0])
        async with store.writing() as session:
            await consents.revoke(session, principal, held.id)
        return
    with pytest.raises(error):
        await grant(store, principal, companies[0])
    with pytest.raises(error):
        async with store.writing() as session:
            await consents.revoke(session, principal, held.id)
    with pytest.raises(error):
        async with store.writing() as session:
            await consents.revoke_domain(session, principal, enterprise=companies[0], domain="customs")
    assert await pairs(store, rm) == {(companies[0], "customs")}


async def test_a_manager_without_the_scope_may_not_grant(store: Store, rm: Principal, companies):
    narrowed = rm.model_copy(update={"scopes": rm.scopes - {"consent"}})
    with pytest.raises(Forbidden):
        await grant(store, narrowed, companies[0])


async def test_unknown_enterprise_and_unknown_consent(store: Store, rm: Principal, companies):
    with pytest.raises(NotFound) as refused:
        await grant(store, rm, "91450100SAMPLE9999")
    assert refused.value.code == "enterprise_not_found"
    with pytest.raises(NotFound) as refused:
        async with store.writing() as session:
            await consents.revoke(session, rm, "con_none")
    assert refused.value.code == "consent_not_found"


async def test_a_list_shows_the_portfolio_s_consents_to_this_bank(store: Store, rm: Principal, companies):
    mine = await grant(store, rm, companies[0])
    other = principal_for("rm", "x", tenant="other-bank")
    await grant(store, other, companies[0], "customs")
    await grant(store, rm, companies[1], "customs")
    own = principal_for("enterprise", "own", enterprise=companies[0])
    async with store.reading() as session:
        assert len(await consents.list_consents(session, rm)) == 2
        assert await consents.list_consents(session, own) == (mine,)
        assert await consents.list_consents(session, rm, enterprise=companies[0]) == (mine,)
        with pytest.raises(NotFound):
            await consents.revoke(session, other, mine.id)


async def test_the_database_itself_refuses_days_in_the_wrong_order(store: Store, rm: Principal, companies):
    await grant(store, rm, companies[0])
    with pytest.raises(Exception, match="ck_consents_days"):
        async with store.writing() as session:
            await session.execute(text("UPDATE consents SET valid_to = '2001-01-01'"))
