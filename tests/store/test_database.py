"""The store as a whole: what it creates, what a transaction promises, and how each outage reads."""

# ruff: noqa: ASYNC240 (small files in a temporary folder)
import asyncio
import sqlite3
import stat
from pathlib import Path

import aiosqlite
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import OperationalError

from assistant.errors import ConfigurationError, StoreUnavailable
from assistant.store import records, tables
from assistant.store.columns import Table, UnstorableText
from assistant.store.database import Store, prepare_sqlite
from assistant.store.tables import MetaRow

assert records and tables


def sqlite_url(home: Path, tail: str = "") -> str:
    return f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}{tail}"


async def put(store: Store, key: str, value: str = "1") -> None:
    async with store.writing() as session:
        await session.execute(insert(MetaRow).values(key=key, value=value))


async def held(store: Store, key: str) -> str | None:
    async with store.reading() as session:
        return await session.scalar(select(MetaRow.value).where(MetaRow.key == key))


async def test_migrated_schema_is_the_one_the_tables_declare(store: Store):
    async with store._engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"compare_type": True}), Table.metadata
            )
        )
    assert differences == []


async def test_home_and_files_are_private(home: Path):
    store = await Store.open(sqlite_url(home), home)
    await put(store, "a")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    await store.close()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {"bagui.sqlite", "bagui.sqlite-wal", "secret"} <= modes.keys()
    assert set(modes.values()) == {0o600}


async def test_sqlite_is_durable_and_guards_references(home: Path):
    store = await Store.open(sqlite_url(home), home)
    async with store.reading() as session:
        pragmas = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await store.close()
    assert pragmas == ["wal", 2, 1]


async def test_what_is_committed_is_there_after_reopening(home: Path, url: str, store: Store):
    await put(store, "kept", "yes")
    again = await Store.open(url, home)
    assert await held(again, "kept") == "yes"
    assert again.secret.audit == store.secret.audit
    await again.close()


async def test_an_error_undoes_everything_in_its_transaction(store: Store):
    with pytest.raises(ZeroDivisionError):
        async with store.writing() as session:
            await session.execute(insert(MetaRow).values(key="half", value="1"))
            _ = 1 / 0
    assert await held(store, "half") is None


async def test_a_reading_session_cannot_write(store: Store):
    with pytest.raises(Exception, match=r"readonly|read-only"):
        async with store.reading() as session:
            await session.execute(insert(MetaRow).values(key="sneaked", value="1"))
    assert await held(store, "sneaked") is None


async def test_a_reader_sees_one_state_while_a_writer_commits(store: Store):
    await put(store, "before")
    async with store.reading() as session:
        count = select(MetaRow.key).where(MetaRow.key.in_(["before", "during"]))
        first = (await session.scalars(count)).all()
        await put(store, "during")
        assert (await session.scalars(count)).all() == first
    assert await held(store, "during") == "1"


async def test_several_may_open_an_empty_home_at_once(home: Path):
    stores = await asyncio.gather(*(Store.open(sqlite_url(home), home) for _ in range(6)))
    await put(stores[0], "shared")
    assert {await held(store, "shared") for store in stores} == {"1"}
    assert len({store.secret.api_keys for store in stores}) == 1
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_new_file_whose_mode_is_refused_at_once_is_asked_again(tmp_path: Path):
    """What SQLite does to one of two that open an empty home in the same moment, made to happen every time."""
    file = tmp_path / "new.sqlite"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with aiosqlite.connect(file, isolation_level=None, timeout=0) as driver:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await prepare_sqlite(0.03, driver)
        waiting = asyncio.create_task(prepare_sqlite(30, driver))
        await asyncio.sleep(0.03)
        other.execute("COMMIT")
        await waiting
        modes = await driver.execute_fetchall("PRAGMA journal_mode")
    other.close()
    assert list(modes) == [("wal",)]


async def test_writers_queue_instead_of_failing(store: Store):
    await asyncio.gather(*(put(store, f"k{n}") for n in range(16)))
    async with store.reading() as session:
        keys = (await session.scalars(select(MetaRow.key))).all()
    assert {f"k{n}" for n in range(16)} <= set(keys)


async def test_a_writer_inside_a_writer_is_told_so_instead_of_waiting_for_ever(home: Path):
    store = await Store.open(sqlite_url(home), home, lock_wait_s=0.05)
    async with store.writing():
        with pytest.raises(StoreUnavailable) as refused:
            await put(store, "inner")
    assert refused.value.code == "database_locked"
    await put(store, "after")
    await store.close()


async def test_locked_database_says_so_and_writes_nothing(home: Path):
    store = await Store.open(sqlite_url(home), home, lock_wait_s=0.05)
    other = sqlite3.connect(home / "bagui.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable) as refused:
        await put(store, "late")
    assert refused.value.code == "database_locked" and refused.value.http == 503
    assert await held(store, "late") is None, "readers are not held up by a writer"
    other.execute("ROLLBACK")
    other.close()
    await put(store, "late")
    await store.close()


async def test_a_database_locked_in_its_old_mode_cannot_be_opened_but_says_why(home: Path):
    home.mkdir()
    other = sqlite3.connect(home / "bagui.sqlite", isolation_level=None)
    other.execute("CREATE TABLE t (a)")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open(sqlite_url(home), home, lock_wait_s=0.05)
    other.close()
    assert refused.value.code == "database_locked"


async def test_read_only_database_answers_and_refuses_to_write(home: Path):
    store = await Store.open(sqlite_url(home), home)
    await put(store, "old")
    read_only = await Store.open(f"sqlite+aiosqlite:///file:{home / 'bagui.sqlite'}?mode=ro&uri=true", home)
    assert await held(read_only, "old") == "1"
    with pytest.raises(StoreUnavailable) as refused:
        await put(read_only, "new")
    assert refused.value.code == "database_read_only"
    assert await held(store, "new") is None
    await read_only.close()
    await store.close()


async def test_full_disk_says_so_and_keeps_what_was_there(home: Path):
    store = await Store.open(sqlite_url(home), home)
    await put(store, "old")
    with pytest.raises(StoreUnavailable) as refused:
        async with store.writing() as session:
            pages = await session.scalar(text("PRAGMA page_count"))
            await session.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
            await session.execute(insert(MetaRow).values(key="big", value="x" * 200_000))
    assert refused.value.code == "disk_full"
    assert await held(store, "big") is None and await held(store, "old") == "1"
    await store.close()


async def test_a_file_that_is_no_database_is_named_damaged_and_left_alone(home: Path):
    home.mkdir()
    (home / "bagui.sqlite").write_text("这不是数据库" * 500)
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open(sqlite_url(home), home)
    assert refused.value.code == "database_damaged"
    assert (home / "bagui.sqlite").read_text().startswith("这不是数据库")


async def test_a_home_that_is_a_file_is_unreachable(tmp_path: Path):
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open(sqlite_url(tmp_path / "home"), tmp_path / "home")
    assert refused.value.code == "database_unreachable"


async def test_a_server_that_does_not_answer_is_unreachable(home: Path):
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none", home)
    assert refused.value.code == "database_unreachable"


@pytest.mark.parametrize("url", ["", "no url", "mysql+aiomysql://localhost/x"])
async def test_an_address_that_is_none_is_a_wrong_setting(home: Path, url: str):
    with pytest.raises(ConfigurationError) as refused:
        await Store.open(url, home)
    assert refused.value.param == "database_url"


async def test_a_database_of_a_newer_program_is_refused_untouched(home: Path):
    store = await Store.open(sqlite_url(home), home)
    async with store.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(ConfigurationError) as refused:
        await Store.open(sqlite_url(home), home)
    assert refused.value.code == "database_newer"


async def test_a_secret_that_was_cut_short_stops_the_start(home: Path):
    home.mkdir()
    (home / "secret").write_text("abcd")
    with pytest.raises(ConfigurationError, match="damaged"):
        await Store.open(sqlite_url(home), home)


async def test_a_readable_secret_is_made_private(home: Path, store: Store):
    (home / "secret").chmod(0o644)
    again = await Store.open(sqlite_url(home), home)
    await again.close()
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600


@pytest.mark.parametrize("bad", ["a\x00b", "\ud800", "尾\udfff"])
async def test_text_that_not_every_database_holds_is_refused(store: Store, bad: str):
    with pytest.raises(UnstorableText) as refused:
        await put(store, "text", bad)
    assert refused.value.http == 400 and refused.value.code == "unstorable_text"
    assert await held(store, "text") is None


async def test_astral_and_invisible_characters_come_back_as_they_were(store: Store):
    words = "𠮷野家 \u200b\u202e 桂\U0001f409"
    await put(store, "text", words)
    assert await held(store, "text") == words


async def test_a_mistake_in_a_statement_is_no_outage(store: Store):
    with pytest.raises(Exception) as error:
        async with store.reading() as session:
            await session.execute(text("SELECT nothing FROM nowhere"))
    assert not isinstance(error.value, StoreUnavailable)
    assert isinstance(error.value, OperationalError) or "nowhere" in str(error.value)
