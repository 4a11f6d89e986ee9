import pytest

from assistant.question.consequence import asks_law, asks_sanction, states_sanction


@pytest.mark.parametrize(
    "question",
    [
        "没有授权就查客户信用报告，罚多少",
        "偷税会怎么处罚",
        "出租对公账户会受什么处罚",
        "不按时报告会不会被罚款",
        "罚款上限是多少",
        "最高罚多少钱",
        "骗取贷款判几年",
        "虚开发票要坐牢吗",
        "泄露客户资料要承担什么责任",
        "要追究哪些人的责任",
        "会有什么法律责任",
        "征信违规查询的处罚",
    ],
)
def test_who_asks_for_a_penalty_or_liability_asks_for_a_sanction(question: str) -> None:
    assert asks_sanction(question) and asks_law(question)


@pytest.mark.parametrize("question", ["放高利贷违法吗", "收砍头息算不算违法", "没登记的质押有什么法律后果"])
def test_what_is_lawful_is_a_question_of_law_and_for_no_sanction(question: str) -> None:
    assert asks_law(question) and not asks_sanction(question)


@pytest.mark.parametrize(
    "question",
    [
        "逾期罚息怎么算",
        "罚息利率上浮多少",
        "企业近三年有行政处罚还能申请算力券吗",
        "去年被罚过款，还能办贷款吗",
        "违法所得怎么计算",
        "担保机构承担多少比例",
        "流动资金贷款期限最长几年",
        "怎么判断企业是不是小微",
    ],
)
def test_a_penalty_that_is_only_mentioned_and_interest_are_not_asked_for(question: str) -> None:
    assert not asks_law(question)


def test_a_sanction_is_told_from_a_duty() -> None:
    assert states_sanction("对单位处5万元以上50万元以下罚款。")
    assert states_sanction("处3年以下有期徒刑或者拘役。")
    assert states_sanction("应当承担损害赔偿等责任。")
    assert not states_sanction("查询个人信用信息应当取得信息主体本人的书面同意并约定用途。")
