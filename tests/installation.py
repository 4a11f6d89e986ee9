"""One installation for the tests of the answer path: built-in knowledge and a few samples, no language model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fake_llm.server import MODEL, FakeLlm
from langchain_core.language_models import BaseChatModel
from people import principal_for

from assistant.answer import Answer, AnswerEvent, Failed, Finished
from assistant.assistant import Assistant
from assistant.build import Bagui, build
from assistant.conversation import AnswerRequest, Message
from assistant.encoding.encoder import shipped_encoder
from assistant.llm.chat_models import ChatModels
from assistant.principal import Principal
from assistant.settings import LlmSettings, load_settings
from assistant.store import enterprises
from assistant.store.enterprises import Enterprise
from assistant.today import today_in_shanghai
from knowledge.intake.ingest import embedded, load_builtin
from knowledge.sample.generator import generate
from knowledge.sample.loader import load_samples

RM = principal_for("rm", "tester")


@dataclass
class Desk:
    """Asks an installation, by code alone or through a scripted served model."""

    bagui: Bagui
    samples: tuple[Enterprise, ...]
    opened: list[ChatModels] = field(default_factory=list)

    def with_server(self, llm: FakeLlm, **settings: object) -> Assistant:
        """The same installation with `llm` configured as the language model's server."""
        served = LlmSettings(base_url=llm.url, model=MODEL, **settings)  # pyright: ignore[reportArgumentType]
        own = self.bagui.assistant
        models = ChatModels(served, None)
        self.opened.append(models)
        return Assistant(own.settings, own.store, own.retriever, own.catalogue, models, own.router)

    def with_embedded(self, model: BaseChatModel) -> Assistant:
        """The same installation with `model` in the place of the embedded one."""
        own = self.bagui.assistant
        models = ChatModels(LlmSettings(), model, "small")
        self.opened.append(models)
        return Assistant(own.settings, own.store, own.retriever, own.catalogue, models, own.router)

    async def events(
        self,
        question: str,
        *,
        assistant: Assistant | None = None,
        principal: Principal = RM,
        as_of: date | None = None,
        enterprise: str | None = None,
        conversation: str | None = None,
        earlier: tuple[Message, ...] = (),
    ) -> list[AnswerEvent]:
        request = AnswerRequest(
            messages=(*earlier, Message(role="user", content=question)),
            as_of=as_of,
            enterprise=enterprise,
            conversation=conversation,
        )
        return [event async for event in (assistant or self.bagui.assistant).answer(request, principal)]

    async def ask(self, question: str, **options: object) -> Answer:
        last = (await self.events(question, **options))[-1]  # pyright: ignore[reportArgumentType]
        assert isinstance(last, Finished), last
        return last.answer

    async def failure(self, question: str, **options: object) -> Failed:
        last = (await self.events(question, **options))[-1]  # pyright: ignore[reportArgumentType]
        assert isinstance(last, Failed), last
        return last


@asynccontextmanager
async def installed(home: Path) -> AsyncIterator[Desk]:
    """A desk over the built-in knowledge and forty samples, opened under `home` and closed at the end."""
    bagui = await build(load_settings(home=home, embedded={"enabled": False}))
    encoder = shipped_encoder()
    await load_builtin(bagui.store, encoder)
    await load_samples(
        bagui.store,
        tenant="bank",
        today=today_in_shanghai(),
        sample=generate(count=40),
        prepare=lambda passages: embedded(passages, encoder),
    )
    await bagui.retriever.refresh()
    async with bagui.store.reading() as session:
        samples = await enterprises.list_enterprises(session, RM)
    yield Desk(bagui, samples)
    await bagui.close()
