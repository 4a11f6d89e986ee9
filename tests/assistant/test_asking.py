import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.asking import substance


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


@given(st.text(min_size=1, max_size=60))
def test_something_is_always_left(question: str) -> None:
    assert substance(question)
