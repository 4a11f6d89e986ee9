"""Follow-ups as people type them: what they lean on, and what must be left alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.follow_up import standing_enterprise, whole

TODAY = date(2026, 11, 25)
DIRECTORY = (
    ("缙澜示例锂材有限公司（虚构）", "缙澜锂材", "91459999900000057F"),
    ("璟笙示例视觉有限公司（虚构）", "璟笙视觉", "914599999000000067"),
)


def read(question: str, *earlier: str) -> str:
    return whole(question, earlier, today=TODAY, directory=DIRECTORY)


@pytest.mark.parametrize(
    ("before", "question", "read_as"),
    [
        ("流动资金贷款期限最长几年", "那固定资产贷款呢？", "固定资产贷款期限最长几年"),
        ("流贷最长几年", "固贷呢", "固贷最长几年"),
        ("2025年6月的一年期LPR是多少", "五年期呢？", "2025年6月的五年期LPR是多少"),
        ("2025年6月的一年期LPR是多少", "2024年8月呢", "2024年8月的一年期LPR是多少"),
        ("2025年6月的一年期LPR是多少", "5月呢", "2025年5月的一年期LPR是多少"),
        ("缙澜锂材最近的纳税情况如何", "璟笙视觉呢", "璟笙视觉最近的纳税情况如何"),
        (
            "收入12000万、利润率8%，流贷还能批多少",
            "如果利润率10%呢",
            "收入12000万、利润率10%，流贷还能批多少",
        ),
        ("科技型中小企业认定条件", "高新技术企业呢", "高新技术企业认定条件"),
        ("缙澜锂材的企业画像", "该企业的融资需求预测一下", "缙澜锂材的融资需求预测一下"),
        ("缙澜锂材最近现金流怎么样", "那纳税情况呢", "缙澜锂材的纳税情况"),
        ("质押在哪里登记", "它什么时候设立", "质押什么时候设立"),
    ],
)
def test_what_a_follow_up_names_takes_the_place_of_its_like(before: str, question: str, read_as: str) -> None:
    assert read(question, before) == read_as


def test_follow_ups_lean_on_follow_ups() -> None:
    assert read("个人贷款呢", "流动资金贷款期限最长几年", "那固定资产贷款呢") == "个人贷款期限最长几年"


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("今天天气怎么样", "那呢"),
        ("缙澜锂材最近现金流怎么样", "LPR呢"),
        ("流动资金贷款期限最长几年", "可以展期吗"),
        ("流动资金贷款期限最长几年", "那展期呢"),
        ("商业银行对单一客户贷款比例上限是多少", "那么民间借贷利率上限是多少"),
        ("收入12000万、成本9000万，流贷还能批多少", "8000万呢"),  # which of the two is meant cannot be known
        ("缙澜锂材最近的纳税情况如何", "璟笙视觉和它有什么关系"),
        ("流动资金贷款期限最长几年", "其他贷款有什么规定"),
    ],
)
def test_a_question_that_stands_alone_or_cannot_be_told_is_left_alone(before: str, question: str) -> None:
    assert read(question, before) == question


def test_the_first_question_leans_on_nothing() -> None:
    assert read("那固贷呢") == "那固贷呢"


def test_the_enterprise_of_the_conversation_is_the_one_named_last() -> None:
    earlier = ["缙澜锂材的画像", "璟笙视觉呢", "流贷最长几年"]
    assert standing_enterprise(earlier, DIRECTORY) == "914599999000000067"
    assert standing_enterprise(earlier, ()) is None


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=4))
def test_any_text_is_read_without_an_error(question: str, earlier: list[str]) -> None:
    assert isinstance(whole(question, earlier, today=TODAY, directory=DIRECTORY), str)
