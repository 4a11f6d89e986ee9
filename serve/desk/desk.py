"""A relationship manager's desk: questions that go on without a reader, history, evidence, opinions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from assistant.answer import AnswerEvent, Evidence, Started, ToolCall
from assistant.conversation import AnswerRequest, Message, locale_of
from assistant.errors import NotFound
from assistant.principal import Principal
from assistant.store import answers, conversations, enterprises, feedback, users
from assistant.store.answers import StoredAnswer
from assistant.store.neighbours import Surroundings, surroundings
from assistant.store.users import User
from assistant.today import today_in_shanghai
from serve.desk.enterprise_card import EnterpriseCard, card_of
from serve.desk.turn import InputWords, ToolStep, Turn, after, step_of
from serve.generations import Generation
from serve.server_state import ServerState

_PLACES_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody left off: the open conversation and the chosen enterprise."""

    conversation: str | None = None
    enterprise: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as the history lists it."""

    id: str
    title: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """What a citation mark opens: the evidence, and its neighbours or the tool call behind it.

    `words` are the domain's for the call's inputs.
    """

    evidence: Evidence
    around: Surroundings | None = None
    call: ToolCall | None = None
    words: Mapping[str, InputWords] = field(default_factory=dict)


class Desk:
    """All desks of this process. What happens at one is the caller's own, by its `Principal`."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._places: OrderedDict[str, Place] = OrderedDict()

    def place(self, principal: Principal) -> Place:
        return self._places.get(principal.subject, Place())

    def leave_at(self, principal: Principal, place: Place) -> None:
        self._places[principal.subject] = place
        self._places.move_to_end(principal.subject)
        while len(self._places) > _PLACES_KEPT:
            self._places.popitem(last=False)

    async def ask(
        self,
        principal: Principal,
        question: str,
        *,
        conversation: str | None,
        enterprise: str | None,
        as_of: date | None,
        locale: str = "zh",
    ) -> AsyncIterator[Turn]:
        """The turn after each event. The answer is made by the server: a reader that leaves does not end it.

        Earlier turns of the conversation go along, as far as today's consents still show them.
        """
        history: tuple[Message, ...] = ()
        if conversation is not None:
            async with self._state.bagui.store.reading() as session:
                history = await answers.list_messages(
                    session, principal, conversation, today=today_in_shanghai()
                )
        request = AnswerRequest(
            messages=(*history, Message(role="user", content=question)),
            conversation=conversation,
            enterprise=enterprise,
            as_of=as_of,
            locale=locale_of(locale),
        )
        events = self._counted(self._state.bagui.assistant.answer(request, principal))
        generation = self._state.generations.start(events)
        first = await generation.first()
        if isinstance(first, Started):
            self._state.generations.keep(first, generation)
            self.leave_at(principal, replace(self.place(principal), conversation=first.conversation))
        async for turn in self._follow(generation, Turn(question=question, enterprise=enterprise)):
            yield turn

    async def follow(self, turn: Turn) -> AsyncIterator[Turn]:
        """A turn that is being answered, from its first event on; nothing when this process does not make it."""
        generation = self._state.generations.get(turn.id)
        if generation is not None and turn.state == "running":
            async for later in self._follow(generation, turn):
                yield later

    async def stop(self, principal: Principal, answer_id: str) -> None:
        """Ends an answer of the caller's own; what was released so far stays on its screen."""
        async with self._state.bagui.store.reading() as session:
            await answers.require_own(session, principal, answer_id)
        generation = self._state.generations.get(answer_id)
        if generation is not None:
            await generation.cancel()

    async def threads(self, principal: Principal) -> tuple[Thread, ...]:
        """The caller's conversations, the latest first."""
        async with self._state.bagui.store.reading() as session:
            held = await conversations.list_conversations(session, principal)
        return tuple(Thread(one.id, one.title, one.updated_at) for one in held)

    async def turns(self, principal: Principal, conversation: str) -> tuple[Turn, ...]:
        """A conversation of the caller's own, as today's consents show it."""
        async with self._state.bagui.store.reading() as session:
            stored = await answers.list_turns(session, principal, conversation, today=today_in_shanghai())
            opinions = {
                one.id: await feedback.read_feedback(session, principal, one.id)
                for one in stored
                if one.answer is not None
            }
        return tuple(
            replace(self._turn(one), thumb=given.thumb if (given := opinions.get(one.id)) else "")
            for one in stored
        )

    async def turn(self, principal: Principal, answer_id: str) -> Turn:
        async with self._state.bagui.store.reading() as session:
            stored = await answers.read_answer(session, principal, answer_id, today=today_in_shanghai())
        return self._turn(stored)

    async def evidence(self, principal: Principal, answer_id: str, number: int) -> CitedEvidence:
        """What citation `number` of an answer rests on. `NotFound` where there is no such mark."""
        turn = await self.turn(principal, answer_id)
        item = next((one for one in turn.evidence if one.number == number), None)
        if item is None:
            raise NotFound("该引用没有可显示的依据", code="evidence_not_found", param="n")
        if item.kind == "tool":
            calls = turn.answer.tool_calls if turn.answer else ()
            call = next((one for one in calls if one.id == item.id), None)
            return CitedEvidence(item, call=call, words=self._words(call.name) if call else {})
        async with self._state.bagui.store.reading() as session:
            around = await surroundings(session, principal, item.id, today=today_in_shanghai())
        return CitedEvidence(item, around=around)

    async def principal(self, user_id: str) -> tuple[User, Principal]:
        """Who acts, read anew: a user that was disabled is out at the next event."""
        async with self._state.bagui.store.reading() as session:
            user = await users.active_user(session, user_id)
        return user, user.principal

    async def give_feedback(
        self, principal: Principal, answer_id: str, thumb: str, reason: str = "", comment: str = ""
    ) -> None:
        async with self._state.bagui.store.writing() as session:
            await feedback.give_feedback(
                session, principal, answer_id, thumb=thumb, reason=reason, comment=comment
            )

    async def enterprises(self, principal: Principal) -> tuple[EnterpriseCard, ...]:
        async with self._state.bagui.store.reading() as session:
            return tuple(card_of(one) for one in await enterprises.list_enterprises(session, principal))

    def _turn(self, stored: StoredAnswer) -> Turn:
        calls = stored.answer.tool_calls if stored.answer else ()
        return Turn(
            question=stored.question,
            id=stored.id,
            conversation=stored.conversation,
            state=stored.state,
            as_of=stored.as_of,
            enterprise=stored.enterprise,
            started_at=stored.started_at,
            steps=tuple(self._with_words(step_of(call, "")) for call in calls),
            answer=stored.answer,
            evidence=stored.evidence,
            hidden=stored.hidden,
        )

    def _titled(self, turn: Turn) -> Turn:
        return (
            replace(turn, steps=tuple(self._with_words(step) for step in turn.steps)) if turn.steps else turn
        )

    def _with_words(self, step: ToolStep) -> ToolStep:
        """The step with the tool's own title and the words in which it describes its arguments."""
        declared = self._state.bagui.assistant.catalogue.get(step.name)
        if declared is None or step.words:
            return step
        return replace(step, title=step.title or declared.title, words=self._words(step.name))

    def _words(self, tool: str) -> dict[str, InputWords]:
        declared = self._state.bagui.assistant.catalogue.get(tool)
        if declared is None:
            return {}
        described = declared.parameters["properties"]
        return {
            name: InputWords(
                described[name]["description"], {value: names[0] for value, names in arg.choices.items()}
            )
            for name, arg in declared.args.items()
        }

    async def _follow(self, generation: Generation, turn: Turn) -> AsyncIterator[Turn]:
        """The turn after each event so far and to come."""
        async for event in generation.follow():
            if event is not None:
                turn = self._titled(after(turn, event))
                yield turn

    async def _counted(self, events: AsyncIterator[AnswerEvent]) -> AsyncIterator[AnswerEvent]:
        """An answer without a reader still holds up a stop of the server, like a request does."""
        with self._state.drain.request():
            async for event in events:
                yield event
