"""Sites: which origins count as the same, what a database gives away, and that an identity works once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from assistant.errors import InvalidRequest, NotFound
from assistant.store import sites
from assistant.store.database import Store, _engine, make_url
from assistant.store.migrations.migrate import migration_config
from assistant.store.origin import canonical_origin
from assistant.store.sites import Site


async def make(store: Store, *origins: str, **options) -> Site:
    async with store.writing() as session:
        return await sites.create_site(session, tenant="bank", origins=origins, **options)


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://park.example.cn", "https://park.example.cn"),
        ("HTTPS://Park.Example.CN/", "https://park.example.cn"),
        ("https://park.example.cn:443", "https://park.example.cn"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://园区.example.cn", "https://xn--dkrx9f.example.cn"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(typed: str, origin: str):
    assert canonical_origin(typed) == origin == canonical_origin(origin)


@pytest.mark.parametrize(
    "typed",
    [
        "", "*", "null", "park.example.cn", "https://", "https://*.example.cn", "https://a.cn/path",
        "https://a.cn?x", "https://a.cn#x", "https://user@a.cn", "https://a.cn:99999", "ftp://a.cn",
        "javascript:alert(1)", "https://a.cn b.cn", "https://a.cn\\@b.cn", "file:///etc", "https://.a.cn",
        "https://a.cn:x", "https://" + "a" * 400,
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(typed: str):
    with pytest.raises(InvalidRequest):
        canonical_origin(typed)


@given(st.text(max_size=40))
def test_a_canonical_origin_stays_what_it_is(typed: str):
    try:
        origin = canonical_origin(typed)
    except InvalidRequest:
        return
    assert canonical_origin(origin) == origin and origin == origin.strip().rstrip("/")


async def test_a_site_admits_its_exact_origins_and_an_empty_list_nobody(store: Store):
    site = await make(store, "https://park.example.cn", "http://localhost:3000")
    assert site.admits("https://park.example.cn") and site.admits("http://localhost:3000")
    for other in (
        "", "null", "https://park.example.cn.evil.com", "https://evilpark.example.cn", "http://park.example.cn",
        "https://PARK.example.cn", "https://park.example.cn:8443", "https://park.example.cn/",
        "https://sub.park.example.cn", "http://localhost",
    ):  # fmt: skip
        assert not site.admits(other), other
    assert not (await make(store)).admits("https://park.example.cn")


async def test_the_database_holds_no_identity_secret(store: Store):
    site = await make(store, "https://a.example.cn")
    async with store.reading() as session:
        secret = sites.identity_secret(session, site.id)
        dump = repr((await session.execute(text("SELECT * FROM sites"))).all())
        other = sites.identity_secret(session, "site_other")
    assert len(secret) >= 43 and secret not in dump and secret != other
    assert site.site_key not in secret and secret not in site.site_key


async def test_a_removed_site_is_found_no_more(store: Store):
    site = await make(store, "https://a.example.cn")
    async with store.reading() as session:
        assert await sites.find_site(session, site.site_key) == site
        assert await sites.is_known_origin(session, "https://a.example.cn")
    async with store.writing() as session:
        removed = await sites.remove_site(session, site.id, tenant="bank")
        assert await sites.remove_site(session, site.id, tenant="bank") == removed
    async with store.reading() as session:
        assert await sites.find_site(session, site.site_key) is None
        assert await sites.get_site(session, site.id) is None
        assert not await sites.is_known_origin(session, "https://a.example.cn")
        assert [one.id for one in await sites.list_sites(session, tenant="bank")] == [site.id]
    assert not removed.admits("https://a.example.cn")
    with pytest.raises(NotFound):
        async with store.writing() as session:
            await sites.remove_site(session, "site_none", tenant="bank")


async def test_a_site_is_bound_to_an_enterprise_that_exists(store: Store, companies):
    assert (await make(store, enterprise=companies[0])).enterprise == companies[0]
    with pytest.raises(NotFound):
        await make(store, enterprise="91450100SAMPLE9999")


async def test_each_start_ends_the_demo_sites_and_leaves_the_others(store: Store):
    demo, kept = await make(store, demo=True), await make(store)
    async with store.writing() as session:
        await sites.remove_demo_sites(session)
        assert await sites.find_site(session, demo.site_key) is None
        assert await sites.find_site(session, kept.site_key) is not None


async def test_of_many_uses_of_one_identity_one_counts(store: Store):
    site, other = await make(store), await make(store)
    until = datetime.now(UTC) + timedelta(minutes=5)

    async def use(where: Site, jti: str) -> bool:
        async with store.writing() as session:
            return await sites.use_identity(session, where.id, jti, until)

    outcomes = await asyncio.gather(*(use(site, "jti-0001") for _ in range(8)))
    assert sorted(outcomes) == [False] * 7 + [True]
    assert await use(site, "jti-0002") and await use(other, "jti-0001")


async def test_expired_identities_are_forgotten(store: Store):
    site = await make(store)
    async with store.writing() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        assert await sites.use_identity(session, site.id, "jti-0001", past)
    async with store.writing() as session:
        soon = datetime.now(UTC) + timedelta(minutes=5)
        assert await sites.use_identity(session, site.id, "jti-0002", soon)
        assert await session.scalar(text("SELECT count(*) FROM used_identities")) == 1


async def test_a_database_of_the_first_schema_is_brought_up_with_its_data(home, tmp_path):
    home.mkdir()
    url = f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}"
    engine = _engine(make_url(url), 5)
    config = migration_config()

    def first(connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO meta (key, value) VALUES ('kept', 'yes')")

    async with engine.execution_options(bagui_write=True).begin() as connection:
        await connection.run_sync(first)
    await engine.dispose()
    store = await Store.open(url, home)
    async with store.reading() as session:
        assert await session.scalar(text("SELECT value FROM meta WHERE key = 'kept'")) == "yes"
        assert await sites.list_sites(session, tenant="bank") == ()
    await store.close()
