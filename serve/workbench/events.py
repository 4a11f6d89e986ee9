"""What happens when somebody does something on the page: each event asks the desk and shows the outcome."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import gradio as gr

from assistant.errors import BaguiError, InvalidRequest
from assistant.principal import Principal
from serve.desk.desk import Desk
from serve.desk.enterprise_card import matching
from serve.desk.turn import Turn
from serve.texts import Texts
from serve.workbench import evidence_view, lists_view
from serve.workbench.charts import chart_of
from serve.workbench.conversation_view import messages
from serve.workbench.layout import Parts

Screen = dict[Any, Any]


class Events:
    """The handlers of one page. State of a person lives in the tab and at the desk, none of it here."""

    def __init__(self, desk: Desk, texts: Texts, parts: Parts) -> None:
        self.desk = desk
        self.texts = texts
        self.parts = parts

    async def enter(self, request: gr.Request) -> AsyncIterator[Screen]:
        """A page that is opened: lists, the place where its user left off, and an answer still being made.

        What can be pressed wakes with the first screen, which has all of it: nothing done by hand comes before it.
        """
        user, principal = await self.desk.principal(request.username or "")
        place = self.desk.place(principal)
        filled: Screen = {self.parts.header: lists_view.header(user.name, self.texts)}
        filled |= await self._firms(principal, "", place.enterprise)
        filled |= {part: gr.update(interactive=True) for part in (self.parts.new, self.parts.search)}
        async for screen in self._open(principal, place.conversation):
            yield filled | screen
            filled = {}

    async def ask(
        self,
        question: str,
        conversation: str | None,
        enterprise: str | None,
        as_of: str | None,
        request: gr.Request,
    ) -> AsyncIterator[Screen]:
        """A question asked, and its answer as it is released."""
        wanted = (question or "").strip()
        if not wanted:
            yield {self.parts.question: gr.skip()}
            return
        _, principal = await self.desk.principal(request.username or "")
        try:
            day = _day(as_of, self.texts)
            earlier = await self.desk.turns(principal, conversation) if conversation else ()
        except BaguiError as error:  # an error raised would wipe every part of the page
            self._say(self.texts.error(error.code, error.message))
            yield {self.parts.question: gr.skip()}
            return
        turn = Turn(question=wanted, conversation=conversation or "", enterprise=enterprise)
        yield {
            self.parts.question: "",
            **self._busy(True),
            **self._chat(earlier, turn),
            self.parts.opinion: _hide(),
        }
        try:
            turns = self.desk.ask(
                principal, wanted, conversation=conversation, enterprise=enterprise, as_of=day, locale=self.texts.language
            )  # fmt: skip
            async for turn in turns:
                yield self._chat(earlier, turn)
        except BaguiError as error:
            turn = replace(turn, state="failed", failure=error.message, failure_code=error.code)
            yield self._chat(earlier, turn)
        yield await self._settled(principal, earlier, turn)

    async def stop(self, answer_id: str, request: gr.Request) -> None:
        _, principal = await self.desk.principal(request.username or "")
        if answer_id:
            await self.desk.stop(principal, answer_id)

    async def open(self, event: gr.EventData, request: gr.Request) -> AsyncIterator[Screen]:
        """A conversation of the history; one whose answer is still being made goes on before one's eyes."""
        _, principal = await self.desk.principal(request.username or "")
        async for screen in self._open(principal, _argument(event, 0)):
            yield screen

    async def new(self, request: gr.Request) -> Screen:
        _, principal = await self.desk.principal(request.username or "")
        self.desk.leave_at(principal, replace(self.desk.place(principal), conversation=None))
        return self._blank() | {self.parts.history: await self._history(principal, None)}

    async def choose(self, event: gr.EventData, query: str, request: gr.Request) -> Screen:
        """An enterprise chosen; an empty code clears the choice."""
        _, principal = await self.desk.principal(request.username or "")
        code = _argument(event, 0) or None
        self.desk.leave_at(principal, replace(self.desk.place(principal), enterprise=code))
        return await self._firms(principal, query, code)

    async def find(self, query: str, request: gr.Request) -> str:
        """Only the list: what is chosen may change while this is on its way."""
        _, principal = await self.desk.principal(request.username or "")
        cards = matching(await self.desk.enterprises(principal), query or "", self.texts)
        return lists_view.enterprises(cards, self.desk.place(principal).enterprise, self.texts)

    async def show_evidence(self, event: gr.EventData, request: gr.Request) -> str:
        """The evidence of one mark, or the list of all of an answer."""
        _, principal = await self.desk.principal(request.username or "")
        answer_id, number = _argument(event, 0), _argument(event, 1)
        try:
            if number.isdecimal():
                found = await self.desk.evidence(principal, answer_id, int(number))
                return evidence_view.cited(answer_id, found, self.texts)
            return evidence_view.source_list(await self.desk.turn(principal, answer_id), self.texts)
        except BaguiError as error:
            return evidence_view.empty(self.texts, self.texts.error(error.code, error.message))

    async def judge(self, event: gr.EventData, conversation: str | None, request: gr.Request) -> Screen:
        """A thumb: up is recorded at once, down first asks for the reason."""
        _, principal = await self.desk.principal(request.username or "")
        answer_id = _argument(event, 0)
        if getattr(event, "act", "") == "down":
            return {self.parts.answer: answer_id, self.parts.opinion: gr.update(visible=True)}
        await self.desk.give_feedback(principal, answer_id, "up")
        self._say(self.texts("feedback_thanks"))
        return await self._again(principal, conversation)

    async def complain(
        self, answer_id: str, reason: str, comment: str, conversation: str | None, request: gr.Request
    ) -> Screen:
        _, principal = await self.desk.principal(request.username or "")
        await self.desk.give_feedback(principal, answer_id, "down", reason, comment)
        self._say(self.texts("feedback_thanks"))
        return {self.parts.comment: "", **await self._again(principal, conversation)}

    def example(self, event: gr.EventData) -> str:
        number = _argument(event, 0)
        return self.texts(f"example_{number}") if number in {"1", "2", "3", "4"} else ""

    async def _open(self, principal: Principal, conversation: str | None) -> AsyncIterator[Screen]:
        try:
            turns = await self.desk.turns(principal, conversation) if conversation else ()
        except BaguiError:  # gone since: an empty desk is the honest view
            conversation, turns = None, ()
        self.desk.leave_at(principal, replace(self.desk.place(principal), conversation=conversation))
        history = {self.parts.history: await self._history(principal, conversation)}
        if not turns:
            yield self._blank() | history
            return
        *earlier, last = turns
        running = False
        async for later in self.desk.follow(last):
            last = later
            yield (history if not running else {}) | self._busy(True) | self._chat(earlier, last)
            running = True
        yield await self._settled(principal, earlier, last)

    async def _settled(self, principal: Principal, earlier: Sequence[Turn], turn: Turn) -> Screen:
        """The page after an answer has ended: its chart, its sources, the history with it."""
        screen = self._chat(earlier, turn) | self._busy(False) | self._aside(turn)
        conversation = turn.conversation or None
        screen[self.parts.history] = await self._history(principal, conversation)
        screen[self.parts.acts] = lists_view.conversation_acts(conversation, self.texts)
        return screen

    async def _again(self, principal: Principal, conversation: str | None) -> Screen:
        turns = await self.desk.turns(principal, conversation) if conversation else ()
        return {self.parts.chat: messages(turns, self.texts), self.parts.opinion: _hide()}

    def _say(self, text: str) -> None:
        gr.Info(text, duration=5, title=self.texts("brand"))

    def _blank(self) -> Screen:
        empty: Screen = {self.parts.chat: [], self.parts.conversation: None, self.parts.answer: ""}
        empty |= {self.parts.chart: gr.update(value=None, visible=False), self.parts.acts: ""}
        empty |= {self.parts.evidence: evidence_view.empty(self.texts), self.parts.opinion: _hide()}
        return empty | self._busy(False)

    def _chat(self, earlier: Sequence[Turn], turn: Turn) -> Screen:
        screen: Screen = {self.parts.chat: messages([*earlier, turn], self.texts)}
        if turn.id:
            screen |= {self.parts.conversation: turn.conversation, self.parts.answer: turn.id}
            screen[self.parts.stop] = gr.update(visible=turn.state == "running")
        return screen

    def _aside(self, turn: Turn) -> Screen:
        figure = chart_of(turn, self.texts)
        return {
            self.parts.chart: gr.update(value=figure, visible=figure is not None),
            self.parts.evidence: evidence_view.source_list(turn, self.texts),
        }

    def _busy(self, busy: bool) -> Screen:
        """What is being answered can be stopped once it has an id: `_chat` shows the button then."""
        return {self.parts.ask: gr.update(visible=not busy, interactive=True), self.parts.stop: _hide()}

    async def _history(self, principal: Principal, conversation: str | None) -> str:
        return lists_view.history(await self.desk.threads(principal), conversation, self.texts)

    async def _firms(self, principal: Principal, query: str, chosen: str | None) -> Screen:
        cards = await self.desk.enterprises(principal)
        held = next((card for card in cards if card.code == chosen), None)
        return {
            self.parts.firms: lists_view.enterprises(
                matching(cards, query or "", self.texts), chosen, self.texts
            ),
            self.parts.chosen: lists_view.chosen_enterprise(held, self.texts),
            self.parts.enterprise: held.code if held else None,
        }


def _hide() -> Any:
    return gr.update(visible=False)


def _argument(event: gr.EventData, place: int) -> str:
    """A part of the link that was clicked; what the browser sends is text of anybody's."""
    rest = getattr(event, "rest", None)
    given = rest[place] if isinstance(rest, list) and len(rest) > place else ""
    return given if isinstance(given, str) and len(given) <= 200 else ""


def _day(text: str | None, texts: Texts) -> date | None:
    if not (text or "").strip():
        return None
    try:
        return date.fromisoformat(str(text).strip()[:10])
    except ValueError as error:
        raise InvalidRequest(texts("as_of_wrong"), param="as_of") from error
