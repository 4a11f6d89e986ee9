"""The units that both indexes count."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.features import codes, cut


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
