from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from serve.openai.limit import TextLimit, count_tokens

TEXT = st.text(alphabet="授信额度12ab .。\n", max_size=40)
STOPS = st.lists(st.text(alphabet="授信1a。", min_size=1, max_size=3), max_size=4)


def cut(pieces: list[str], limit: int | None, stops: list[str]) -> tuple[str, str]:
    released = TextLimit(limit, stops)
    text = "".join(released.feed(piece) for piece in pieces) + released.end()
    return text, released.reason


@given(TEXT, st.lists(st.integers(0, 40), max_size=5), st.integers(1, 20) | st.none(), STOPS)
def test_a_stream_is_cut_where_the_whole_text_is(text, cuts, limit, stops):
    edges = [0, *sorted(min(at, len(text)) for at in cuts), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    assert cut(pieces, limit, stops) == cut([text], limit, stops)


@given(TEXT, STOPS)
def test_no_stop_text_is_released(text, stops):
    released, _ = cut([text], None, stops)
    assert not any(stop in released for stop in stops)
    assert text.startswith(released)


@given(TEXT, st.integers(1, 20))
def test_a_limit_is_kept_and_said(text, limit):
    released, reason = cut([text], limit, [])
    assert count_tokens(released) <= limit
    assert (reason == "length") == (count_tokens(text) > limit)


def test_a_number_counts_once():
    assert count_tokens("1426万元") == 3
    assert cut(["14", "26万", "元"], 2, []) == ("1426万", "length")
