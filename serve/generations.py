"""Answers being made. Generation belongs to the server: a reader may leave and come back by id and offset."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

from assistant.answer import AnswerEvent, Failed, Finished, Sentence, Started
from assistant.errors import BaguiError
from assistant.store.hidden import NOTICE

_log = logging.getLogger("bagui.serve")

AT_ONCE = 16
MAX_RUNNING = 256
_KEPT = 200


class Overloaded(BaguiError):
    """More questions at once than this server takes."""

    http, type, default_code = 503, "server_error", "overloaded"


class Generation:
    """One answer on its way: the events so far, read from any offset by any number of readers."""

    def __init__(
        self, events: AsyncIterator[AnswerEvent], on_end: Callable[[], None], turn: asyncio.Semaphore
    ) -> None:
        self.events: list[AnswerEvent] = []
        self.ended = False
        self._news = asyncio.Event()
        self._on_end = on_end
        self._turn = turn
        self._task = asyncio.create_task(self._run(events))
        self._task.add_done_callback(self._settle)

    async def _run(self, events: AsyncIterator[AnswerEvent]) -> None:
        async with self._turn:
            async for event in events:
                if isinstance(event, Finished):
                    self._take_back(event.answer.text)
                self.events.append(event)
                self._tell()

    def _take_back(self, text: str) -> None:
        """Sentences that the finished answer no longer shows, since a consent ended: no later reader gets them."""
        for place, event in enumerate(self.events):
            if isinstance(event, Sentence) and event.text not in text:
                self.events[place] = Sentence(text=NOTICE)

    def _settle(self, task: asyncio.Task[None]) -> None:
        """Whatever the task ended with, its readers get an ending; a bug is logged and told without its inside."""
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            self.events.append(Failed(message="服务正在停止", code="shutting_down", http=503))
        elif isinstance(error, BaguiError):
            self.events.append(Failed(message=error.message, code=error.code, http=error.http))
        elif error is not None or not self.events or not isinstance(self.events[-1], Finished | Failed):
            _log.error("answer broke", exc_info=error)
            self.events.append(Failed(message="服务内部错误", code="internal_error", http=500))
        self.ended = True
        self._tell()
        self._on_end()

    def _tell(self) -> None:
        told, self._news = self._news, asyncio.Event()
        told.set()

    async def follow(
        self, offset: int = 0, *, pulse_s: float | None = None
    ) -> AsyncIterator[AnswerEvent | None]:
        """Events from `offset` on, an ending last; `None` after each `pulse_s` seconds of silence."""
        while True:
            news = self._news
            while offset < len(self.events):
                yield self.events[offset]
                offset += 1
            if self.ended:
                return
            try:
                async with asyncio.timeout(pulse_s):
                    await news.wait()
            except TimeoutError:
                yield None

    async def first(self) -> AnswerEvent:
        """The first event."""
        return await anext(event async for event in self.follow() if event is not None)

    async def last(self) -> Finished | Failed:
        """How it ended."""
        async for event in self.follow():
            if isinstance(event, Finished | Failed):
                return event
        raise AssertionError("an ended answer has an ending")

    async def cancel(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class Generations:
    """The answers of this process: those running, and the last ones by id.

    `at_once` are worked on, the others wait their turn in order: eighty that share two processors would all be late,
    and hold the database's one writer from each other. Over `limit` a question is refused.
    """

    def __init__(self, limit: int = MAX_RUNNING, at_once: int = AT_ONCE) -> None:
        self._limit = limit
        self._turn = asyncio.Semaphore(at_once)
        self._running: set[Generation] = set()
        self._by_answer: OrderedDict[str, Generation] = OrderedDict()

    def start(self, events: AsyncIterator[AnswerEvent]) -> Generation:
        """Begins an answer; `Overloaded` when too many run."""
        if len(self._running) >= self._limit:
            raise Overloaded("同时处理的问题过多，请稍后重试")
        generation = Generation(events, lambda: self._running.discard(generation), self._turn)
        self._running.add(generation)
        return generation

    def keep(self, started: Started, generation: Generation) -> None:
        self._by_answer[started.answer_id] = generation
        while len(self._by_answer) > _KEPT:
            self._by_answer.popitem(last=False)

    def get(self, answer_id: str) -> Generation | None:
        return self._by_answer.get(answer_id)

    async def close(self) -> None:
        """Ends what still runs; each answer's own `finally` stores how far it came."""
        await asyncio.gather(*(generation.cancel() for generation in tuple(self._running)))
