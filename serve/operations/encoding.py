"""Re-encoding the knowledge base: another encoder beside the serving one, then in its place; and back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import Field

from assistant.retrieval.reindex import encoder_at, encoder_before, reindex
from assistant.retrieval.reranker import reranker_for
from assistant.settings import Settings
from assistant.store import encodings
from assistant.store.audit import append
from assistant.store.audit_record import AuditEntry
from assistant.store.database import Store
from serve.operations.operation import Arguments, IndexOperation, Stream, operator, result

if TYPE_CHECKING:
    from assistant.retrieval.retriever import Retriever

SHIPPED = "shipped"


class ReindexArguments(Arguments):
    """`encoder` is a folder or `shipped`; without one, the encoder of the settings. `rollback` goes to the one before."""

    encoder: str | None = Field(default=None, max_length=1000)
    rollback: bool = False


async def run_reindex(
    store: Store, settings: Settings, retriever: Retriever | None, asked: ReindexArguments
) -> Stream:
    """Lines of progress while the old vectors serve, then what serves now."""
    if asked.rollback:
        encoder = await encoder_before(store)
    else:
        folder = asked.encoder or settings.retrieval.encoder
        encoder = await asyncio.to_thread(encoder_at, None if folder == SHIPPED else folder)
    async with store.reading() as session:
        before = await encodings.serving(session)
    total = 0
    async for step in reindex(store, encoder):
        total = step.total
        yield {"event": "progress", "done": step.done, "total": step.total}
    if retriever is not None:
        await retriever.adopt(encoder, reranker_for(encoder, settings.retrieval.reranker))
    value: dict[str, Any] = {
        "encoder": encoder.name,
        "folder": encoder.folder or None,
        "before": before.name if before else None,
        "passages": total,
    }
    async with store.writing() as session:
        await append(session, operator(settings.tenant), AuditEntry("reindex", "ok", detail=value))
    yield result(value)


OPERATIONS = (IndexOperation("reindex", ReindexArguments, run_reindex),)
