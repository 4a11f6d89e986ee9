"""Vectors that an older program kept with the passages are there afterwards, under their encoder's name."""

import asyncio
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine, select, text

from assistant.store import encodings
from assistant.store.database import Store
from assistant.store.migrations.migrate import migration_config
from assistant.store.secret import make_home
from assistant.store.tables import EncodingRow

_VERSION = (
    "INSERT INTO document_versions (id, document_id, version, generation, state, content_hash, collection, title,"
    " doc_no, issuer, authority, jurisdiction, audience, supersedes, source, confidence, not_held, created_at)"
    " VALUES (1, 'd', '1', 1, 'READY', 'h', 'policies', 't', '', '', 'local', '', 'public', '[]', '', 'H', '[]',"
    " '2026-01-01')"
)
_PASSAGE = (
    "INSERT INTO passages (id, version_id, ordinal, source_id, title, locator, text, embedding, encoder, audience)"
    " VALUES (:id, 1, :ordinal, '', 't', '', 'x', :embedding, :encoder, 'public')"
)


def older_database(path: Path) -> None:
    config = migration_config()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(text("INSERT INTO documents (id, created_at) VALUES ('d', '2026-01-01')"))
        connection.execute(text(_VERSION))
        for ordinal, embedding in enumerate((b"one", b"two", None)):
            values = {"id": f"p{ordinal}", "ordinal": ordinal, "embedding": embedding, "encoder": "old-256-1"}
            connection.execute(text(_PASSAGE), values)
    engine.dispose()


async def test_vectors_move_to_a_table_of_their_own(home: Path) -> None:
    make_home(home)
    await asyncio.to_thread(older_database, home / "bagui.sqlite")
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    async with store.reading() as session:
        held = (await session.execute(select(EncodingRow.passage_id, EncodingRow.vector))).all()
        mark = await encodings.serving(session)
        missing = await encodings.unencoded(session, "old-256-1", 10)
    await store.close()
    assert {tuple(row) for row in held} == {("p0", b"one"), ("p1", b"two")}
    assert mark is not None and mark.name == "old-256-1" and not mark.folder
    assert [item.id for item in missing] == ["p2"]
