"""Access keys: what is kept of them, who they stand for, and when they stop working."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from assistant.errors import InvalidRequest, NotFound, Unauthenticated
from assistant.principal import Principal
from assistant.store import keys
from assistant.store.database import Store
from assistant.store.keys import NewKey


async def make(store: Store, **options) -> NewKey:
    async with store.writing() as session:
        return await keys.create_key(session, **{"role": "rm", "tenant": "bank", **options})


async def who(store: Store, token: str) -> Principal:
    async with store.reading() as session:
        return await keys.authenticate(session, token)


async def test_a_key_is_shown_once_and_only_a_keyed_digest_is_kept(store: Store):
    created = await make(store, label="柜面")
    body = created.token.removeprefix("bg_")
    assert created.token.startswith("bg_") and len(body) >= 43 + 8
    assert created.token not in repr(created)
    async with store.reading() as session:
        stored = repr((await session.execute(text("SELECT * FROM keys"))).all())
        listed = await keys.list_keys(session, tenant="bank")
    assert body not in stored and body[:12] not in stored and body not in repr(listed)
    assert listed == (created.key,)


async def test_a_key_stands_for_its_role_tenant_and_enterprise(store: Store, companies):
    plain = await who(store, (await make(store, tenant="other-bank")).token)
    assert (plain.role, plain.tenant, plain.enterprises, plain.own) == ("rm", "other-bank", None, None)
    bound = await who(store, (await make(store, role="enterprise", enterprise=companies[0])).token)
    assert bound.own == companies[0] and bound.sees(companies[0]) and not bound.sees(companies[1])


async def test_scopes_can_be_narrowed_and_never_widened(store: Store):
    narrowed = await who(store, (await make(store, scopes=["chat"])).token)
    assert narrowed.scopes == {"chat"}
    with pytest.raises(InvalidRequest) as refused:
        await make(store, role="developer", scopes=["chat", "audit"])
    assert refused.value.param == "scopes"


async def test_two_keys_of_one_subject_overlap_while_one_replaces_the_other(store: Store):
    old, new = await make(store, subject="rm-7"), await make(store, subject="rm-7")
    assert (await who(store, old.token)).subject == (await who(store, new.token)).subject == "rm-7"
    async with store.writing() as session:
        await keys.revoke_key(session, old.key.id, tenant="bank")
    assert (await who(store, new.token)).subject == "rm-7"
    with pytest.raises(Unauthenticated):
        await who(store, old.token)


async def test_every_bad_key_reads_the_same(store: Store):
    good = await make(store)
    expired = await make(store, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    revoked = await make(store)
    async with store.writing() as session:
        first = await keys.revoke_key(session, revoked.key.id, tenant="bank")
        assert await keys.revoke_key(session, revoked.key.id, tenant="bank") == first
    flipped = good.token[:10] + ("A" if good.token[10] != "A" else "B") + good.token[11:]
    bad = [
        "",
        "bg_",
        "nonsense",
        "' OR '1'='1",
        "密钥",
        good.token + "0",
        good.token[:-1],
        good.token.upper(),
        f" {good.token}",
        flipped,
        expired.token,
        revoked.token,
        "bg_" + "x" * 100_000,
    ]
    bodies = []
    for token in bad:
        with pytest.raises(Unauthenticated) as refused:
            await who(store, token)
        bodies.append(str(refused.value.body()))
    assert len(set(bodies)) == 1
    assert (await who(store, good.token)).role == "rm"


async def test_a_key_that_shares_a_long_beginning_with_a_good_one_is_nobody(store: Store):
    good = await make(store)
    body = good.token.removeprefix("bg_")[:-8]
    for kept in (20, len(body) - 1):
        other = body[:kept] + "".join("A" if letter != "A" else "B" for letter in body[kept:])
        with pytest.raises(Unauthenticated):
            await who(store, f"bg_{other}{keys._checksum(other)}")


async def test_a_key_of_another_installation_is_nobody(store: Store, tmp_path):
    elsewhere = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/b/bagui.sqlite", tmp_path / "b")
    created = await make(elsewhere)
    async with elsewhere.reading() as session:
        row = (await session.execute(text("SELECT digest FROM keys"))).scalar_one()
    await elsewhere.close()
    mine = await make(store)
    async with store.writing() as session:
        statement = text("UPDATE keys SET digest = :digest WHERE id = :id")
        await session.execute(statement, {"digest": row, "id": mine.key.id})
    with pytest.raises(Unauthenticated):
        await who(store, created.token)


async def test_each_start_ends_the_demo_keys_and_leaves_the_others(store: Store):
    demo, kept = await make(store, demo=True), await make(store)
    async with store.writing() as session:
        assert await keys.revoke_demo_keys(session) == 1
        assert await keys.revoke_demo_keys(session) == 0
    with pytest.raises(Unauthenticated):
        await who(store, demo.token)
    assert await who(store, kept.token)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"role": "king"}, InvalidRequest),
        ({"role": "visitor"}, InvalidRequest),
        ({"role": "enterprise"}, InvalidRequest),
        ({"role": "developer", "enterprise": "91450100SAMPLE9999"}, NotFound),
        ({"role": "rm", "label": "a\x00"}, InvalidRequest),
    ],
)
async def test_a_key_that_makes_no_sense_is_refused(store: Store, options, error):
    with pytest.raises(error):
        await make(store, **options)
    async with store.reading() as session:
        assert await keys.list_keys(session, tenant="bank") == ()


async def test_an_unknown_key_cannot_be_revoked(store: Store):
    with pytest.raises(NotFound):
        async with store.writing() as session:
            await keys.revoke_key(session, "key_none", tenant="bank")


@given(st.text(max_size=80))
def test_no_text_but_our_own_form_reaches_the_database(token: str):
    assert not keys._well_formed(token) or keys._checksum(token[3:-8]) == token[-8:]
