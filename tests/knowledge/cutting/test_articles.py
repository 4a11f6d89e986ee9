"""Statutes by article: what is a heading, and what only mentions an article."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.cutting.articles import split_articles


def locators(text: str) -> list[str]:
    return [article.locator for article in split_articles(text)]


def test_heading_and_body_on_one_line_or_two() -> None:
    found = split_articles("某办法\n第一条　为了规范贷款行为，制定本办法。\n第二条\n贷款人应当审慎经营。\n")
    assert [(article.locator, article.text) for article in found] == [
        ("", "某办法"),
        ("第一条", "为了规范贷款行为，制定本办法。"),
        ("第二条", "贷款人应当审慎经营。"),
    ]


def test_a_reference_inside_a_sentence_is_no_heading() -> None:
    found = split_articles(
        "第一条 为了规范，制定本法。\n第二条 违反第一条 规定的，依照第五条处理。\n第三条 本法自公布之日起施行。"
    )
    assert [article.locator for article in found] == ["第一条", "第二条", "第三条"]
    assert "依照第五条处理" in found[1].text


def test_a_reference_at_the_start_of_a_wrapped_line_is_no_heading() -> None:
    text = (
        "第一条 总的要求。\n第二条 有下列情形之一的，依照\n第三条 的规定处理：\n"
        "（一）拒绝检查的；\n第三条、第四条规定的其他情形。\n第三条 主管部门负责监督。\n"
    )
    assert locators(text) == ["第一条", "第二条", "第三条"]
    assert split_articles(text)[2].text == "主管部门负责监督。"


def test_inserted_articles_keep_their_number() -> None:
    text = "第十条 原来的一条。\n第十条之一 增加的一条。\n第十条之二 又一条。\n第十一条 下一条。"
    assert locators(text) == ["第十条", "第十条之一", "第十条之二", "第十一条"]


def test_chapters_belong_to_the_article_below_them() -> None:
    found = split_articles(
        "第一章 总则\n第一条 目的。\n第二章 贷款\n第一节 期限\n第二条 不超过三年。\n第三条 可以展期。"
    )
    assert [(article.locator, article.chapter) for article in found] == [
        ("第一条", "第一章 总则"),
        ("第二条", "第一节 期限"),
        ("第三条", "第一节 期限"),
    ]
    assert "第二章" not in found[0].text


def test_marked_up_headings() -> None:
    assert locators("# 条例\n## 第一条\n内容甲。\n**第二条** 内容乙。\n第三条：内容丙。") == [
        "",
        "第一条",
        "第二条",
        "第三条",
    ]


def test_a_heading_without_a_space_counts_when_its_number_is_due() -> None:
    text = "第一条为了规范经营，制定本办法。\n第二条本办法适用于银行。\n第九条规定的事项除外。\n第三条施行日期另定。"
    assert locators(text) == ["第一条", "第二条", "第三条"]


def test_plain_text_is_no_statute() -> None:
    assert split_articles("根据第三条规定，贷款期限不超过三年。\n这是一份说明。") == []


@st.composite
def statutes(draw: st.DrawFn) -> str:
    parts = draw(
        st.lists(
            st.sampled_from(
                [
                    "第一条 目的。\n",
                    "第二条\n正文，依照第一条执行。\n",
                    "第二条之一　补充。\n",
                    "第二章 管理\n",
                    "第三条为了规范。\n",
                    "  （一）项目；\n",
                    "依照\n第四条 的规定\n",
                    "\n",
                    "附件\n",
                ]
            ),
            max_size=14,
        )
    )
    return draw(st.text(max_size=20)) + "".join(parts)


@given(statutes())
def test_the_articles_put_together_are_the_statute(text: str) -> None:
    found = split_articles(text)
    assert not found or "".join(article.raw for article in found) == text
