from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.gate import SentenceGate


def through(text: str, *sizes: int) -> list[str]:
    """What the gate releases when the text comes in pieces of the given sizes, then whole."""
    gate, out, at = SentenceGate(), [], 0
    for size in sizes:
        out += gate.feed(text[at : at + size])
        at += size
    return out + gate.feed(text[at:]) + gate.flush()


def test_a_sentence_waits_for_its_marks() -> None:
    gate = SentenceGate()
    assert gate.feed("期限为3年。") == []
    assert gate.feed("[1") == []
    assert gate.feed("][2]另") == ["期限为3年。[1][2]"]
    assert gate.flush() == ["另"]


def test_a_decimal_point_is_no_end() -> None:
    assert through("利率为3.5%。[1]") == ["利率为3.5%。[1]"]


def test_full_width_marks_become_marks() -> None:
    assert through("最长5年【12】。") == ["最长5年[12]。"]


def test_a_quotation_is_a_sentence_of_its_own() -> None:
    assert through("根据现行规定，⟨S3⟩⟨S4⟩") == ["根据现行规定，⟨S3⟩", "⟨S4⟩"]


def test_reasoning_is_never_released() -> None:
    assert through("<think>先想一下。第一步。</think>最长3年。") == ["最长3年。"]
    assert through("<think>想不完。") == []


@given(st.lists(st.integers(1, 5), max_size=40))
def test_how_the_text_is_cut_makes_no_difference(sizes: list[int]) -> None:
    text = "<think>嗯。</think>期限为3.5年。[1][2]另见《办法》第三十九条；⟨S3⟩完毕！【4】\n末尾"
    assert through(text, *sizes) == through(text)


@given(st.text(alphabet="年期。！？[]12⟨⟩S\n，", max_size=60))
def test_no_character_but_space_is_lost(text: str) -> None:
    assert "".join("".join(through(text)).split()) == "".join(text.split())
