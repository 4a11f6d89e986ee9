"""Brings a database to the schema of this program, inside one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from assistant.errors import ConfigurationError


def migration_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def migrate(reader: AsyncEngine, writer: AsyncEngine) -> None:
    """Upgrades to the newest revision; a database that is there already is only read.

    A database of an unknown (newer) revision raises `ConfigurationError` and is left untouched.
    """
    config = migration_config()
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    async with reader.connect() as connection:
        current = await connection.run_sync(current_revision)
    if current == script.get_current_head():
        return
    if current is not None and current not in known:
        raise ConfigurationError(
            f"数据库由更新的程序版本写入（{current}），请先升级程序",
            code="database_newer",
            param="database_url",
        )
    async with writer.begin() as connection:
        await connection.run_sync(_upgrade, config)
