"""Numbers as people and statutes write them."""

import pytest

from assistant.words.numerals import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("二十三", 23),
        ("一百零五", 105),
        ("一〇五", 105),
        ("一千二百六十", 1260),
        ("二百", 200),
        ("57", 57),
        ("５７", 57),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: int) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "第五", "五条", "八点年"])
def test_what_is_no_number_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        parse_number(text)
