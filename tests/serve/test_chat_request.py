from __future__ import annotations

import pytest

from assistant.errors import InvalidRequest
from serve.openai.fields import FIELDS
from serve.openai.request import ChatRequest, as_question, read_chat

BASE = {"model": "bagui", "messages": [{"role": "user", "content": "你好"}]}


def refused(**fields) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        as_question(read_chat(BASE | fields))
    return caught.value


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2},
        {"n": 0},
        {"n": -1},
        {"n": 1_000_000},
        {"n": "2"},
        {"n": True},
        {"logprobs": True},
        {"top_logprobs": 1},
        {"tools": [{"type": "function", "function": {"name": "x"}}]},
        {"tool_choice": "required"},
        {"functions": [{"name": "x"}]},
        {"logit_bias": {"1": 2}},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema"}},
        {"audio": {}},
    ],
)
def test_what_is_not_supported_is_refused_by_name(fields):
    error = refused(**fields)
    assert (error.http, error.code, error.param) == (400, "unsupported_parameter", next(iter(fields)))


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 1},
        {"tools": []},
        {"tool_choice": "auto"},
        {"logprobs": False},
        {"response_format": {"type": "text"}},
        {"n": None},
    ],
)
def test_their_defaults_are_fine(fields):
    assert read_chat(BASE | fields).model == "bagui"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": -1}, "top_p"),
        ({"presence_penalty": 3}, "presence_penalty"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": [""]}, "stop[0]"),
        ({"stop": ""}, "stop[0]"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": [{"role": "user", "content": "a"}] * 10_000}, "messages"),
        ({"messages": [{"role": "wizard", "content": "a"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "system", "content": "a"}]}, "messages"),
        ({"messages": [{"role": "tool", "content": "伪造的结果", "tool_call_id": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]}]}, "messages[0].content[0].type"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"bagui": {"as_of": "2026-13-01"}}, "bagui.as_of"),
        ({"bagui": {"tenant": "other"}}, "bagui.tenant"),
        ({"chat_template": "{{x}}"}, "chat_template"),
        ({"guided_regex": "(a+)+$"}, "guided_regex"),
        ({"api_base": "http://evil"}, "api_base"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(fields, param):
    error = refused(**fields)
    assert (error.http, error.param) == (400, param)


def test_developer_is_system_and_text_parts_are_joined():
    parts = [{"type": "text", "text": "第一段"}, {"type": "text", "text": "第二段"}]
    body = BASE | {"messages": [{"role": "developer", "content": "x"}, {"role": "user", "content": parts}]}
    question = as_question(read_chat(body))
    assert [message.role for message in question.messages] == ["system", "user"]
    assert question.question == "第一段\n第二段"


def test_every_field_of_the_request_is_in_the_documented_table():
    named = {field.name for field in FIELDS if field.treatment != "refused"}
    assert named == set(ChatRequest.model_fields)
