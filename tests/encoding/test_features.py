"""The units that both indexes count."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.encoding.features import codes, cut, fold


def test_chinese_is_cut_into_characters_and_pairs_latin_into_words() -> None:
    assert cut("ＬＰＲ为3.10%，无还本") == ["lpr", "为", "3点10", "无", "还", "本", "无还", "还本"]


def test_pairs_do_not_cross_punctuation_or_texts() -> None:
    found, owners = codes(["甲，乙", "丙"])
    assert sorted(found.tolist()) == sorted(map(ord, "甲乙丙"))
    assert owners.tolist() == [0, 0, 1]


@given(st.lists(st.text(max_size=30), max_size=6))
def test_a_text_has_the_same_features_alone_and_in_company(texts: list[str]) -> None:
    together, owners = codes(texts)
    for place, text in enumerate(texts):
        alone, _ = codes([text])
        assert sorted(together[owners == place].tolist()) == sorted(alone.tolist())


@given(st.text(max_size=50))
def test_terms_never_break_a_query(text: str) -> None:
    assert all(term and '"' not in term and not term.isspace() for term in cut(text))


def by_definition(text: str) -> list[int]:
    """Characters and pairs of the folded text, counted one by one."""
    points = [(ord(one), one.isalnum() and one < "\U00010000") for one in fold(text)]
    pairs = [first << 21 | second for (first, one), (second, two) in pairwise(points) if one and two]
    return sorted([*(point for point, word in points if word), *pairs])


@pytest.mark.parametrize(
    ("frame", "step"),
    [
        ("甲{}乙", 3),
        ("a{}b", 31),
        ("Α{}", 31),
        ("か{}", 31),
        ("각{}", 31),
        ("ᄀ{}", 31),
        ("={}", 31),
        ("e{}\u0301", 31),
    ],
)
def test_every_character_is_folded_as_in_its_text(frame: str, step: int) -> None:
    texts = [frame.format(chr(code)) for code in range(0x20, 0x10000, step) if not 0xD800 <= code < 0xE000]
    assert not [text for text in texts if sorted(codes([text])[0].tolist()) != by_definition(text)]


@given(st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), max_size=30))
def test_a_text_is_counted_as_its_definition_says(text: str) -> None:
    assert sorted(codes([text])[0].tolist()) == by_definition(text)
