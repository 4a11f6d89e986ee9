"""Evidence, steps and lists as HTML: everything that must be said is, and nothing of it is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

from assistant.answer import (
    Answer,
    Citation,
    DataUse,
    Evidence,
    Fact,
    RuleRef,
    ToolCall,
    ToolResult,
    ToolSource,
    ToolStarted,
    TraceStep,
    Verification,
)
from assistant.store.enterprises import Enterprise
from serve.desk.desk import CitedEvidence, Thread
from serve.desk.enterprise_card import card_of, matching
from serve.desk.turn import InputWords, ToolStep, Turn, after
from serve.texts import texts
from serve.workbench import conversation_view, evidence_view, lists_view

ZH, EN = texts("zh"), texts("en")
DAY = date(2026, 11, 23)
EVIL = "<img src=http://evil.example/a onerror=x>\"'${alert(1)}"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def check_no_markup_of(markup: str) -> None:
    seen = Tags()
    seen.feed(markup)
    assert not seen.found & {"img", "script", "svg", "iframe", "style", "object", "link"}
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert "src" not in seen.attributes


def tool_evidence(text: str = "结论") -> CitedEvidence:
    result = ToolResult(
        as_of=DAY,
        facts=(Fact(label=text, value=Decimal("131.7"), unit="万元", period="2026"), Fact(label="用途", value=text)),
        rule=RuleRef(id=text, version="2026", status="in_force"),
        trace=(TraceStep(label=text, detail=text, outcome="fail", clause=text),),
        inputs_used={text: text},
        missing=(text,),
        sources=(ToolSource(kind="data", id="x", title=text, data=DataUse(enterprise="e", domain="tax", consent="con_9")),),
        requires_human=True,
        summary=(text,),
    )  # fmt: skip
    item = Evidence(number=6, kind="tool", id="call_1", title=text, text=text, as_of=DAY)
    call = ToolCall(id="call_1", name="financing_forecast", arguments={}, ok=True, result=result)
    return CitedEvidence(item, call=call)


def test_a_tool_result_shows_trace_figures_gaps_and_rights():
    shown = evidence_view.cited("ans_1", tool_evidence(), ZH)
    for wanted in ("131.7", "万元", "不符合", "con_9", "须由客户经理", "版本2026", "还缺少"):
        assert wanted in shown, wanted


def test_a_passage_shows_status_dates_authority_and_confidence():
    item = Evidence(
        number=1, kind="passage", id="p", title="办法", locator="贷款期限", text="三年。", as_of=DAY, status="expired",
        authority="national", confidence="M", effective_from=date(2010, 2, 12), effective_to=date(2024, 6, 30),
    )  # fmt: skip
    shown = evidence_view.cited("ans_1", CitedEvidence(item), ZH)
    for wanted in ("已失效", "国家规定", "2010-02-12起 至2024-06-30", "贷款期限", "中", "已不在知识库中"):
        assert wanted in shown, wanted


def test_evidence_is_escaped():
    check_no_markup_of(evidence_view.cited("ans_1", tool_evidence(EVIL), ZH))
    item = Evidence(number=1, kind="passage", id="p", title=EVIL, locator=EVIL, text=EVIL, as_of=DAY)
    check_no_markup_of(evidence_view.cited("ans_1", CitedEvidence(item), ZH))
    citation = Citation(n=1, kind="passage", id="p", title=EVIL, locator=EVIL, quote=EVIL)
    answer = Answer(id="ans_1", text="", status="answered", citations=(citation,), as_of=DAY)
    check_no_markup_of(evidence_view.source_list(Turn(question="q", id="ans_1", answer=answer), ZH))


def test_an_answer_says_what_is_missing_withheld_and_down():
    answer = Answer(
        id="ans_1", text="甲。[1]", status="partial", degraded=("llm",), missing=(EVIL,),
        verification=Verification(withheld=2), as_of=DAY,
    )  # fmt: skip
    shown = conversation_view.answer(Turn(question="q", id="ans_1", state="finished", answer=answer), ZH)
    assert "由AI生成" in shown and "部分回答" in shown and "配置的语言模型" in shown and "有2句" in shown
    check_no_markup_of(shown)


def test_the_label_stands_from_the_first_sentence_on():
    shown = conversation_view.answer(Turn(question="q", id="ans_1", sentences=("甲。",)), ZH)
    assert "由AI生成" in shown and "甲" in shown


def test_a_step_tells_inputs_time_outcome_and_who_chose_it():
    step = ToolStep(
        "c1",
        "loan_rate",
        "LPR与贷款定价",
        {"tenor": EVIL},
        ok=False,
        error="没有数据",
        ms=1234.0,
        chosen_by="router",
    )
    turn = Turn(question="q", steps=(step, ToolStep("c2", "x", "另一个", {})))
    _, first, second, _ = conversation_view.messages([turn], ZH)
    assert first["metadata"]["title"] == "LPR与贷款定价 · 未完成" and first["metadata"]["duration"] == 1.23
    assert first["metadata"]["status"] == "done" and second["metadata"]["status"] == "pending"
    assert "没有数据" in first["content"] and "由路由选用" in first["content"]
    check_no_markup_of(first["content"])


def firm(name: str, stage: str, *labels: str) -> Enterprise:
    return Enterprise(
        code=f"9145{len(name)}", name=name, short_name=name, city="南宁市", county="", industry_code="I", industry="软件",
        stage=stage, size="小型", founded=None, employees=None, labels=labels, description="", fictional=True,
    )  # fmt: skip


def test_colours_come_from_public_marks_and_say_why():
    cards = [
        card_of(firm("甲", "困境期", "经营异常")),
        card_of(firm("乙乙", "初创期", "成立不足12个月")),
        card_of(firm("丙丙丙", "成熟期")),
    ]
    assert [card.warning for card in cards] == ["red", "amber", "none"]
    shown = lists_view.enterprises(cards, None, ZH)
    assert "列入经营异常名录；处于困境期" in shown and ZH("warning_note") in shown


def test_the_chooser_finds_by_every_word():
    cards = [card_of(firm("璟笙视觉", "成长期", "人工智能")), card_of(firm("霖峤机械", "成熟期", "制造业"))]
    assert [card.name for card in matching(cards, "南宁 人工智能", ZH)] == ["璟笙视觉"]
    assert len(matching(cards, "", ZH)) == 2 and not matching(cards, "南宁 银行", ZH)
    assert [card.name for card in matching(cards, "nanning growth", EN)] == ["璟笙视觉"]
    assert [card.name for card in matching(cards, "成长期", EN)] == ["璟笙视觉"]
    assert ZH("enterprise_none") in lists_view.enterprises([], None, ZH)


def test_lists_are_escaped():
    check_no_markup_of(lists_view.enterprises([card_of(firm(EVIL, EVIL, EVIL))], None, ZH))
    check_no_markup_of(lists_view.chosen_enterprise(card_of(firm(EVIL, EVIL, EVIL)), ZH))
    check_no_markup_of(lists_view.history([Thread(EVIL, EVIL, datetime.now(UTC))], None, ZH))
    check_no_markup_of(lists_view.header(EVIL, ZH))


def test_a_step_names_its_inputs_in_the_readers_words_and_never_shows_a_placeholder():
    event = ToolStarted(
        id="c1", name="loan_rate", title="LPR与贷款定价",
        arguments={"spread_bp": "⟨P1⟩", "tenor": "1y", "domains": ["tax", "customs"]},
    )  # fmt: skip
    (step,) = after(Turn(question="q"), event).steps
    words = {
        "spread_bp": InputWords("在LPR上加减的基点（基点），可为负"),
        "tenor": InputWords("期限品种：1y为1年期", {"1y": "1年期"}),
        "domains": InputWords("数据域", {"tax": "税务", "customs": "海关进出口"}),
    }
    worded = replace(step, words=words)
    shown = [unescape(conversation_view._step_body(worded, language)) for language in (ZH, texts("en"))]
    assert (
        "在LPR上加减的基点（基点）</th>" in shown[0]
        and "可为负" not in shown[0]
        and "按问题中的数值" in shown[0]
    )
    assert "期限品种</th><td>1年期" in shown[0] and "数据域</th><td>税务、海关进出口" in shown[0]
    assert "tax, customs" in shown[1] and "1y" in shown[1]
    assert "spread bp</th>" in shown[1] and "as in the question" in shown[1]
    assert not any("⟨" in one for one in shown)


def test_the_tabs_of_a_narrow_screen_name_its_columns():
    assert re.findall(r"#do/view/(\w+)", lists_view.tabs(ZH)) == ["left", "middle", "right"]


def test_a_failure_is_told_in_the_readers_language():
    failed = Turn(question="q", state="failed", failure="问题过长：9000 字", failure_code="too_large")
    assert "Too long. Please shorten it" in unescape(conversation_view.answer(failed, texts("en")))
    assert "问题过长：9000 字" in unescape(conversation_view.answer(failed, ZH))


def test_a_tool_that_the_model_made_up_is_named_in_plain_characters():
    (_, thought, _) = conversation_view.messages(
        [Turn(question="q", steps=(ToolStep("c1", EVIL, "", {}),))], ZH
    )
    assert not set("<>[]()*_`!") & set(re.sub(r"&#\d+;", "", thought["metadata"]["title"]))
