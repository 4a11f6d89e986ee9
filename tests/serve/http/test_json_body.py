from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InvalidRequest
from serve.http.json_body import parse_json


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"\\udc00": 1}',
        b'{"a": "x\\u0000y"}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 2}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
    ],
)
def test_what_is_no_safe_json_is_a_clear_error(raw):
    with pytest.raises(InvalidRequest) as caught:
        parse_json(raw)
    assert caught.value.code in {"invalid_json", "invalid_text"}


def test_text_of_any_language_passes():
    assert parse_json('{"a": "广西🙂é\\u4e2d"}'.encode()) == {"a": "广西🙂é中"}


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(raw):
    with contextlib.suppress(InvalidRequest):
        parse_json(raw)
