"""Stored answers: whose they are, and what of them may be shown under today's consents."""

from datetime import date
from decimal import Decimal

import pytest
from people import principal_for

from assistant.answer import (
    Answer,
    AnswerSentence,
    Citation,
    DataUse,
    Evidence,
    Fact,
    ToolCall,
    ToolResult,
    ToolSource,
    Verification,
)
from assistant.errors import InvalidRequest, NotFound
from assistant.principal import Principal
from assistant.store import answers, consents, conversations, feedback
from assistant.store.database import Store
from assistant.store.hidden import NOTICE

TODAY = date(2026, 6, 1)
SECRET_FIGURE = "4321.5"


def use(code: str) -> DataUse:
    return DataUse(enterprise=code, domain="tax")


def tool_call(identity: str, code: str | None, figure: str, **arguments) -> ToolCall:
    source = ToolSource(kind="data", id="tax", title="税务数据", data=use(code)) if code else None
    return ToolCall(
        id=identity,
        name="enterprise_portrait" if code else "working_capital_need",
        arguments=arguments,
        ok=True,
        result=ToolResult(
            value=figure,
            as_of=TODAY,
            facts=(Fact(label="年收入", value=Decimal(figure), unit="万元"),),
            sources=(source,) if source else (),
            summary=(f"年收入{figure}万元。",),
        ),
        chosen_by="model",
    )


def evidence(number: int, kind: str, identity: str, text: str, *uses: DataUse) -> Evidence:
    return Evidence(
        number=number, kind=kind, id=identity, title=f"标题{text}", text=text, as_of=TODAY, uses=uses
    )


def cite(item: Evidence) -> Citation:
    return Citation(
        n=item.number, kind=item.kind, id=item.id, title=item.title, quote=item.text, locator="第一节"
    )


def written(identity: str, conversation: str, code: str):
    """An answer of a rule, of tax data, of a computation made from the tax figure, and of a plain computation."""
    items = (
        evidence(1, "passage", "p_rule", "贷款期限不超过3年。"),
        evidence(2, "tool", "call_1", f"年收入{SECRET_FIGURE}万元。", use(code)),
        evidence(3, "tool", "call_2", "营运资金需求987.6万元。"),
        evidence(4, "tool", "call_3", "一年期LPR为3.00%。"),
    )
    sentences = (
        AnswerSentence(text="贷款期限不超过3年。", cites=(1,)),
        AnswerSentence(text=f"年收入{SECRET_FIGURE}万元。", cites=(2,)),
        AnswerSentence(text=f"大约{SECRET_FIGURE}万元。"),
        AnswerSentence(text="营运资金需求987.6万元，", cites=(3,)),
        AnswerSentence(text="一年期LPR为3.00%。", cites=(4,)),
        AnswerSentence(text="以上供参考。"),
    )
    calls = (
        tool_call("call_1", code, SECRET_FIGURE, enterprise="示例甲"),
        tool_call("call_2", None, "987.6", revenue="4321.50", profit_margin_pct="8"),
        tool_call("call_3", None, "3.00", tenor="1y"),
    )
    answer = Answer(
        id=identity,
        text="\n".join(one.text + "".join(f"[{n}]" for n in one.cites) for one in sentences),
        status="answered",
        citations=tuple(cite(item) for item in items),
        tool_calls=calls,
        verification=Verification(problems=(f"未核实：{SECRET_FIGURE}",)),
        as_of=TODAY,
        conversation=conversation,
    )
    return answer, sentences, items


async def tell(store: Store, principal: Principal, code: str, conversation: str | None = None) -> str:
    async with store.writing() as session:
        started = await answers.start_answer(
            session,
            principal,
            question="示例甲怎么样？",
            as_of=TODAY,
            conversation=conversation,
            enterprise=code,
        )
    answer, sentences, items = written(started.id, started.conversation, code)
    async with store.writing() as session:
        await answers.finish_answer(session, answer, sentences, items)
    return started.id


async def read(store: Store, principal: Principal, identity: str, today: date = TODAY):
    async with store.reading() as session:
        return await answers.read_answer(session, principal, identity, today=today)


async def revoke(store: Store, principal: Principal, code: str) -> None:
    async with store.writing() as session:
        await consents.revoke_domain(session, principal, enterprise=code, domain="tax")


async def test_an_answer_comes_back_as_it_was_released(store: Store, rm: Principal, companies, give_consent):
    await give_consent(companies[0], "tax")
    identity = await tell(store, rm, companies[0])
    found = await read(store, rm, identity)
    answer, sentences, items = written(identity, found.conversation, companies[0])
    assert found.answer is not None and found.answer.model_dump(mode="json") == answer.model_dump(mode="json")
    assert (found.state, found.turn, found.hidden) == ("finished", 1, False)
    assert found.sentences == sentences and found.evidence == items


async def test_a_revoked_consent_hides_what_rests_on_it_and_nothing_else(
    store: Store, rm: Principal, companies, give_consent
):
    await give_consent(companies[0], "tax")
    identity = await tell(store, rm, companies[0])
    await revoke(store, rm, companies[0])
    found = await read(store, rm, identity)
    shown = repr(found)
    assert found.hidden and found.answer is not None
    for gone in (SECRET_FIGURE, "4321.50", "987.6"):
        assert gone not in shown, "neither the figure nor what was computed from it"
    assert found.answer.text == f"贷款期限不超过3年。[1]\n{NOTICE}\n一年期LPR为3.00%。[4]\n以上供参考。"
    assert found.answer.status == "partial"
    assert any(companies[0] in text and "税务" in text for text in found.answer.missing)
    assert [one.n for one in found.answer.citations] == [1, 2, 3, 4]
    assert [one.quote == NOTICE for one in found.answer.citations] == [False, True, True, False]
    assert [one.result is None for one in found.answer.tool_calls] == [True, True, False]
    assert found.answer.tool_calls[0].arguments == {"enterprise": "示例甲"}


async def test_a_new_consent_shows_the_answer_again(store: Store, rm: Principal, companies, give_consent):
    await give_consent(companies[0], "tax")
    identity = await tell(store, rm, companies[0])
    whole = await read(store, rm, identity)
    await revoke(store, rm, companies[0])
    assert (await read(store, rm, identity)).hidden
    await give_consent(companies[0], "tax")
    assert await read(store, rm, identity) == whole


async def test_an_expired_consent_hides_too(store: Store, rm: Principal, companies, give_consent):
    await give_consent(companies[0], "tax", until=TODAY)
    identity = await tell(store, rm, companies[0])
    assert not (await read(store, rm, identity)).hidden
    assert (await read(store, rm, identity, today=date(2026, 6, 2))).hidden


async def test_a_manager_who_lost_the_enterprise_no_longer_sees_its_data(
    store: Store, rm: Principal, companies, give_consent
):
    await give_consent(companies[0], "tax")
    identity = await tell(store, rm, companies[0])
    moved = rm.model_copy(update={"enterprises": frozenset({companies[1]})})
    assert (await read(store, moved, identity)).hidden


async def test_an_enterprise_keeps_its_own(store: Store, companies):
    own = principal_for("enterprise", "own", enterprise=companies[0])
    identity = await tell(store, own, companies[0])
    assert not (await read(store, own, identity)).hidden


async def test_portrait_passages_are_hidden_like_tool_results(
    store: Store, rm: Principal, companies, give_consent
):
    await give_consent(companies[0], "tax")
    async with store.writing() as session:
        started = await answers.start_answer(session, rm, question="？", as_of=TODAY)
        passage = evidence(1, "passage", "p_1", "纳税额555万元。", use(companies[0]))
        answer = Answer(
            id=started.id,
            text="纳税额555万元。[1]",
            status="answered",
            citations=(cite(passage),),
            tool_calls=(tool_call("call_9", None, "6", amount=555),),
            as_of=TODAY,
        )
        sentence = AnswerSentence(text="纳税额555万元。", cites=(1,))
        await answers.finish_answer(session, answer, [sentence], [passage])
    assert not (await read(store, rm, started.id)).hidden
    await revoke(store, rm, companies[0])
    found = await read(store, rm, started.id)
    assert "555" not in repr(found) and found.answer is not None and found.answer.text == NOTICE


async def test_history_hides_as_single_answers_do(store: Store, rm: Principal, companies, give_consent):
    await give_consent(companies[0], "tax")
    first = await read(store, rm, await tell(store, rm, companies[0]))
    await tell(store, rm, companies[0], first.conversation)
    await revoke(store, rm, companies[0])
    async with store.reading() as session:
        turns = await answers.list_turns(session, rm, first.conversation, today=TODAY)
        messages = await answers.list_messages(session, rm, first.conversation, today=TODAY)
        listed = await conversations.list_conversations(session, rm)
    assert [turn.turn for turn in turns] == [1, 2]
    assert [message.role for message in messages] == ["user", "assistant"] * 2
    assert SECRET_FIGURE not in repr((turns, messages, listed))
    assert [one.title for one in listed] == ["示例甲怎么样？"]


@pytest.mark.parametrize(
    "stranger",
    [principal_for("rm", "rm-2"), principal_for("admin", "admin"), principal_for("rm", "rm-1", tenant="x")],
)
async def test_somebody_else_s_answer_does_not_exist(store, rm, companies, give_consent, stranger):
    await give_consent(companies[0], "tax")
    identity = await tell(store, rm, companies[0])
    conversation = (await read(store, rm, identity)).conversation
    with pytest.raises(NotFound) as theirs:
        await read(store, stranger, identity)
    with pytest.raises(NotFound) as nobody_s:
        await read(store, stranger, "ans_none")
    assert theirs.value.body() == nobody_s.value.body()
    async with store.reading() as session:
        assert await conversations.list_conversations(session, stranger) == ()
        with pytest.raises(NotFound):
            await answers.list_turns(session, stranger, conversation, today=TODAY)
    with pytest.raises(NotFound):
        await tell(store, stranger, companies[0], conversation)
    with pytest.raises(NotFound):
        async with store.writing() as session:
            await feedback.give_feedback(session, stranger, identity, thumb="up")


async def test_what_a_stopped_process_left_running_is_interrupted(store: Store, rm: Principal, companies):
    async with store.writing() as session:
        running = await answers.start_answer(session, rm, question="一", as_of=TODAY)
        failed = await answers.start_answer(session, rm, question="二", as_of=TODAY)
        await answers.interrupt_answer(session, failed.id)
    done = await tell(store, rm, companies[0])
    async with store.writing() as session:
        assert await answers.interrupt_running(session) == 1
        assert await answers.interrupt_running(session) == 0
        await answers.interrupt_answer(session, done)
    states = [(await read(store, rm, one)).state for one in (running.id, failed.id, done)]
    assert states == ["interrupted", "interrupted", "finished"]
    assert (await read(store, rm, running.id)).answer is None


async def test_finishing_twice_keeps_the_last_and_an_unknown_one_is_refused(
    store, rm, companies, give_consent
):
    await give_consent(companies[0], "tax")
    identity = await tell(store, rm, companies[0])
    kept = (await read(store, rm, identity)).answer
    assert kept is not None
    async with store.writing() as session:
        await answers.finish_answer(session, kept.model_copy(update={"citations": ()}), [], [])
    assert (await read(store, rm, identity)).evidence == ()
    with pytest.raises(NotFound):
        async with store.writing() as session:
            await answers.finish_answer(session, kept.model_copy(update={"id": "ans_none"}), [], [])


async def test_one_opinion_each_and_the_last_counts(store: Store, rm: Principal, companies):
    identity = await tell(store, rm, companies[0])
    for thumb, comment in (("up", "好"), ("down", "数字不对")):
        async with store.writing() as session:
            await feedback.give_feedback(session, rm, identity, thumb=thumb, comment=comment)
    async with store.reading() as session:
        opinion = await feedback.read_feedback(session, rm, identity)
    assert opinion is not None and (opinion.thumb, opinion.comment) == ("down", "数字不对")


@pytest.mark.parametrize("options", [{"thumb": "sideways"}, {"thumb": "up", "comment": "长" * 2001}])
async def test_feedback_of_another_shape_is_refused(store: Store, rm: Principal, companies, options):
    identity = await tell(store, rm, companies[0])
    with pytest.raises(InvalidRequest):
        async with store.writing() as session:
            await feedback.give_feedback(session, rm, identity, **options)
