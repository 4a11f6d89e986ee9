"""Numbers and days that an official text states of itself, and those it does not."""

from datetime import date

import pytest

from knowledge.describing.metadata import days_in_name, metadata_of

RULE = (
    "示例贷款管理办法\n（中国人民银行令〔2030〕第7号）\n2030年2月2日发布\n第一条 根据《某法》（甲发〔2001〕3号）制定。\n"
    "第二条 本办法自2030年7月1日起施行。《示例贷款管理暂行办法》（乙令2010年第1号）同时废止。\n"
)


def test_number_days_and_what_it_repeals() -> None:
    found = metadata_of(RULE, RULE[: RULE.index("第一条")])
    assert found.doc_no == "中国人民银行令〔2030〕第7号"
    assert (found.issued, found.effective_from) == (date(2030, 2, 2), date(2030, 7, 1))
    assert found.repeals == ("示例贷款管理暂行办法",)


def test_an_amended_law_does_not_take_the_first_day_of_its_first_edition() -> None:
    head = (
        "示例法\n（1995年5月10日某会议通过　根据2003年12月27日《关于修改〈示例法〉的决定》第一次修正"
        "　根据2015年8月29日《关于修改〈示例法〉的决定》第二次修正）\n"
    )
    found = metadata_of(head + "第一条 目的。\n第二条 本法自1995年7月1日起施行。", head)
    assert (found.issued, found.effective_from) == (date(2015, 8, 29), None)
    amended = metadata_of(head + "第一条 目的。\n第二条 本法自公布之日起施行。", head)
    assert amended.effective_from is None


def test_the_day_of_issue_counts_where_the_text_says_so() -> None:
    head = "示例条例\n2011年5月9日国务院令第599号公布\n"
    found = metadata_of(head + "第一条 目的。\n第二条 本条例自公布之日起施行。", head)
    assert (found.doc_no, found.effective_from) == ("国务院令第599号", date(2011, 5, 9))


def test_a_notice_is_dated_at_its_end() -> None:
    text = "关于某事的通知\n银发〔2026〕42号\n各单位：\n现通知如下。\n自2026年3月1日起执行。\n某机关\n2026年2月6日\n"
    found = metadata_of(text)
    assert (found.doc_no, found.issued, found.effective_from) == (
        "银发〔2026〕42号",
        date(2026, 2, 6),
        date(2026, 3, 1),
    )


def test_what_a_text_does_not_say_stays_unknown() -> None:
    found = metadata_of(
        "说明\n根据甲发〔2020〕3号文件，贷款期限不超过三年。2020年5月1日该文件印发后各行执行。"
    )
    assert (found.doc_no, found.effective_from, found.repeals) == ("", None, ())


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("商业银行法_20150829", date(2015, 8, 29)),
        ("2024-02-02 流动资金贷款管理办法", date(2024, 2, 2)),
        ("合同123456789", None),
        ("银发2026", None),
        ("办法20241399", None),
    ],
)
def test_the_day_in_a_file_name(name: str, day: date | None) -> None:
    assert days_in_name(name) == day
