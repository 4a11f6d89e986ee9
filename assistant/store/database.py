"""The open database: one `Store` per process, sessions that read and sessions that write."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
import structlog
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from assistant.errors import ConfigurationError
from assistant.store.audit_head import AuditHead, write_head
from assistant.store.domains import ENDS_CONSENT
from assistant.store.faults import fault, unavailable
from assistant.store.secret import Secret, load_secret, make_home
from assistant.store.sqlite_driver import SqliteConnection, connect

DEFAULT_LOCK_WAIT_S = 5.0
TURNS_WAITED = 12
MODE_RETRY_S = 0.01
_log = structlog.get_logger(__name__)


class StoreSession(AsyncSession):
    """A session that also knows what keyed hashes need: the secret, and where the audit head is mirrored."""

    secret: Secret
    head_file: Path
    new_head: AuditHead | None = None


class Store:
    """The database of one installation. Open it with `Store.open`, close it once at the end."""

    def __init__(self, engine: AsyncEngine, home: Path, secret: Secret, lock_wait_s: float) -> None:
        self.home = home
        self._lock_wait_s = lock_wait_s
        self._turn = (
            asyncio.Lock()
        )  # writers of this process queue here, in order, instead of polling the file
        self.secret = secret
        self.ended_consents = 0  # transactions of this process that ended one; see `consent_fence`
        self._engine = engine
        self._reader = engine.execution_options(bagui_write=False, **_read_options(engine.dialect.name))
        self._writer = engine.execution_options(bagui_write=True)

    @classmethod
    async def open(cls, url: str, home: Path, *, lock_wait_s: float = DEFAULT_LOCK_WAIT_S) -> Store:
        """Connects, creates what is missing (directory 0700, files 0600) and migrates to this program's schema.

        `url` is an SQLAlchemy URL (`sqlite+aiosqlite:///…` or `postgresql+psycopg://…`). Raises
        `StoreUnavailable` when the database cannot be used and `ConfigurationError` for a URL that is none or
        a database written by a newer version of this program.
        """
        from assistant.store.migrations.migrate import migrate

        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ConfigurationError("database_url is not a database URL", param="database_url") from error
        try:
            make_home(home)
            secret = load_secret(home)
            _touch(parsed)
        except OSError as error:
            raise unavailable(_directory_fault(error)) from error
        store = cls(_engine(parsed, lock_wait_s), home, secret, lock_wait_s)
        try:
            await migrate(store._engine, store._writer)
        except (DBAPIError, PoolTimeout, OSError) as error:
            await store.close()
            if outage := fault(error):
                raise outage from error
            raise
        except ConfigurationError:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[StoreSession]:
        """One consistent view of the data. Whatever happens inside, nothing is written."""
        async with self._session(self._reader, writes=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[StoreSession]:
        """One transaction that holds the write lock from its start; committed on a clean exit, else undone.

        Raises `StoreUnavailable` (`database_locked`, `database_read_only`, `disk_full`,
        `database_unreachable`, `database_damaged`); then nothing was written.
        """
        async with self._one_writer(), self._session(self._writer, writes=True) as session:
            yield session
            await session.commit()
            if session.info.get(ENDS_CONSENT):
                self.ended_consents += 1
            if session.new_head is not None:
                await self._mirror(session.head_file, session.new_head)

    @asynccontextmanager
    async def _one_writer(self) -> AsyncIterator[None]:
        if self._engine.dialect.name != "sqlite":
            yield
            return
        try:
            # The queue of our own moves on: a long one is load, not a lock that somebody holds.
            async with asyncio.timeout(self._lock_wait_s * TURNS_WAITED):
                await self._turn.acquire()
        except TimeoutError as error:
            raise unavailable("database_locked") from error
        try:
            yield
        finally:
            self._turn.release()

    async def _mirror(self, path: Path, head: AuditHead) -> None:
        """The rows are committed already, so a mirror that cannot be written now only lags until the next one."""
        try:
            await asyncio.to_thread(write_head, path, head, self.secret.audit_head)
        except OSError as error:
            _log.warning("audit_head_not_mirrored", seq=head.seq, error=str(error))

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine, *, writes: bool) -> AsyncIterator[StoreSession]:
        session = StoreSession(engine, expire_on_commit=False)
        session.secret = self.secret
        session.head_file = self.home / "audit.head"
        try:
            async with session:
                await session.connection()
                yield session
        except (DBAPIError, PoolTimeout) as error:
            outage = fault(error)
            if outage is None or (outage.code == "database_read_only" and not writes):
                raise  # a mistake of ours, such as a write in a reading session
            raise outage from error


def _read_options(dialect: str) -> dict[str, Any]:
    if dialect == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {}


def _json_default(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


def dump_json(value: object) -> str:
    """JSON text with `Decimal` and `date` as strings; NaN and infinity are refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_json_default)


def _engine(url: URL, lock_wait_s: float) -> AsyncEngine:
    wait_ms = int(lock_wait_s * 1000)
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url, json_serializer=dump_json, connect_args={"timeout": lock_wait_s, "async_creator_fn": connect}
        )
        event.listen(engine.sync_engine, "connect", partial(_tune_sqlite, lock_wait_s))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url,
            json_serializer=dump_json,
            pool_pre_ping=True,
            connect_args={"options": f"-c lock_timeout={wait_ms} -c timezone=UTC", "connect_timeout": 5},
        )
    raise ConfigurationError(f"database {url.get_backend_name()} is not supported", param="database_url")


def _tune_sqlite(lock_wait_s: float, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    connection.run_async(partial(prepare_sqlite, lock_wait_s))


async def prepare_sqlite(lock_wait_s: float, driver: aiosqlite.Connection) -> None:
    """The write-ahead log, full synchrony and foreign keys.

    Of two that turn a new file to the log at once, SQLite refuses one without the wait it was asked for, since
    each would wait for the other; so the wait is ours.
    """
    deadline = time.monotonic() + lock_wait_s
    while True:
        try:
            await driver.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"
            )
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            await asyncio.sleep(MODE_RETRY_S)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock now, and in one step of the driver's thread; a reader begins with its first statement, as
    SQLite has it anyway.
    """
    adapted: Any = connection.connection.dbapi_connection
    driver: SqliteConnection = adapted.driver_connection
    if not connection.get_execution_options().get("bagui_write", False):
        driver.run_with_next("PRAGMA query_only = ON; BEGIN")
        return
    script = "PRAGMA query_only = OFF; BEGIN IMMEDIATE"
    try:
        adapted.run_async(lambda driver: driver.executescript(script))
    except sqlite3.Error as error:
        raise DBAPIError.instance(script, None, error, sqlite3.Error) from error


def _touch(url: URL) -> None:
    """Creates the database file before the driver does, so that its mode, and its WAL's, is 0600."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name.startswith(("file:", ":")) or not name:
        return
    path = Path(name)
    make_home(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def _directory_fault(error: OSError) -> str:
    if error.errno == errno.EROFS or isinstance(error, PermissionError):
        return "database_read_only"
    return "disk_full" if error.errno == errno.ENOSPC else "database_unreachable"
