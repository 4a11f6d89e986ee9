"""The driver's shorter way gives what the long one gave: every row once, in order, however they are asked for."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from assistant.store.database import Store
from assistant.store.sqlite_driver import WITH_STATEMENT
from assistant.store.tables import MetaRow

LENGTHS = (0, 1, WITH_STATEMENT - 1, WITH_STATEMENT, WITH_STATEMENT + 1, 2 * WITH_STATEMENT + 7)
COUNTED = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= :last)"
    " SELECT i FROM n WHERE i <= :last"
)


@pytest.mark.parametrize("length", LENGTHS)
async def test_a_result_is_whole_however_long(store: Store, length: int) -> None:
    async with store.reading() as session:
        rows = (await session.scalars(COUNTED, {"last": length})).all()
        again = await session.scalar(select(MetaRow.value).limit(1))
    assert rows == list(range(1, length + 1)) and (again is None or isinstance(again, str))


@pytest.mark.parametrize("length", LENGTHS)
async def test_a_stream_is_whole_however_it_is_cut(store: Store, length: int) -> None:
    async with store.reading() as session:
        parts = [
            part async for part in (await session.stream_scalars(COUNTED, {"last": length})).partitions(300)
        ]
    assert [row for part in parts for row in part] == list(range(1, length + 1))


async def test_a_stream_left_early_lets_the_connection_go_on(store: Store) -> None:
    async with store.reading() as session:
        result = await session.stream_scalars(COUNTED, {"last": 5 * WITH_STATEMENT})
        assert await result.fetchmany(2) == [1, 2]
        await result.close()
        assert (await session.scalars(COUNTED, {"last": 3})).all() == [1, 2, 3]


async def test_a_long_stream_is_not_taken_into_memory_whole(store: Store) -> None:
    async with store.reading() as session:
        result = await session.stream_scalars(COUNTED, {"last": 10**9})  # would take minutes and gigabytes
        assert await result.fetchmany(3) == [1, 2, 3]
        await result.close()


async def test_rows_that_a_writing_statement_returns_come_back_and_are_kept(store: Store) -> None:
    async with store.writing() as session:
        returned = (
            await session.scalars(
                insert(MetaRow).returning(MetaRow.key),
                [{"key": f"k{number}", "value": "1"} for number in range(5)],
            )
        ).all()
    assert sorted(returned) == [f"k{number}" for number in range(5)]
    async with store.reading() as session:
        assert set(returned) <= set((await session.scalars(select(MetaRow.key))).all())


async def test_a_statement_that_fails_leaves_the_transaction_as_it_was(store: Store) -> None:
    async with store.writing() as session:
        await session.execute(insert(MetaRow).values(key="first", value="1"))
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(insert(MetaRow).values(key="first", value="2"))
        await session.execute(insert(MetaRow).values(key="second", value="2"))
    async with store.reading() as session:
        rows = (await session.execute(select(MetaRow.key, MetaRow.value))).all()
    held = {row.key: row.value for row in rows}
    assert (held["first"], held["second"]) == ("1", "2")


async def test_a_reader_that_read_nothing_leaves_nothing_behind_on_its_connection(store: Store) -> None:
    for _ in range(3):
        async with store.reading():
            pass
        async with store.writing() as session:
            await session.execute(
                insert(MetaRow).values(key="after", value="1").prefix_with("OR REPLACE", dialect="sqlite")
            )
    async with store.reading() as session:
        assert await session.scalar(select(MetaRow.value).where(MetaRow.key == "after")) == "1"


async def test_a_reader_sees_one_moment_from_its_first_statement_on(store: Store, home: Path) -> None:
    other = sqlite3.connect(home / "bagui.sqlite", isolation_level=None)
    async with store.reading() as session:
        before = (await session.scalars(select(MetaRow.key))).all()
        other.execute("INSERT INTO meta (key, value) VALUES ('meanwhile', '1')")
        assert (await session.scalars(select(MetaRow.key))).all() == before
    async with store.reading() as session:
        assert "meanwhile" in (await session.scalars(select(MetaRow.key))).all()
    other.close()


async def test_a_reader_cancelled_in_mid_statement_leaves_no_transaction_behind(store: Store) -> None:
    for wait in (0, 0, 0.001, 0.01):
        task = asyncio.create_task(_counting(store))
        await asyncio.sleep(wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with store.writing() as session:
        await session.execute(insert(MetaRow).values(key="after", value="1"))
    async with store.reading() as session:
        assert await session.scalar(select(MetaRow.value).where(MetaRow.key == "after")) == "1"
    # A reader left open would hold the log back: it could not be written into the file and emptied.
    async with store._engine.connect() as connection:
        busy, *_ = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    assert busy == 0


async def _counting(store: Store) -> None:
    async with store.reading() as session:
        await session.execute(select(MetaRow))
        await session.execute(COUNTED, {"last": 300_000})
