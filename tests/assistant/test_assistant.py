"""What the assistant must answer, whatever model phrases it: the model is absent here, code alone speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from people import principal_for

from assistant.answer import Finished, Retrieved, Sentence, Started
from assistant.answering.completion import NEAREST_TEXT, UNNAMED_MISSING
from assistant.conversation import Message
from assistant.errors import NotFound
from assistant.passage import Passage
from assistant.question.visitor import SIGN_IN_TO_COMPUTE
from assistant.retrieval.retriever import DOUBTFUL_BELOW, Retriever
from assistant.store import answers, audit, consents
from assistant.today import today_in_shanghai

if TYPE_CHECKING:
    from installation import Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")
RM = principal_for("rm", "tester")
NEED = (
    "收入12000万、利润率8%、预计增长15%，存货60天应收90天应付45天预付10天预收15天，"
    "自有资金1000万、现有流贷800万、其他渠道300万，流贷还能批多少？"
)


async def test_working_capital_need_is_computed_and_cited(desk: Desk) -> None:
    answer = await desk.ask(NEED)
    assert answer.status == "answered"
    assert [(call.name, call.ok, call.chosen_by) for call in answer.tool_calls] == [
        ("working_capital_need", True, "router")
    ]
    assert "1426.67万元" in answer.text
    assert answer.citations[0].kind == "tool"
    assert answer.degraded == ()


async def test_a_visitors_figures_are_not_computed_with_and_that_is_said(desk: Desk) -> None:
    visitor = principal_for("visitor", "someone")
    answer = await desk.ask(NEED, principal=visitor)
    assert answer.status == "partial" and not answer.tool_calls and answer.missing
    assert answer.text.endswith(SIGN_IN_TO_COMPUTE)
    for question in ("流动资金贷款期限最长几年", "2025年6月的一年期LPR是多少"):
        assert (await desk.ask(question, principal=visitor)).status == "answered"


async def test_the_proposed_pool_has_no_ratio_and_a_comparable_scheme(desk: Desk) -> None:
    answer = await desk.ask("自治区人工智能信贷风险补偿资金池补偿比例是多少？")
    assert "倡议" in answer.text
    assert "没有实施细则" in answer.text
    assert "广西科技贷款风险补偿实施办法" in answer.text
    assert "%" not in answer.text


async def test_a_rate_of_a_past_month(desk: Desk) -> None:
    answer = await desk.ask("2025年6月的一年期LPR是多少")
    assert answer.status == "answered"
    assert "3.00%" in answer.text
    assert answer.citations


async def test_law_in_force_on_the_day(desk: Desk) -> None:
    answer = await desk.ask("流动资金贷款期限最长几年", as_of=date(2026, 1, 1))
    assert answer.status == "answered"
    assert answer.as_of == date(2026, 1, 1)
    assert answer.text.index("3年") < answer.text.index("5年")
    assert answer.citations[0].status == "in_force"
    assert answer.citations[0].title == "流动资金贷款管理办法"


async def test_law_of_an_earlier_day_is_named_with_what_is_not_held(desk: Desk) -> None:
    answer = await desk.ask("流动资金贷款期限最长几年", as_of=date(2024, 3, 1))
    assert answer.status == "partial"
    assert "有效的是《流动资金贷款管理暂行办法》" in answer.text
    assert "没有收录" in answer.text or "未收录" in answer.text
    assert "尚未施行" in answer.text
    assert any("期限" in gap for gap in answer.missing)
    by_status = {citation.status for citation in answer.citations}
    assert by_status == {"in_force", "not_yet"}


async def test_what_may_only_be_near_to_the_question_is_said_to_be(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = await desk.ask("流动资金贷款期限最长几年")
    search = Retriever.search

    async def unsure(*args: Any, **options: Any) -> list[Passage]:
        found = await search(*args, **options)
        return [replace(passage, score=DOUBTFUL_BELOW - 0.01) for passage in found]

    monkeypatch.setattr(Retriever, "search", unsure)
    doubted = await desk.ask("流动资金贷款期限最长几年")
    assert (plain.status, doubted.status) == ("answered", "partial")
    assert doubted.text == f"{plain.text}\n{NEAREST_TEXT}" and doubted.missing
    assert (await desk.ask(NEED)).status == "answered", "a computed result does not rest on what was found"


async def test_nothing_found_is_said(desk: Desk) -> None:
    answer = await desk.ask("什么是量子纠缠？")
    assert answer.status == "not_found"
    assert answer.citations == ()
    assert answer.missing


async def test_a_refusal_reads_no_data(desk: Desk) -> None:
    answer = await desk.ask("帮我把客户流水包装一下")
    assert answer.status == "refused"
    assert answer.tool_calls == ()
    assert (await desk.ask("写一首关于桂林的诗")).status == "out_of_scope"


async def test_the_word_fictional_in_a_firms_name_is_no_request_to_fabricate(desk: Desk) -> None:
    answer = await desk.ask(f"{desk.samples[0].name}的纳税和银行流水情况怎么样")
    assert answer.status != "refused"


async def test_events_come_in_order_and_end_with_the_answer(desk: Desk) -> None:
    events = await desk.events("流动资金贷款期限最长几年")
    assert isinstance(events[0], Started)
    assert isinstance(events[1], Retrieved)
    assert isinstance(events[-1], Finished)
    said = [event.text for event in events if isinstance(event, Sentence)]
    assert "\n".join(said) == events[-1].answer.text


@pytest.mark.parametrize(
    ("question", "code"),
    [("", "empty_question"), ("贷" * 100_000, "too_large"), ("\u200b\x00", "empty_question")],
)
async def test_a_question_that_cannot_be_asked_fails_clearly(desk: Desk, question: str, code: str) -> None:
    failed = await desk.failure(question)
    assert failed.code == code
    assert failed.http < 500


async def test_an_unknown_enterprise_or_conversation_fails_clearly(desk: Desk) -> None:
    assert (await desk.failure("纳税情况", enterprise="没有这家公司")).code == "enterprise_not_found"
    assert (await desk.failure("流贷期限", conversation="conv_0")).code == "conversation_not_found"


async def test_a_caller_without_scope_may_not_ask(desk: Desk) -> None:
    auditor = principal_for("auditor", "auditor")
    assert (await desk.failure("流贷期限", principal=auditor)).http == 403


async def test_personal_identifiers_reach_neither_store_nor_audit(desk: Desk) -> None:
    number = "13877123456"
    answer = await desk.ask(f"客户手机号{number}，流动资金贷款期限最长几年")
    today = today_in_shanghai()
    async with desk.bagui.store.reading() as session:
        stored = await answers.read_answer(session, RM, answer.id, today=today)
        records = await audit.read_audit(session, principal_for("admin", "checker"))
    assert number not in stored.question
    assert number not in str(records)


async def test_a_follow_up_is_read_with_the_question_before_it(desk: Desk) -> None:
    earlier = (
        Message(role="user", content="流动资金贷款期限最长几年"),
        Message(role="assistant", content="3年。"),
    )
    answer = await desk.ask("那展期呢？", earlier=earlier)
    assert "展期" in answer.text
    assert answer.citations


async def test_an_answer_is_stored_for_its_asker_alone_and_chained(desk: Desk) -> None:
    answer = await desk.ask("流动资金贷款期限最长几年")
    today = today_in_shanghai()
    async with desk.bagui.store.reading() as session:
        checked = await audit.verify(session)
        stored = await answers.read_answer(session, RM, answer.id, today=today)
        with pytest.raises(NotFound):
            await answers.read_answer(session, principal_for("rm", "other"), answer.id, today=today)
    assert checked.ok
    assert stored.answer is not None
    assert stored.answer.text == answer.text


async def test_consent_opens_and_closes_the_tax_data_old_answers_included(desk: Desk) -> None:
    today = today_in_shanghai()
    store = desk.bagui.store
    async with store.reading() as session:
        granted = await consents.granted_pairs(session, RM, today=today)
    closed = next(one for one in desk.samples if not any(code == one.code for code, _ in granted))
    question = f"{closed.short_name}的纳税情况怎么样？"

    before = await desk.ask(question)
    assert before.status == "needs_consent"
    assert any("税" in gap for gap in before.missing)
    async with store.reading() as session:
        kept = await answers.read_answer(session, RM, before.id, today=today)
    assert not any(use.domain == "tax" for item in kept.evidence for use in item.uses)

    async with store.writing() as session:
        until = today + timedelta(days=30)
        given = await consents.grant(
            session, RM, enterprise=closed.code, domain="tax", valid_to=until, today=today
        )
    during = await desk.ask(question)
    assert during.status in {"answered", "partial"}
    figures = [word for word in during.text.split() if "万元" in word]
    assert figures
    async with store.reading() as session:
        kept = await answers.read_answer(session, RM, during.id, today=today)
    assert any(use.domain == "tax" for item in kept.evidence for use in item.uses)

    async with store.writing() as session:
        await consents.revoke(session, RM, given.id)
    after = await desk.ask(question)
    assert after.status == "needs_consent"
    async with store.reading() as session:
        hidden = await answers.read_answer(session, RM, during.id, today=today)
    assert hidden.hidden
    assert hidden.answer is not None
    shown = hidden.answer.model_dump_json() + str(hidden.sentences) + str(hidden.evidence)
    assert not any(figure in shown for figure in figures)


async def test_a_developer_sees_no_enterprise(desk: Desk) -> None:
    developer = principal_for("developer", "dev")
    name = desk.samples[0].short_name
    answer = await desk.ask(f"{name}的纳税情况怎么样？", principal=developer)
    assert not any(call.ok and call.name == "enterprise_portrait" for call in answer.tool_calls)
    assert desk.samples[0].code not in answer.model_dump_json()


async def test_a_follow_up_is_answered_as_the_question_it_stands_for_and_says_how_it_was_read(
    desk: Desk,
) -> None:
    earlier = (
        Message(role="user", content="2025年6月的一年期LPR是多少"),
        Message(role="assistant", content="3.00%。"),
    )
    answer = await desk.ask("五年期呢？", earlier=earlier)
    assert answer.text.startswith("承接上一问，理解为：2025年6月的五年期LPR是多少。")
    assert "3.50%" in answer.text
    assert answer.status == "answered"
    lost = await desk.ask("2031年的足球呢", earlier=(Message(role="user", content="2030年的足球赛在哪里踢"),))
    assert lost.status in {"not_found", "out_of_scope"}


async def test_a_follow_up_keeps_to_the_enterprise_and_repeats_no_personal_number(desk: Desk) -> None:
    name = desk.samples[0].short_name
    first = Message(role="user", content=f"{name}的企业画像，法人手机13800138000")
    answer = await desk.ask("它最近的纳税情况如何", earlier=(first,))
    assert answer.tool_calls[0].arguments["enterprise"] in {name, desk.samples[0].code}
    repeated = await desk.ask("那璟笙呢", earlier=(first,))
    assert "13800138000" not in repeated.text


@pytest.mark.parametrize("question", ["哪些法规还没施行", "哪些法规已经废止", "今年有哪些新规施行"])
async def test_which_texts_begin_or_end_is_told_of_the_library_with_citations(
    desk: Desk, question: str
) -> None:
    earlier = (Message(role="user", content="流贷最多能贷几年"), Message(role="assistant", content="三年。"))
    answer = await desk.ask(question, earlier=earlier)
    assert answer.text.startswith("本库收录法规、政策和标准")
    assert answer.citations and answer.tool_calls == ()
    # What the library cannot tell is named, and then the answer is partial.
    assert answer.status == ("partial" if answer.missing else "answered")
    assert all("的施行日期" in gap for gap in answer.missing)


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("客户没授权就去查信用报告，会罚多少", "征信业管理条例"),
        ("银行没审好出口单证要受什么处罚", "中华人民共和国外汇管理条例"),
    ],
)
async def test_who_asks_for_a_penalty_is_told_the_penalty(desk: Desk, question: str, document: str) -> None:
    answer = await desk.ask(question)
    assert answer.citations[0].title == document
    assert "罚款" in answer.text and "虚构" not in answer.text


async def test_who_speaks_of_a_customer_without_a_name_is_asked_for_it(desk: Desk) -> None:
    assert UNNAMED_MISSING in (await desk.ask("这家公司靠谱吗")).missing
    assert UNNAMED_MISSING not in (await desk.ask("这家公司靠谱吗", enterprise=desk.samples[0].code)).missing
    assert UNNAMED_MISSING not in (await desk.ask("流贷最长几年")).missing


@pytest.mark.parametrize("question", ["能享受什么贴息", "申请贴息有什么条件"])
async def test_a_rule_asked_for_about_a_named_enterprise_comes_before_its_portrait(
    desk: Desk, question: str
) -> None:
    answer = await desk.ask(f"{desk.samples[0].short_name}{question}")
    kinds = [citation.kind for citation in answer.citations]
    assert kinds[0] == "passage" and "tool" in kinds
    assert "贴息" in answer.text.splitlines()[0]
