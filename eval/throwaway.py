"""Throw-away installations with the built-in knowledge: what is measured in them leaves no trace in the bank's own."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.build import Bagui, build
from assistant.encoding.encoder import Encoder
from assistant.retrieval.fusion import Weights
from assistant.retrieval.reindex import serving_encoder
from assistant.retrieval.reranker import reranker_for
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from assistant.store.database import Store
from assistant.today import today_in_shanghai
from knowledge.intake.ingest import embedded, load_builtin
from knowledge.sample.loader import load_samples


@dataclass(frozen=True, slots=True)
class Library:
    """A database with the built-in knowledge, encoded as the settings say; `folder` is there for more."""

    store: Store
    encoder: Encoder
    folder: Path
    settings: Settings

    @asynccontextmanager
    async def search(self, weights: Weights | None = None) -> AsyncIterator[Retriever]:
        """Exact search over what the database holds by now."""
        reranker = reranker_for(self.encoder, self.settings.retrieval.reranker)
        index = self.folder / "index"
        retriever = Retriever(
            self.store, self.encoder, index, weights=weights, reranker=reranker, chroma=False
        )
        await retriever.open()
        try:
            yield retriever
        finally:
            await retriever.close()


@asynccontextmanager
async def library(settings: Settings) -> AsyncIterator[Library]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = await Store.open(f"sqlite+aiosqlite:///{folder / 'bagui.sqlite'}", folder)
        try:
            encoder = await serving_encoder(store, settings.retrieval.encoder)
            await load_builtin(store, encoder)
            yield Library(store, encoder, folder, settings)
        finally:
            await store.close()


@asynccontextmanager
async def installation(settings: Settings, *, samples: bool = False) -> AsyncIterator[Bagui]:
    """Everything, by these settings but for the place and the database."""
    with tempfile.TemporaryDirectory() as folder:
        own = settings.model_copy(update={"home": Path(folder), "database_url": None})
        bagui = await build(own)
        try:
            encoder = bagui.retriever.encoder
            await load_builtin(bagui.store, encoder)
            if samples:
                await load_samples(
                    bagui.store,
                    tenant=own.tenant,
                    today=today_in_shanghai(),
                    prepare=lambda drafts: embedded(drafts, encoder),
                )
            await bagui.retriever.refresh()
            yield bagui
        finally:
            await bagui.close()
