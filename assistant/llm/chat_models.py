"""Which language model answers: the configured OpenAI-compatible server, else the embedded model, else none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast

import httpx
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.errors import UpstreamError
from assistant.llm.upstream import Upstream
from assistant.settings import LlmSettings

_FINISHED = frozenset({"stop", "length", "tool_calls", "content_filter"})
_FAILURES = (openai.OpenAIError, httpx.HTTPError, OSError, TimeoutError, ValueError, KeyError, TypeError)


class ServedChatModel(ChatOpenAI):
    """A chat model behind HTTP whose every failure, a silent early end included, is an `UpstreamError`."""

    first_token_timeout_s: float = 20.0
    total_timeout_s: float = 90.0

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        ended = False
        started = time.monotonic()
        stream = super()._astream(messages, stop, run_manager, **kwargs)
        try:
            while True:
                left = self.total_timeout_s - (time.monotonic() - started)
                async with asyncio.timeout(min(self.first_token_timeout_s, max(left, 0.01))):
                    chunk = await anext(stream, None)
                if chunk is None:
                    break
                reason = (chunk.generation_info or {}).get("finish_reason")
                ended = ended or reason in _FINISHED
                yield chunk
        except _FAILURES as error:
            raise UpstreamError(f"语言模型服务没有正常应答：{_short(error)}") from error
        finally:
            await cast("AsyncGenerator[ChatGenerationChunk]", stream).aclose()
        if not ended:
            # A stream that stops without a finish reason reads as success to the client library.
            raise UpstreamError("语言模型服务的输出中途断开", code="upstream_truncated")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            async with asyncio.timeout(self.total_timeout_s):
                return await super()._agenerate(messages, stop, run_manager, **kwargs)
        except _FAILURES as error:
            raise UpstreamError(f"语言模型服务没有正常应答：{_short(error)}") from error

    async def aclose(self) -> None:
        """Closes the connections that the client keeps open."""
        await self.root_async_client.close()
        self.root_client.close()


def served_model(upstream: Upstream) -> ServedChatModel:
    """The configured server as a chat model; no retries of its own, so that failover is quick."""
    settings = upstream.settings
    # Without a key the client looks for one in the environment and refuses; local servers need none.
    key = settings.api_key or SecretStr("none")
    return ServedChatModel(
        base_url=settings.base_url,
        model=upstream.name or "",
        api_key=key,
        temperature=0.0,
        max_retries=0,
        stream_usage=True,
        timeout=upstream.client.timeout,
        http_async_client=upstream.client,
        first_token_timeout_s=settings.first_token_timeout_s,
        total_timeout_s=settings.total_timeout_s,
    )


def _short(error: BaseException) -> str:
    """The kind of failure without upstream's text, which may hold anything."""
    return type(error).__name__


@dataclass(slots=True)
class CircuitBreaker:
    """Open after `failures` failures in a row; one trial is let through after `reset_s` seconds."""

    failures: int
    reset_s: float
    clock: Callable[[], float] = time.monotonic
    _count: int = 0
    _opened_at: float | None = None

    @property
    def open(self) -> bool:
        return self._opened_at is not None

    def allows(self) -> bool:
        if self._opened_at is None:
            return True
        if self.clock() - self._opened_at < self.reset_s:
            return False
        self._opened_at = self.clock()  # half open: this caller tries, others wait another period
        return True

    def succeeded(self) -> None:
        self._count, self._opened_at = 0, None

    def failed(self) -> None:
        self._count += 1
        if self._count >= self.failures:
            self._opened_at = self.clock()


@dataclass(frozen=True, slots=True)
class ModelCandidate:
    """A model to try. `streams` says whether its text may be read as it comes."""

    name: str
    model: BaseChatModel
    served: bool


class ChatModels:
    """The models of this installation, in the order in which they are tried."""

    def __init__(
        self, settings: LlmSettings, embedded: BaseChatModel | None, embedded_name: str = ""
    ) -> None:
        self.settings = settings
        self.breaker = CircuitBreaker(settings.breaker_failures, settings.breaker_reset_s)
        self.upstream = Upstream(settings)
        self._served = served_model(self.upstream) if settings.base_url else None
        self._embedded = embedded
        self._embedded_name = embedded_name

    async def close(self) -> None:
        await self.upstream.close()

    def candidates(self) -> list[ModelCandidate]:
        found: list[ModelCandidate] = []
        if self._served is not None and self.breaker.allows():
            found.append(ModelCandidate(self.upstream.name or "", self._served, True))
        if self._embedded is not None:
            found.append(ModelCandidate(self._embedded_name, self._embedded, False))
        return found

    async def aclose(self) -> None:
        if self._served is not None:
            await self._served.aclose()

    @property
    def served_configured(self) -> bool:
        return self._served is not None

    @property
    def degraded(self) -> tuple[str, ...]:
        return ("llm",) if self.breaker.open else ()


def text_of(message: BaseMessage | AIMessageChunk) -> str:
    """The plain text of a message whatever shape its content has."""
    if isinstance(message.content, str):
        return message.content
    parts = cast(list[Any], message.content)
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in parts)
