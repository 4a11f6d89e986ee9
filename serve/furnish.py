"""Fills a knowledge base: the built-in documents always, the fictional sample enterprises where wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.store import documents
from assistant.store.database import Store

if TYPE_CHECKING:
    from assistant.build import Bagui


async def is_empty(store: Store) -> bool:
    """Whether nothing has ever come into the knowledge base."""
    async with store.reading() as session:
        return await documents.knowledge_generation(session) == 0


async def furnish(bagui: Bagui, *, samples: bool, say: Callable[[str], None]) -> None:
    """Brings in what is missing. What is there already, word for word, costs a comparison and nothing else."""
