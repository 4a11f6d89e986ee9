"""The official `openai` client and `langchain-openai` against the running server."""

from __future__ import annotations

import openai
import pytest
from fake_llm.server import MODEL, Reply
from langchain_openai import ChatOpenAI

QUESTION = "2025年6月的一年期LPR是多少"
MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.fixture
def client(live, llm):
    with openai.OpenAI(base_url=f"{live.url}/v1", api_key=live.key("developer"), max_retries=0) as made:
        yield made


def test_openai_gets_a_plain_answer_with_the_answer_beside_it(client):
    done = client.chat.completions.create(model="bagui", messages=MESSAGES)
    assert done.choices[0].finish_reason == "stop"
    assert "3.00%" in done.choices[0].message.content
    assert done.usage.total_tokens > 0
    assert done.model_extra["bagui"]["citations"]


def test_openai_gets_the_same_text_streamed(client):
    plain = client.chat.completions.create(model="bagui", messages=MESSAGES).choices[0].message.content
    stream = client.chat.completions.create(
        model="bagui", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == plain
    assert chunks[-1].usage is not None
    assert chunks[-2].model_extra["bagui"]["text"] == plain


def test_openai_sees_our_errors_as_its_own(client, live):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="bagui", messages=MESSAGES, n=2)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "n")
    assert caught.value.request_id.startswith("req_")
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="nothing", messages=MESSAGES)
    assert caught.value.code == "model_not_found"
    with (
        openai.OpenAI(base_url=f"{live.url}/v1", api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        stranger.models.list()
    assert caught.value.code == "invalid_api_key"


def test_openai_lists_models_and_sends_extra_fields(client):
    assert [model.id for model in client.models.list()] == ["bagui", "bagui-embed", MODEL]
    done = client.chat.completions.create(
        model="bagui",
        messages=[{"role": "user", "content": "流动资金贷款期限最长几年"}],
        extra_body={"bagui": {"as_of": "2024-03-01"}},
    )
    assert done.model_extra["bagui"]["as_of"] == "2024-03-01"


def test_openai_passes_tools_to_the_served_model_under_its_own_name(client, llm):
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    llm.script.extend([Reply(calls=(("weather", {"city": "南宁"}),))] * 2)
    done = client.chat.completions.create(model=MODEL, messages=MESSAGES, tools=[tool])
    call = done.choices[0].message.tool_calls[0]
    assert (done.choices[0].finish_reason, call.function.name) == ("tool_calls", "weather")
    assert call.function.arguments == '{"city": "南宁"}'
    with client.chat.completions.stream(model=MODEL, messages=MESSAGES, tools=[tool]) as stream:
        call = stream.get_final_completion().choices[0].message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("weather", '{"city": "南宁"}')


@pytest.fixture
def chat(live, llm):
    return ChatOpenAI(model="bagui", base_url=f"{live.url}/v1", api_key=live.key("developer"), max_retries=0)


async def test_langchain_gets_plain_and_streamed_answers(chat):
    plain = await chat.ainvoke(QUESTION)
    assert "3.00%" in plain.content
    assert plain.usage_metadata["total_tokens"] > 0
    pieces = [piece async for piece in chat.astream(QUESTION)]
    assert "".join(piece.content for piece in pieces) == plain.content
    assert pieces[-1].chunk_position == "last" or pieces[-1].response_metadata
    await chat.root_async_client.close()
    chat.root_client.close()
