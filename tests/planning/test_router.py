from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.planning.no_tool import NO_TOOL_EXAMPLES
from assistant.planning.router import Proposal, Router
from assistant.tools import catalogue
from assistant.words.mentions import find_mentions

TODAY = date(2026, 11, 23)
DIRECTORY = (("南宁澍岚智能科技有限公司（示例）", "澍岚智能", "91450100MA5SAMPLE1"),)
DATA = Path(__file__).parents[2] / "eval" / "cases"
FILES = ("routing.yaml", "routing_second.yaml")
THRESHOLD = 0.5


@cache
def router() -> Router:
    return Router(catalogue())


def propose(question: str) -> Proposal | None:
    mentions = find_mentions(question, today=TODAY, directory=DIRECTORY)
    found = router().propose(question, mentions)
    return found if found and found.confidence >= THRESHOLD else None


def questions() -> Iterator[dict[str, Any]]:
    for name in FILES:
        yield from yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def test_hand_written_questions_reach_their_tool_or_none():
    cases = list(questions())
    expected = {case["q"]: case["tool"] for case in cases}
    examples = {example for tool in catalogue().values() for example in tool.examples} | set(NO_TOOL_EXAMPLES)
    assert not examples & {case["q"] for case in cases}
    proposed = {case["q"]: propose(case["q"]) for case in cases}
    wrong = [q for q, p in proposed.items() if (p.name if p else None) != expected[q]]
    negatives = [case for case in cases if case["tool"] is None]
    assert len(cases) >= 170 and len(negatives) >= 90
    assert len(wrong) <= 0.08 * len(cases), wrong
    assert sum(proposed[case["q"]] is not None for case in negatives) <= 0.08 * len(negatives)


def test_the_golden_question_is_filled_whole():
    question = (
        "收入12000万、利润率8%、预计增长15%，存货60天应收90天应付45天预付10天预收15天，"
        "自有资金1000万、现有流贷800万、其他渠道300万，流贷还能批多少？"
    )
    found = propose(question)
    assert found is not None and found.confidence > 0.95
    assert found.arguments["revenue"] == "⟨M1⟩" and found.arguments["other_funding"] == "⟨M4⟩"
    assert len(found.arguments) == 11


def test_a_missing_argument_is_named_and_nothing_is_proposed():
    question = "收入5000万、利润率10%、预计增长20%，存货30天应收60天应付30天，流贷能批多少"
    mentions = find_mentions(question, today=TODAY)
    considered = router().consider(question, mentions)
    assert considered is not None and considered.name == "working_capital_need"
    assert considered.missing == ("prepayment_days", "advance_days")
    assert router().propose(question, mentions) is None


def test_a_tool_the_caller_may_not_use_is_not_proposed():
    question = "2025年6月的一年期LPR是多少"
    mentions = find_mentions(question, today=TODAY)
    assert router().propose(question, mentions, {}) is None
    assert router().propose(question, mentions, catalogue()) is not None


@pytest.mark.parametrize("question", ["", "？？？", "asdfgh qwerty", "12345", "锄禾日当午"])
def test_strange_questions_get_no_proposal(question: str):
    assert propose(question) is None


def test_flags_hear_a_negation():
    found = propose("高新技术企业，不是首贷，净损失200万，科技贷款风险补偿能补多少")
    assert found is not None
    assert found.arguments["first_loan"] is False
    assert found.arguments["labels"] == ["high_tech"]


def test_two_tenors_named_leave_the_tenor_open():
    found = propose("2026年5月的1年期和5年期LPR各是多少")
    assert found is not None and "tenor" not in found.arguments
