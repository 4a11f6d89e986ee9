from __future__ import annotations

from datetime import date

from assistant.answer import AnswerSentence, ToolCall, ToolResult
from assistant.evidence.book import EvidenceBook
from assistant.evidence.quoting import (
    MAX_SENTENCES,
    MAX_TOOL_SENTENCES,
    closest_sentence,
    from_passages,
    from_tools,
)
from assistant.passage import Passage

TODAY = date(2026, 11, 23)


def passage(name: str, locator: str, text: str) -> Passage:
    return Passage(
        id=f"{name}-{locator}",
        source_id=name,
        document_id=name,
        version="1",
        generation=1,
        collection="regulations",
        title=name,
        locator=locator,
        text=text,
        status="in_force",
    )


def book(*passages: Passage) -> EvidenceBook:
    made = EvidenceBook(TODAY)
    for one in passages:
        made.add_passage(one)
    return made


TERM = passage(
    "流动资金贷款管理办法",
    "贷款期限",
    "流动资金贷款的期限原则上不超过3年。\n回收周期较长的，最长不超过5年。\n本节由总行解释。",
)
USE = passage("流动资金贷款管理办法", "贷款用途", "流动资金贷款不得用于股东分红。")


def test_the_rule_is_quoted_before_its_exception_and_each_sentence_cites_its_passage() -> None:
    said = from_passages(book(TERM, USE), "流动资金贷款期限最长几年")
    assert [sentence.text for sentence in said[:2]] == [
        "流动资金贷款的期限原则上不超过3年。",
        "回收周期较长的，最长不超过5年。",
    ]
    assert all(sentence.cites == (1,) for sentence in said[:2])
    assert len(said) <= MAX_SENTENCES


def test_the_passage_about_the_question_wins_over_the_first_one() -> None:
    said = from_passages(book(TERM, USE), "流动资金贷款能不能用于股东分红")
    assert said[0].text == "流动资金贷款不得用于股东分红。"
    assert said[0].cites == (2,)


def test_who_asks_for_a_penalty_is_told_the_penalty_and_not_the_duty() -> None:
    duty = passage("示例查询条例", "第五条", "查询企业信用报告应当取得企业书面授权。")
    penalty = passage("示例查询条例", "第九条", "未经授权查询企业信用报告的，对单位处三万元以下罚款。")
    said = from_passages(book(duty, penalty), "没有书面授权查询企业信用报告罚多少")
    assert said[0].text == "未经授权查询企业信用报告的，对单位处三万元以下罚款。"
    assert from_passages(book(duty, penalty), "查询企业信用报告要什么授权")[0].cites == (1,)


def test_no_evidence_no_sentence() -> None:
    assert from_passages(book(), "流动资金贷款期限") == []


def test_of_a_long_result_what_fits_the_question_is_said() -> None:
    lines = (*(f"第{number}项指标为{number}。" for number in range(1, 12)), "经营流入为800万元。")
    call = ToolCall(id="c1", name="t", arguments={}, ok=True, result=ToolResult(as_of=TODAY, summary=lines))
    made = book()
    made.add_tool_call(call, "画像")
    said = from_tools(made, [call], "经营流入有多少")
    assert len(said) == MAX_TOOL_SENTENCES
    assert said[0].text == lines[0]
    assert said[-1].text == "经营流入为800万元。"


def test_a_failed_tool_says_nothing() -> None:
    call = ToolCall(id="c1", name="t", arguments={}, ok=False, error="失败")
    assert from_tools(book(), [call], "问题") == []


def test_what_replaces_a_withheld_sentence_is_near_it_and_not_said_before() -> None:
    made = book(TERM)
    draft = "流动资金贷款的期限最长可达15年。"
    first = closest_sentence(made, draft, [])
    assert first is not None
    assert first.text in TERM.text
    again = closest_sentence(made, draft, [AnswerSentence(text=first.text)])
    assert again is None or again.text != first.text
    assert closest_sentence(made, "完全无关的话。", []) is None
