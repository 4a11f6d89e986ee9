"""Fills a knowledge base: the built-in documents always, the fictional sample enterprises where wanted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.content import content_path
from assistant.store import documents
from assistant.store.database import Store
from assistant.store.tables import MetaRow
from assistant.today import today_in_shanghai
from knowledge.intake.ingest import embedded, load_builtin
from knowledge.sample.loader import load_samples

if TYPE_CHECKING:
    from assistant.build import Bagui

_MARK = "builtin_knowledge"


async def is_empty(store: Store) -> bool:
    """Whether nothing has ever come into the knowledge base."""
    async with store.reading() as session:
        return await documents.knowledge_generation(session) == 0


async def fill_knowledge(bagui: Bagui, *, samples: bool, say: Callable[[str], None]) -> None:
    """Brings in what this version of the program ships and the database does not have yet.

    The built-in documents are compared as a whole: unchanged since the last time, one that an operator
    removed stays removed. Samples that are there stay as they are.
    """
    encoder = bagui.retriever.encoder
    wanted = await asyncio.to_thread(_digest)
    async with bagui.store.reading() as session:
        held = await session.get(MetaRow, _MARK)
    if held is None or held.value != wanted:
        say("正在装入内置知识……")
        await load_builtin(bagui.store, encoder)
        async with bagui.store.writing() as session:
            await session.merge(MetaRow(key=_MARK, value=wanted))
    if samples:
        await load_samples(
            bagui.store,
            today=today_in_shanghai(),
            tenant=bagui.settings.tenant,
            prepare=lambda passages: embedded(passages, encoder),
        )
    await bagui.retriever.refresh()


def _digest() -> str:
    """Of every built-in document."""
    found = hashlib.sha256()
    root = content_path("corpus")
    for path in sorted(root.rglob("*.md")):
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
