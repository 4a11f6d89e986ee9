from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.planning.slots import fill, settle
from assistant.tools import catalogue
from assistant.tools.argument import resolve
from assistant.words.mentions import find_mentions, placeholder_values
from assistant.words.numerals import plain

TODAY = date(2026, 11, 23)
DIRECTORY = (("南宁澍岚智能科技有限公司（示例）", "澍岚智能", "91450100MA5SAMPLE1"),)
QUESTIONS = Path(__file__).parents[2] / "eval" / "cases" / "routing.yaml"
CASES = [case for case in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8")) if case.get("args")]


def filled(name: str, question: str) -> dict[str, Any]:
    mentions = find_mentions(question, today=TODAY, directory=DIRECTORY)
    tool, known = catalogue()[name], placeholder_values(mentions)
    values = {
        key: resolve(value, known, tool.args[key].kind)
        for key, value in fill(tool, question, mentions).arguments.items()
    }
    return {key: plain(value) if isinstance(value, Decimal) else value for key, value in values.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["q"][:24])
def test_arguments_come_from_the_words_beside_them(case: dict[str, Any]):
    got = filled(case["tool"], case["q"])
    wanted = {name: str(value) for name, value in case["args"].items()}
    assert {name: str(got.get(name)) for name in wanted} == wanted


def test_a_value_is_used_once_and_nothing_is_invented():
    question = "收入3000万，应收60天"
    found = fill(catalogue()["working_capital_need"], question, find_mentions(question))
    assert found.arguments == {"revenue": "⟨M1⟩", "receivable_days": "⟨T1⟩"}
    assert found.cued == 2 and "payable_days" in found.missing


def test_values_without_a_word_stay_out():
    question = "一共500万，其中60天"
    assert fill(catalogue()["working_capital_need"], question, find_mentions(question)).arguments == {}


def test_a_word_inside_a_longer_one_claims_nothing():
    assert "existing_loans" not in filled("working_capital_need", "自有资金100万，预收账款20天")
    assert filled("working_capital_need", "现有流贷800万")["existing_loans"] == "800"


@pytest.mark.parametrize("said", ["不是首贷", "非首贷", "没有首贷"])
def test_flags_hear_a_negation(said: str):
    assert filled("risk_pool_eligibility", f"{said}，净损失90万")["first_loan"] is False


def test_the_search_takes_the_whole_question():
    assert filled("search_knowledge", "查一下受托支付")["query"] == "查一下受托支付"


def test_a_small_models_arguments_are_settled_by_the_question() -> None:
    tools = catalogue()
    question = "珠海的科技信贷风险补偿，净损失200万补多少"
    mentions = find_mentions(question)
    guessed = {
        "pool": "guangzhou-2025",
        "loan_amount": "⟨M1⟩",
        "loan_type": "direct",
        "enterprise": "华谊科技",
    }
    settled = settle(tools["risk_pool_eligibility"], guessed, question, mentions)
    assert settled == {"pool": "zhuhai-2022", "net_loss": "⟨M1⟩"}


def test_what_code_cannot_place_the_model_may() -> None:
    tools = catalogue()
    question = "示例甲公司现在资料怎么样"
    settled = settle(
        tools["enterprise_portrait"], {"enterprise": "示例甲公司"}, question, find_mentions(question)
    )
    assert settled["enterprise"] == "示例甲公司"
