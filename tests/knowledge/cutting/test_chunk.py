"""Cutting running text: nothing lost, nothing over the limit, no crumbs."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.cutting.chunk import LIMIT, chunk

TEXT = st.text(
    alphabet=st.sampled_from("贷款期限不超过三年。；，！？\n \t#一、第章节条（）abc1\u3000“”"), max_size=3000
) | st.text(max_size=400)


@given(TEXT)
def test_the_pieces_put_together_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in chunk(text)) == text


@given(TEXT, st.integers(20, 200))
def test_no_piece_is_over_the_limit(text: str, limit: int) -> None:
    assert all(0 < len(piece.text) <= limit for piece in chunk(text, limit))


def test_nine_tiny_paragraphs_and_a_giant_become_pieces_of_readable_size() -> None:
    tiny = "".join(f"第{number}段很短。\n\n" for number in range(9))
    giant = "这是一个很长的段落，讲的是贷款用途。" * 120
    pieces = chunk(tiny + giant)
    assert all(len(piece.text) <= LIMIT for piece in pieces)
    assert all(len(piece.text) >= 60 for piece in pieces)
    assert pieces[0].text.startswith("第0段很短。")
    assert all(piece.text.rstrip().endswith("。") for piece in pieces)


def test_tiny_sections_are_joined_and_long_ones_are_not() -> None:
    text = "# 办法\n## 甲\n短。\n## 乙\n也短。\n## 丙\n" + "内容。" * 100
    pieces = chunk(text)
    assert len(pieces) == 1 or all(len(piece.text) > 60 for piece in pieces)


def test_a_heading_stays_with_the_text_below_it() -> None:
    body = "流动资金贷款期限原则上不超过三年。" * 10
    pieces = chunk(f"## 第一节\n{body}\n## 贷款期限\n{body}\n")
    assert len(pieces) == 2
    assert pieces[1].text.startswith("## 贷款期限\n流动资金贷款")
    assert pieces[1].locator == "贷款期限"


def test_the_locator_names_the_headings_above() -> None:
    filler = "说明文字。" * 30
    pieces = chunk(f"# 总册\n{filler}\n## 额度\n{filler}\n### 例外\n{filler}\n## 期限\n{filler}")
    assert [piece.locator for piece in pieces] == ["总册", "总册 额度", "额度 例外", "总册 期限"]


def test_numbered_headings_of_notices_are_headings() -> None:
    filler = "各银行应当落实。" * 20
    pieces = chunk(f"通知如下：\n{filler}\n一、加大信贷投放\n{filler}\n二、完善尽职免责\n{filler}")
    assert [piece.locator for piece in pieces] == ["", "一、加大信贷投放", "二、完善尽职免责"]


def test_a_sentence_is_not_cut_where_it_need_not_be() -> None:
    sentences = [f"这是第{number}句话，用来检查是否在句中切断。" for number in range(100)]
    for piece in chunk("".join(sentences)):
        assert piece.text.startswith("这是第") and piece.text.endswith("。")
