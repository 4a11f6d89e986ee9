"""A consent that ends while an answer is being made: nothing of the data leaves after the revoke is acknowledged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from people import principal_for

from assistant.answer import Finished, Sentence
from assistant.assistant import CONSENT_ENDED
from assistant.conversation import AnswerRequest, Message
from assistant.store import answers, consents
from assistant.store.hidden import NOTICE
from assistant.today import today_in_shanghai
from serve.generations import Generations

if TYPE_CHECKING:
    from installation import Desk

RM = principal_for("rm", "reviewer")
ADMIN = principal_for("admin", "operator")
FIGURE = re.compile(r"\d+(?:\.\d+)?万元")


async def end(desk: Desk, code: str) -> tuple[consents.Consent, ...]:
    async with desk.bagui.store.writing() as session:
        return await consents.revoke_domain(session, ADMIN, enterprise=code)


async def give_back(desk: Desk, ended: tuple[consents.Consent, ...]) -> None:
    async with desk.bagui.store.writing() as session:
        for one in ended:
            await consents.grant(
                session,
                ADMIN,
                enterprise=one.enterprise,
                domain=one.domain,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                today=today_in_shanghai(),
            )


async def open_firm(desk: Desk) -> str:
    """A sample whose tax data the manager may read."""
    async with desk.bagui.store.reading() as session:
        pairs = await consents.granted_pairs(session, RM, today=today_in_shanghai())
    return next(one.code for one in desk.samples if (one.code, "tax") in pairs)


def asking(code: str) -> AnswerRequest:
    return AnswerRequest(
        messages=(Message(role="user", content="这家企业的纳税情况怎么样"),), enterprise=code
    )


async def test_no_figure_leaves_after_the_revoke(desk: Desk):
    code = await open_firm(desk)
    before: list[str] = []
    after: list[str] = []
    ended: tuple[consents.Consent, ...] = ()
    finished = None
    async for event in desk.bagui.assistant.answer(asking(code), RM):
        if isinstance(event, Sentence):
            (after if ended else before).append(event.text)
            if not ended and FIGURE.search(event.text):
                ended = await end(desk, code)
        elif isinstance(event, Finished):
            finished = event.answer
    await give_back(desk, ended)
    async with desk.bagui.store.reading() as session:
        stored = await answers.read_answer(session, RM, finished.id, today=today_in_shanghai())
    assert (
        stored.answer is not None and stored.answer.status == "partial"
    )  # cut short, also with the consent back
    assert CONSENT_ENDED in stored.answer.missing
    assert ended and FIGURE.search(before[-1])
    assert after == []
    assert finished is not None and finished.status == "partial" and NOTICE in finished.text
    assert not FIGURE.search(finished.model_dump_json())
    assert any("授权" in gap for gap in finished.missing)


async def test_who_comes_back_to_a_running_answer_does_not_get_what_was_taken_back(desk: Desk):
    code = await open_firm(desk)
    generation = Generations().start(desk.bagui.assistant.answer(asking(code), RM))
    ended: tuple[consents.Consent, ...] = ()
    async for event in generation.follow():
        if isinstance(event, Sentence) and not ended and FIGURE.search(event.text):
            ended = await end(desk, code)
    again = [event async for event in generation.follow()]
    await give_back(desk, ended)
    last = again[-1]
    assert isinstance(last, Finished)
    if NOTICE in last.answer.text:  # the answer may have been whole before the revoke
        assert not any(FIGURE.search(event.text) for event in again if isinstance(event, Sentence))


async def test_without_a_revoke_the_answer_is_whole_and_stored_as_it_left(desk: Desk):
    code = await open_firm(desk)
    texts: list[str] = []
    finished = None
    async for event in desk.bagui.assistant.answer(asking(code), RM):
        if isinstance(event, Sentence):
            texts.append(event.text)
        elif isinstance(event, Finished):
            finished = event.answer
    assert finished is not None and finished.text == "\n".join(texts)
    async with desk.bagui.store.reading() as session:
        stored = await answers.read_answer(session, RM, finished.id, today=today_in_shanghai())
    assert stored.answer is not None and stored.answer.text == finished.text
