"""The desk: answers that go on without a reader, and what belongs to whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_llm.server import MODEL, FakeLlm, Reply
from people import principal_for

from assistant.build import build
from assistant.errors import NotFound, Unauthenticated
from assistant.settings import load_settings
from assistant.store import users
from serve.desk.desk import Desk, Place
from serve.desk.turn import Turn
from serve.server_state import ServerState

WEI, OTHER = principal_for("rm", "user:wei"), principal_for("rm", "user:other")
TERM = "流动资金贷款期限最长几年？"


@pytest.fixture
async def state(home: Path, fake_llm: FakeLlm) -> AsyncIterator[ServerState]:
    """Real parts over a copy of the filled database; only the language model is a fake one."""
    settings = load_settings(
        home=home, llm={"base_url": fake_llm.url, "model": MODEL, "first_token_timeout_s": 20}
    )
    made = ServerState(settings)
    made.opened(await build(settings))
    await made.bagui.retriever.refresh()
    yield made
    await made.close()


async def last_of(turns: AsyncIterator[Turn]) -> Turn:
    return [turn async for turn in turns][-1]


def ask(
    desk: Desk, question: str = TERM, conversation: str | None = None, principal=WEI
) -> AsyncIterator[Turn]:
    return desk.ask(principal, question, conversation=conversation, enterprise=None, as_of=None)


async def test_an_answer_goes_on_and_is_found_again(state: ServerState, fake_llm: FakeLlm):
    desk = Desk(state)
    fake_llm.mode, fake_llm.delay_s = "slow", 1.0
    reader = ask(desk)
    begun = await anext(reader)
    await reader.aclose()  # the tab is closed
    place = desk.place(WEI)
    assert place.conversation == begun.conversation and not state.drain._idle.is_set()
    (running,) = await desk.turns(WEI, begun.conversation)
    assert running.state == "running"
    ended = await last_of(desk.follow(running))
    assert ended.state == "finished" and "三年" in ended.text and 1 in ended.marks
    (kept,) = await desk.turns(WEI, begun.conversation)
    assert kept.text == ended.text and kept.state == "finished"
    assert (await desk.threads(WEI))[0].id == begun.conversation
    await asyncio.sleep(0)
    assert state.drain._idle.is_set()

    found = await desk.evidence(WEI, kept.id, 1)
    assert found.around is not None and found.around.passage is not None and found.around.after is not None
    await desk.give_feedback(WEI, kept.id, "down", "outdated")
    assert (await desk.turns(WEI, begun.conversation))[0].thumb == "down"

    for stranger in (desk.turn(OTHER, kept.id), desk.turns(OTHER, begun.conversation), desk.stop(OTHER, kept.id),
                     desk.evidence(OTHER, kept.id, 1), desk.give_feedback(OTHER, kept.id, "up"),
                     last_of(ask(desk, TERM, begun.conversation, OTHER))):  # fmt: skip
        with pytest.raises(NotFound):
            await stranger
    with pytest.raises(NotFound):
        await desk.evidence(WEI, kept.id, 99)

    fake_llm.mode = "ok"
    fake_llm.bodies.clear()
    second = await last_of(ask(desk, "展期呢？", begun.conversation))
    assert len(await desk.turns(WEI, second.conversation)) == 2
    assert any(TERM in str(message) for message in fake_llm.bodies[0]["messages"])


async def test_stop_ends_an_answer_and_says_so(state: ServerState, fake_llm: FakeLlm):
    desk = Desk(state)
    fake_llm.mode, fake_llm.delay_s = "slow", 15.0
    reader = ask(desk)
    turn = await anext(reader)
    while turn.found is None:
        turn = await anext(reader)
    await desk.stop(WEI, turn.id)
    async with asyncio.timeout(12):
        turn = await last_of(reader)
    assert turn.state == "interrupted", turn.failure
    (kept,) = await desk.turns(WEI, turn.conversation)
    assert kept.state == "interrupted" and kept.answer is None
    assert [turn async for turn in desk.follow(kept)] == []
    await desk.stop(WEI, kept.id)


async def test_steps_are_told_even_where_no_event_told_them(state: ServerState, fake_llm: FakeLlm):
    desk = Desk(state)
    fake_llm.script.extend(
        [Reply(calls=(("loan_rate", {"day": "2025-06-30", "tenor": "1y"}),)), Reply("好的。")]
    )
    turn = await last_of(ask(desk, "2025年6月的一年期LPR是多少？"))
    (step,) = turn.steps
    assert step.ok and step.title and step.ms is not None and step.chosen_by == "model"
    fake_llm.mode = "error_500"
    turn = await last_of(ask(desk, "2025年6月的一年期LPR是多少？"))
    (step,) = turn.steps
    assert (
        step.title and step.chosen_by == "router" and "llm" in (turn.answer.degraded if turn.answer else ())
    )


async def test_a_disabled_user_has_no_desk(state: ServerState):
    desk = Desk(state)
    async with state.bagui.store.writing() as session:
        user = await users.create_user(session, tenant="bank", name="wei.na", password="ten-characters")
    assert (await desk.principal(user.id))[1].role == "rm"
    async with state.bagui.store.writing() as session:
        await users.disable_user(session, user.id, tenant="bank")
    with pytest.raises(Unauthenticated):
        await desk.principal(user.id)


async def test_enterprises_carry_their_warning_and_places_are_ones_own(state: ServerState):
    desk = Desk(state)
    cards = await desk.enterprises(WEI)
    distressed = [card for card in cards if card.stage == "困境期"]
    assert distressed and all(card.warning == "red" and card.reasons for card in distressed)
    desk.leave_at(WEI, Place("conv_1", cards[0].code))
    assert desk.place(WEI).enterprise == cards[0].code and desk.place(OTHER) == Place()
