"""Another encoder for the knowledge base: its vectors are made beside those that serve, then take over at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from assistant.encoding.encoder import Encoder, passage_text, shipped_encoder, to_bytes
from assistant.encoding.foreign_encoder import ForeignEncoder
from assistant.errors import ConfigurationError, Conflict
from assistant.store import encodings
from assistant.store.database import Store
from assistant.store.encodings import EncoderMark

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How many passages have their vector, of how many."""

    done: int
    total: int


def encoder_at(folder: str | Path | None) -> Encoder:
    """The encoder in a folder, or the one that ships. Raises `ConfigurationError` (folder or package missing)."""
    return ForeignEncoder(Path(folder)) if folder else shipped_encoder()


async def serving_encoder(store: Store, configured: str | None) -> Encoder:
    """The encoder whose vectors the database holds, which is what searches must use.

    A fresh knowledge base takes the configured one; a newer shipped encoder takes over from the older by itself.
    Raises `ConfigurationError` when another one is configured: vectors of two encoders are never compared.
    """
    async with store.reading() as session:
        mark = await encodings.serving(session)
    wanted = await asyncio.to_thread(encoder_at, configured or (mark.folder if mark else None))
    own = mark_of(wanted)
    if mark == own:
        return wanted
    if mark is None or not (mark.folder or own.folder):
        async for _ in reindex(store, wanted):
            pass
        return wanted
    async with store.reading() as session:
        held = await encodings.count_passages(session)
    if held and mark.name != own.name:
        raise ConfigurationError(
            f"知识库的向量由 {mark.name} 计算，而现在设置的编码器是 {own.name}，两者不能混用。"
            "请运行 bagui reindex 用新编码器重建（期间旧向量继续服务），或改回原来的设置",
            code="encoder_mismatch",
            param="retrieval.encoder",
        )
    async with store.writing() as session:
        await encodings.settle(session, own)
    return wanted


async def reindex(store: Store, encoder: Encoder) -> AsyncIterator[Progress]:
    """Makes the vectors that are missing, batch by batch, and lets the encoder serve when none is.

    Each batch is committed: a process that dies goes on where it stopped. Passages that come in meanwhile are
    encoded before the switch, which is one transaction. Vectors that nobody can go back to are deleted.
    """
    name = await asyncio.to_thread(lambda: encoder.name)
    async with store.writing() as session:
        await encodings.forget(session, keep=(name,))
        total = await encodings.count_passages(session)
        done = total - await encodings.count_unencoded(session, name)
    while True:
        yield Progress(done, max(done, total))
        async with store.reading() as session:
            batch = await encodings.unencoded(session, name, _BATCH)
        if batch:
            texts = [passage_text(item.title, item.locator, item.text, item.context) for item in batch]
            vectors = to_bytes(await asyncio.to_thread(encoder.encode, texts))
            async with store.writing() as session:
                await encodings.add(session, name, zip((item.id for item in batch), vectors, strict=True))
            done += len(batch)
            continue
        try:
            async with store.writing() as session:
                await encodings.switch(session, mark_of(encoder))
            return
        except Conflict:  # passages came in between the look and the lock
            continue


async def encoder_before(store: Store) -> Encoder:
    """The encoder that served before the present one. Raises `Conflict` where there is none."""
    async with store.reading() as session:
        mark = await encodings.previous(session)
    if mark is None:
        raise Conflict("没有可以退回的上一套向量", code="nothing_kept")
    encoder = await asyncio.to_thread(encoder_at, mark.folder or None)
    if encoder.name != mark.name:
        raise Conflict(
            f"上一套向量由 {mark.name} 计算，该位置现在的模型是 {encoder.name}，不能退回",
            code="kept_encoder_gone",
        )
    return encoder


def mark_of(encoder: Encoder) -> EncoderMark:
    return EncoderMark(encoder.name, encoder.folder)
