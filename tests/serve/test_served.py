"""The plain pass to the language model: a closed list goes in, our own schema comes out."""

from __future__ import annotations

import json

import pytest
from fake_llm.server import MODEL, Reply

MESSAGES = [{"role": "user", "content": "你好"}]


def post(live, role="developer", **fields):
    with live.client(role) as client:
        return client.post("/v1/chat/completions", json={"model": MODEL, "messages": MESSAGES, **fields})


def streamed(response) -> list[dict]:
    lines = [line for line in response.text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line[6:]) for line in lines[:-1]]


def test_only_listed_fields_reach_the_model(live, llm):
    assert post(live, temperature=0.5, max_tokens=9, bagui={"as_of": "2024-01-01"}).status_code == 200
    assert llm.bodies[-1] == {"model": MODEL, "messages": MESSAGES, "temperature": 0.5, "max_tokens": 9}


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2}, {"chat_template": "x"}, {"chat_template_kwargs": {}}, {"guided_regex": "a"}, {"cache_salt": "x"},
        {"prompt_logprobs": 1}, {"api_base": "http://x"}, {"tool_choice": {"type": "function", "function": {"name": "x"}}},
        {"tools": [{"type": "function", "function": {"name": "x", "parameters": {"pattern": "(a+)+$"}}}]},
        {"tools": [{"type": "function", "function": {"name": "x", "parameters": {"type": 7}}}]},
        {"tools": [{"type": "function", "function": {"name": "x"}}] * 500},
        {"messages": [{"role": "tool", "content": "x", "tool_call_id": "orphan"}]},
    ],
)  # fmt: skip
def test_what_is_not_listed_or_not_safe_is_refused(live, llm, fields):  # C15 C16 C17 C19 C26
    response = post(live, **fields)
    assert response.status_code == 400
    assert llm.bodies == []


def test_what_comes_back_is_rebuilt(live, llm):
    body = post(live).json()
    assert body["id"] != "fake-1" and "system_fingerprint" not in body
    assert body["choices"][0]["message"]["content"] == "好的。"


def test_call_deltas_have_no_null_names(live, llm):  # C13
    llm.script.append(Reply(calls=(("a", {"x": 1}), ("b", {"y": 2}))))
    tools = [{"type": "function", "function": {"name": name}} for name in "ab"]
    found = streamed(post(live, stream=True, tools=tools))
    deltas = [call for item in found for call in item["choices"][0]["delta"].get("tool_calls", [])]
    assert [call["index"] for call in deltas] == [0, 0, 1, 1]
    assert "name" not in deltas[1]["function"] and "id" not in deltas[1]
    assert found[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_text_split_inside_a_character_arrives_whole(live, llm):  # C07
    llm.mode, llm.fallback = "split_utf8", Reply("八桂🙂智融")
    found = streamed(post(live, stream=True))
    assert "".join(item["choices"][0]["delta"].get("content", "") for item in found) == "八桂🙂智融"


@pytest.mark.parametrize("mode", ["eof", "reset", "abort"])
def test_a_stream_that_breaks_ends_with_an_error_and_done(live, llm, mode):  # C41 C42
    llm.mode, llm.fallback = mode, Reply("很长的一段回答")
    found = streamed(post(live, stream=True))
    assert found[-1]["error"]["code"].startswith("upstream")


@pytest.mark.parametrize("mode", ["error_500", "error_429", "invalid_json", "hang"])
@pytest.mark.parametrize("stream", [True, False])
def test_an_upstream_that_fails_at_once_is_a_502_without_its_text(live, llm, mode, stream):  # C40
    llm.mode = mode
    response = post(live, stream=stream)
    assert (response.status_code, response.json()["error"]["code"]) == (502, "upstream_error")
    assert "secret" not in response.text


def test_it_is_for_developers(live, llm):
    assert post(live, role="enterprise").status_code == 404
    assert llm.bodies == []
