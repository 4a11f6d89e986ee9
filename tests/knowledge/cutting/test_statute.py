"""A statute as passages: one an article, and nothing lost. What other systems get wrong: test_peer_failures.py."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.cutting.chunk import LIMIT
from knowledge.cutting.clauses import clauses, ordinal
from knowledge.cutting.statute import ARTICLE_LIMIT, Piece, statute_pieces


def articles(text: str) -> list[tuple[str, str]]:
    return [(piece.locator, piece.text) for piece in statute_pieces(text) if piece.kind == "article"]


def test_no_piece_crosses_two_articles() -> None:
    text = "".join(f"第{ordinal(n)}条 {'甲乙丙丁' * 3 * n}。\n" for n in range(1, 90))
    for piece in statute_pieces(text):
        assert len(re.findall(r"^第.{1,4}条 ", piece.raw, re.M)) <= 1


def test_a_heading_above_that_ends_like_a_sentence_does_not_hide_the_article_below() -> None:
    text = "第一条 目的。\n第二章 管辖和适用\n第二条 由所在地机关管辖。\n第三条 另定。"
    assert [piece.locator for piece in statute_pieces(text)] == ["第一条", "第二条", "第三条"]


def test_headings_above_are_searched_and_not_quoted() -> None:
    text = (
        "目　录\n第一编 总则\n第二编 分则\n第一编 总则\n第一条 目的。\n第二编 分则\n第一分编 担保物权\n第一章 一般规定\n"
        "第一节 设立\n第二条 应当登记。\n第二章 质权\n第三条 交付时设立。"
    )
    found = {piece.locator: piece for piece in statute_pieces(text)}
    assert found["第一条"].context == "第一编 总则"
    assert found["第二条"].context == "第二编 分则 第一分编 担保物权 第一章 一般规定 第一节 设立"
    assert found["第三条"].context == "第二编 分则 第一分编 担保物权 第二章 质权"
    assert found["第二条"].text == "应当登记。"


def test_numbered_headings_of_judicial_interpretations() -> None:
    text = "规定\n一、一般规定\n第一条 目的。\n二、代 位 权\n第二条 应当起诉。\n第三条 其他。"
    assert [piece.context for piece in statute_pieces(text)][1:] == [
        "一、一般规定",
        "二、代 位 权",
        "二、代 位 权",
    ]


LONG = (
    "第三条 商业银行贷款应当遵守下列规定：\n"
    + "".join(f"（{ordinal(n)}）第{n}项要求{'，应当审慎核查并留存记录' * 4}；\n" for n in range(1, 12))
    + "前款所称记录，"
    + "保存期限按照主管部门的规定执行，" * 25
    + "不得少于五年。\n"
    + "其他事项另行规定。\n"
)


def test_a_long_article_is_cut_by_its_paragraphs_with_its_head_repeated() -> None:
    pieces = [
        p
        for p in statute_pieces(f"第一章 总则\n第一条 甲。\n第二条 乙。\n第二章 贷款\n{LONG}第四条 丁。")
        if p.locator.startswith("第三条")
    ]
    assert len(pieces) >= 3
    assert pieces[0].locator == "第三条第一款" and pieces[-1].locator == "第三条第二款至第三款"
    assert all(len(piece.text) <= LIMIT for piece in pieces)
    assert all(piece.context == "第二章 贷款 第三条 商业银行贷款应当遵守下列规定：" for piece in pieces[1:])


def test_paragraphs_broken_by_the_page_are_not_numbered() -> None:
    broken = "贷款人应当核实借款人的\n经营情况和还款来源。\n（一）流水；\n前款规定不适用于\n小额贷款。"
    assert {clause.number for clause in clauses(broken)} == {0}
    whole = clauses("贷款人应当核实：\n（一）流水；\n1.工资；\n（二）纳税。\n前款规定另有例外。")
    assert [(clause.number, len(clause.items)) for clause in whole] == [(1, 2), (2, 0)]
    assert whole[0].lead == "贷款人应当核实："


def test_annexes_and_forms_stand_apart_from_the_last_article() -> None:
    text = (
        "示例办法\n第一条 目的。\n第二条 本办法自公布之日起施行，见附件。\n附件1：费率表\n单位：万元\n"
        "档次：甲；费率：1%。\n附件2\n申请表\n申请人：\n"
    )
    found = [(p.kind, p.locator, p.text) for p in statute_pieces(text)]
    assert found[2] == ("article", "第二条", "本办法自公布之日起施行，见附件。")
    assert found[3] == ("annex", "附件1：费率表", "单位：万元\n档次：甲；费率：1%。")
    assert found[4] == ("annex", "附件2", "申请表\n申请人：")


def test_articles_of_an_annex_do_not_take_the_place_of_those_of_the_law() -> None:
    text = "第一条 甲。\n第二条 乙。\n附件：实施细则\n第一条 丙。\n第二条 丁。\n"
    assert articles(text) == [
        ("第一条", "甲。"),
        ("第二条", "乙。"),
        ("附件：实施细则 第一条", "丙。"),
        ("附件：实施细则 第二条", "丁。"),
    ]


@st.composite
def statutes(draw: st.DrawFn) -> str:
    parts = draw(
        st.lists(
            st.sampled_from(
                [
                    "第一条 目的。\n",
                    "第二条\n正文，依照第一条执行。\n",
                    "第二条之一　补充。\n",
                    "第一编 总 则\n",
                    "第二章 管理\n",
                    "二、特别规定\n",
                    "第三条为了规范。\n",
                    "  （一）项目；\n",
                    "依照\n第四条 的规定\n",
                    "\n",
                    "附件1 表格\n",
                    "第四条 " + "很长的一款内容。" * 130 + "\n",
                    LONG,
                ]
            ),
            max_size=14,
        )
    )
    return draw(st.text(max_size=20)) + "".join(parts)


@given(statutes())
def test_the_pieces_put_together_are_the_statute(text: str) -> None:
    pieces = statute_pieces(text)
    assert not pieces or "".join(piece.raw for piece in pieces) == text
    for piece in pieces:
        assert piece.text in piece.raw
        assert not _visible(piece) - Counter(piece.context + piece.locator + piece.text + "#*:：")


def _visible(piece: Piece) -> Counter[str]:
    """What of the raw text a reader would miss: everything but blanks and the marks of headings."""
    return Counter(char for char in piece.raw if not char.isspace() and char not in "#*:：")


@pytest.mark.parametrize(
    ("number", "word"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_ordinals(number: int, word: str) -> None:
    assert ordinal(number) == word


def test_the_limit_leaves_most_articles_whole() -> None:
    text = f"第一条 {'长' * (ARTICLE_LIMIT - 1)}。\n第二条 短。"
    assert [piece.locator for piece in statute_pieces(text)] == ["第一条", "第二条"]
