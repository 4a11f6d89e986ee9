"""The training dialogues show the prompts of the assistant and calls that it can run."""

import json
import random
from datetime import date

import pytest

from assistant.llm.embedded_grammar import available_marks, available_placeholders
from assistant.llm.embedded_prompt import REFUSAL
from assistant.tools import catalogue
from finetune.mini.data.build import Generator
from finetune.mini.data.example import ask, held_out
from finetune.mini.data.phrases import choose
from finetune.mini.data.values import fill


@pytest.fixture(scope="module")
def train() -> list[dict]:
    generator = Generator("train", 7, None, None)
    return [generator.example().json() for _ in range(250)]


@pytest.fixture(scope="module")
def test() -> list[dict]:
    generator = Generator("test", 8, None, None)
    return [generator.example().json() for _ in range(60)]


def calls(records: list[dict]):
    for record in records:
        question = next(m["content"] for m in record["messages"] if m["content"].startswith("日期："))
        for message in record["messages"]:
            for call in message.get("tool_calls", ()):
                yield record, question, call["function"]


def test_calls_use_tools_shown_arguments_declared_and_placeholders_asked(train: list[dict]):
    seen = 0
    for record, question, call in calls(train):
        function = next(t["function"] for t in record["tools"] if t["function"]["name"] == call["name"])
        properties = function["parameters"]["properties"]
        assert list(call["arguments"]) == [name for name in properties if name in call["arguments"]]
        assert set(function["parameters"].get("required", ())) <= set(call["arguments"])
        offered = {text for group in available_placeholders(question).values() for text in group}
        text = json.dumps(call["arguments"], ensure_ascii=False)
        used = {text for group in available_placeholders(text).values() for text in group}
        assert used <= offered
        seen += 1
    assert seen > 50


def test_answers_are_marks_of_the_evidence_shown_or_the_refusal(train: list[dict]):
    refused = quoted = 0
    for record in train:
        for place, message in enumerate(record["messages"]):
            content = message["content"]
            if message["role"] != "assistant" or message.get("tool_calls") or "[1]" in content:
                continue
            if content == REFUSAL:
                refused += 1
                continue
            shown = available_marks(m["content"] for m in record["messages"][:place])
            marks = available_marks([content])
            assert marks and set(marks) <= set(shown) and "".join(marks) == content
            quoted += 1
    assert quoted > refused > 20


def test_splits_share_no_template(train: list[dict], test: list[dict]):
    ignored = {"invented", "law.own", "law.words"}
    ours = {record["family"] for record in train} - ignored
    theirs = {record["family"] for record in test} - ignored
    assert theirs and not ours & theirs


def test_every_tool_of_the_catalogue_is_taught(train: list[dict]):
    assert {call["name"] for *_, call in calls(train)} >= set(catalogue())


def test_a_slot_becomes_the_placeholder_that_code_finds():
    filled = fill("贷款{amount:=300万元}，期限{term:=6个月}", random.Random(1))
    asked = ask(filled, date(2026, 11, 23))
    assert asked is not None
    assert asked.text == "贷款⟨M1⟩，期限⟨T1⟩"
    assert asked.placeholders == {"amount": "⟨M1⟩", "term": "⟨T1⟩"}
    assert asked.values == "⟨M1⟩=300万元 ⟨T1⟩=6个月"


def test_a_value_that_code_does_not_find_makes_no_example():
    assert ask(fill("贷款{amount:=一些钱}", random.Random(1)), date(2026, 11, 23)) is None


def test_choices_leave_no_brackets():
    text = choose("[甲|乙][丙|]{slot:money}", random.Random(2))
    assert "[" not in text and "{slot:money}" in text


def test_held_out_is_fixed_by_the_name():
    names = [f"template {n}" for n in range(600)]
    assert [held_out(name) for name in names] == [held_out(name) for name in names]
    assert 20 < sum(map(held_out, names)) < 90
