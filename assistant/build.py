"""The composition root: every part is made here, from settings, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.assistant import Assistant
from assistant.errors import ConfigurationError
from assistant.llm.chat_models import ChatModels
from assistant.planning.router import Router
from assistant.retrieval.reindex import serving_encoder
from assistant.retrieval.reranker import reranker_for
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from assistant.store import answers
from assistant.store.database import Store
from assistant.tools import catalogue

if TYPE_CHECKING:
    from assistant.llm.embedded_model import EmbeddedChatModel


@dataclass(slots=True)
class Bagui:
    """The running parts of one installation."""

    settings: Settings
    store: Store
    retriever: Retriever
    models: ChatModels
    assistant: Assistant
    embedded: EmbeddedChatModel | None
    embedded_fault: str = ""

    @property
    def degraded(self) -> tuple[str, ...]:
        """The configured parts that do not serve at this moment."""
        fault = ("embedded_model",) if self.embedded_fault else ()
        return (*self.models.degraded, *self.retriever.degraded, *fault)

    async def close(self) -> None:
        if self.embedded is not None:
            self.embedded.close()
        await self.models.aclose()
        await self.models.close()
        await self.retriever.close()
        await self.store.close()


async def build(settings: Settings) -> Bagui:
    """Open the database and the indexes, load the models, and put them together.

    A database or index that cannot be used raises; an embedded model that cannot be loaded is named in
    `degraded`, and answers are then made of the evidence itself.
    """
    store = await Store.open(settings.database, settings.home_path)
    async with store.writing() as session:
        await answers.interrupt_running(session)
    tools = catalogue()
    try:
        encoder = await serving_encoder(store, settings.retrieval.encoder)
        reranker = reranker_for(encoder, settings.retrieval.reranker)
    except ConfigurationError:
        await store.close()
        raise
    retriever = Retriever(store, encoder, settings.index_path, reranker=reranker)
    await retriever.open()
    embedded, fault = _embedded(settings)
    models = ChatModels(settings.llm, embedded, embedded.model_name if embedded else "")
    assistant = Assistant(settings, store, retriever, tools, models, Router(tools))
    return Bagui(settings, store, retriever, models, assistant, embedded, fault)


def _embedded(settings: Settings) -> tuple[EmbeddedChatModel | None, str]:
    if not settings.embedded.enabled:
        return None, ""
    from assistant.llm.embedded_model import EmbeddedChatModel

    try:
        return EmbeddedChatModel.load(settings.embedded), ""
    except ConfigurationError as error:
        return None, error.message
