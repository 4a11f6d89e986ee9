import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.asking import asks_rule, substance, without_pointing


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("南宁算力券怎么办理", "南宁算力券"),
        ("请问桂惠贷还能申请吗", "桂惠贷 申请"),
        ("逾期贷款是什么", "逾期贷款"),
        ("怎么办", "怎么办"),
    ],
)
def test_asking_words_say_nothing_about_the_subject(question: str, about: str) -> None:
    assert substance(question) == about


@pytest.mark.parametrize(
    "question",
    [
        "我们公司可以申请哪些贷款", "我们的专利能拿来贷款吗", "我们公司注册资本可以减少吗", "我们公司要不要做算法备案",
        "我们公司是高新技术企业，有什么优惠", "我司逾期了怎么办", "我们企业适合什么产品", "我司想做知识产权质押",
        "我们公司申请贴息需要哪些材料",
    ],
)  # fmt: skip
def test_a_question_for_a_rule_is_one_whoever_asks(question: str) -> None:
    assert asks_rule(question)


@pytest.mark.parametrize(
    "question",
    [
        "我们公司怎么样", "可以看看我们公司的流水吗", "能查一下我司的纳税吗", "我们公司产能利用率高吗", "我司有多少员工",
        "这家企业有哪些专利", "我们公司属于人工智能行业吗", "桂云智能在我行的贷款余额和授信额度", "我们公司最近有逾期吗",
    ],
)  # fmt: skip
def test_a_question_for_data_is_none(question: str) -> None:
    assert not asks_rule(question)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("我们公司可以申请哪些贷款", "可以申请哪些贷款"),
        ("这家企业的专利能质押吗", "专利能质押吗"),
        ("公司法规定注册资本几年缴足", "公司法规定注册资本几年缴足"),
        ("客户信息泄露怎么办", "客户信息泄露怎么办"),
        ("我们公司怎么样", "我们公司怎么样"),
        ("基本户可以开几个", "基本户可以开几个"),
        ("印花税应该公司交还是个人交", "印花税应该公司交还是个人交"),
    ],
)
def test_whose_case_it_is_is_not_searched_for(question: str, left: str) -> None:
    assert without_pointing(question) == left


@given(st.text(min_size=1, max_size=60))
def test_something_is_always_left(question: str) -> None:
    assert substance(question)
