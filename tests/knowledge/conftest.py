"""An open, empty store and the shipped encoder, for tests that take files in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.store.database import Store


@pytest.fixture
async def knowledge_store(tmp_path: Path) -> AsyncIterator[Store]:
    home = tmp_path / "home"
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    yield store
    await store.close()
