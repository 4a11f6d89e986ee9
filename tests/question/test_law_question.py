"""What counts as a question about the life of a text of law, and what only sounds like one."""

from datetime import date

import pytest

from assistant.question.law_question import law_question

TITLES = (
    "流动资金贷款管理暂行办法",
    "流动资金贷款管理办法",
    "中华人民共和国公司法（2023年修订）",
    "中华人民共和国网络安全法（2017年）",
    "中华人民共和国民法典（担保部分）",
)


@pytest.mark.parametrize(
    ("question", "kind", "title"),
    [
        ("流动资金贷款管理暂行办法什么时候失效", "ends", "流动资金贷款管理暂行办法"),
        ("《流动资金贷款管理办法》何时施行？", "starts", "流动资金贷款管理办法"),
        ("流贷管理办法是哪天开始施行的", "starts", "流动资金贷款管理办法"),
        ("哪个办法取代了流动资金贷款管理暂行办法", "replaced_by", "流动资金贷款管理暂行办法"),
        ("流动资金贷款暂行办法被什么替代了", "replaced_by", "流动资金贷款管理暂行办法"),
        ("流动资金贷款管理办法取代了哪个文件", "replaces", "流动资金贷款管理办法"),
        ("流动资金贷款管理办法2024年3月有效的是哪个", "in_force", "流动资金贷款管理办法"),
        ("网络安全法现在还有效吗", "in_force", "网络安全法"),
        ("2024年12月15日那天，新修订的网络安全法开始施行了吗？", "in_force", "网络安全法"),
        ("网络安全法正式生效了吗", "in_force", "网络安全法"),
        ("中华人民共和国网络安全法哪个版本有效", "in_force", "网络安全法"),
        ("请问网络安全法修正后的文本从什么时候起施行", "starts", "网络安全法"),
    ],
)
def test_questions_about_a_text(question: str, kind: str, title: str) -> None:
    found = law_question(question, TITLES)
    assert found is not None and (found.kind, found.title, found.held) == (kind, title, True)
    assert len(found.rest) < 6


@pytest.mark.parametrize(
    "question",
    [
        "流动资金贷款期限最长几年",
        "民法典规定保证合同什么时候生效",
        "公司法律顾问什么时候生效",
        "借款合同什么时候生效，民法典怎么说",
        "流动资金贷款管理办法适用于小微企业吗",
        "网络安全法对银行有什么要求",
        "这个办法什么时候施行",
        "客户的营业执照什么时候失效",
        "哪些企业的授信已经失效",
    ],
)
def test_other_questions(question: str) -> None:
    assert law_question(question, TITLES) is None


def test_an_edition_a_day_and_the_newest_are_told_apart() -> None:
    edition = law_question("公司法2018年修正版什么时候失效", TITLES)
    day = law_question("2018年公司法有效的是哪个", TITLES)
    before = law_question("2010年版流动资金贷款管理暂行办法什么时候失效", TITLES)
    newest = law_question("网络安全法修正什么时候施行", TITLES)
    assert edition and day and before and newest
    assert (edition.edition, day.edition, before.edition, newest.edition) == (2018, None, 2010, None)
    assert newest.latest and not edition.latest


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("示例银行授信办法什么时候失效", "示例银行授信办法"),
        ("《某某贷款通知》什么时候施行", "某某贷款通知"),
    ],
)
def test_a_title_that_is_not_held_is_named(question: str, title: str) -> None:
    found = law_question(question, TITLES)
    assert found is not None and (found.title, found.held) == (title, False)


@pytest.mark.parametrize(
    ("question", "kind", "span", "authority"),
    [
        ("哪些法规还没施行", "list_not_yet", "", ""),
        ("有什么新规即将实施", "list_not_yet", "", ""),
        ("有没有尚未生效的规定？", "list_not_yet", "", ""),
        ("请问即将施行的法规有哪些", "list_not_yet", "", ""),
        ("哪些办法已经失效了", "list_expired", "", ""),
        ("2024年废止了哪些文件", "list_expired", "2024", ""),
        ("广西有哪些政策已经失效", "list_expired", "", "local"),
        ("哪些政策快到期了", "list_ending", "", ""),
        ("今年有哪些政策将要到期", "list_expired", "2026", ""),
        ("今年有哪些新规施行", "list_started", "2026", ""),
        ("国家上个月施行了哪些法规", "list_started", "2026-10", "national"),
        ("下个月有哪些规定生效", "list_started", "2026-12", ""),
        ("明年有什么法规要生效", "list_started", "2027", ""),
        ("最近有哪些新规", "list_started", "", ""),
        ("去年出台了哪些法规", "list_issued", "2025", ""),
    ],
)
def test_lists(question: str, kind: str, span: str, authority: str) -> None:
    found = law_question(question, TITLES, today=date(2026, 11, 23))
    assert found is not None and found.lists
    assert (found.kind, found.span.iso() if found.span else "", found.authority) == (kind, span, authority)


@pytest.mark.parametrize(
    "question",
    [
        "哪些合同还没生效",
        "贷款执行什么标准",
        "今年小微企业贷款有哪些新政策",
        "2024年到2025年有哪些法规施行",
        "哪些企业的担保快到期了",
    ],
)
def test_a_subject_makes_it_no_list_of_texts(question: str) -> None:
    assert law_question(question, TITLES, today=date(2026, 11, 23)) is None


def test_what_is_asked_besides_is_kept() -> None:
    found = law_question("流动资金贷款管理办法什么时候施行，贷款期限最长可以做到几年", TITLES)
    assert found is not None and found.kind == "starts" and "贷款期限最长" in found.rest
