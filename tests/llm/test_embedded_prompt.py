"""The plain renderer must give the text that a served copy of the model is prompted with, byte for byte."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant.llm.embedded_prompt import SHOWN_ARGUMENTS, render_chat
from assistant.tools import catalogue

TEMPLATE = Path(__file__).parents[2] / "finetune" / "mini" / "chat_template.jinja"
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def jinja():
    """The template as transformers and vLLM compile it."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def tools() -> list[dict]:
    return [
        {"type": "function", "function": {"name": name, "description": t.summary, "parameters": t.parameters}}
        for name, t in catalogue().items()
    ]


def call(arguments: dict) -> dict:
    return {"type": "function", "function": {"name": "loan_rate", "arguments": arguments}}


@settings(deadline=None, max_examples=60)
@given(
    question=TEXT,
    result=TEXT,
    arguments=st.dictionaries(TEXT, TEXT | st.booleans() | st.lists(TEXT, max_size=2), max_size=3),
    shown=st.booleans(),
    prompting=st.booleans(),
)
def test_same_bytes_as_jinja(jinja, question, result, arguments, shown, prompting):
    messages = [
        {"role": "system", "content": "不显示"},
        {"role": "user", "content": question},
        {"role": "assistant", "content": "", "tool_calls": [call(arguments)]},
        {"role": "tool", "content": result},
        {"role": "assistant", "content": "⟨S1⟩"},
        {"role": "user", "content": "那5年期呢？"},
    ]
    listed = tools() if shown else []
    ours = render_chat(messages, listed, add_generation_prompt=prompting)
    assert ours == jinja.render(messages=messages, tools=listed, add_generation_prompt=prompting)


def test_arguments_may_be_json_text():
    as_text = [{"role": "assistant", "content": None, "tool_calls": [call('{"day": "⟨D1⟩"}')]}]  # pyright: ignore
    as_object = [{"role": "assistant", "content": None, "tool_calls": [call({"day": "⟨D1⟩"})]}]
    assert render_chat(as_text) == render_chat(as_object)
    assert '<tool_call>{"name": "loan_rate", "arguments": {"day": "⟨D1⟩"}}</tool_call>' in render_chat(
        as_text
    )


def test_a_long_tool_shows_its_first_arguments_only():
    properties = {f"a{n}": {"type": "number", "description": "数"} for n in range(20)}
    function = {"name": "long", "description": "长", "parameters": {"properties": properties}}
    prompt = render_chat([], [{"type": "function", "function": function}])
    assert f"a{SHOWN_ARGUMENTS - 1}?" in prompt
    assert f"a{SHOWN_ARGUMENTS}?" not in prompt
