"""The shipped weights behind the chat model: whatever they choose, it can be run, is cited, and ends."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.errors import ConfigurationError, UpstreamError
from assistant.llm import embedded_engine
from assistant.llm.embedded_engine import SHIPPED, EmbeddedEngine
from assistant.llm.embedded_grammar import available_marks
from assistant.llm.embedded_model import EmbeddedChatModel, read_call
from assistant.llm.embedded_prompt import REFUSAL
from assistant.settings import EmbeddedSettings
from assistant.tools import catalogue
from assistant.tools.argument import resolve
from assistant.words.mentions import delexicalise, find_mentions, placeholder_values, values_line

GOLDEN = (
    "某企业上年收入12000万元，利润率8%，预计增长15%，存货60天、应收90天、应付45天、预付10天、预收15天，"
    "自有资金1000万元，现有流贷800万元，其他渠道300万元，流动资金贷款需求是多少？"
)
EVIDENCE = "[1]《流动资金贷款管理办法》贷款期限｜现行有效\n⟨S1⟩流动资金贷款的期限原则上不超过三年（3年）。"
FUNCTIONS = [
    {
        "type": "function",
        "function": {"name": t.name, "description": f"{t.title}：{t.summary}", "parameters": t.parameters},
    }
    for t in catalogue().values()
]


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedChatModel]:
    loaded = EmbeddedChatModel.load(EmbeddedSettings())
    yield loaded
    loaded.close()


def prompt(question: str, evidence: str = EVIDENCE) -> str:
    mentions = find_mentions(question)
    lines = ["日期：2026-11-23", f"问题：{delexicalise(question, mentions)}"]
    values = values_line(mentions)
    return "\n".join([*lines, *([f"数值：{values}"] if values else []), f"证据：\n{evidence}"])


@pytest.mark.parametrize(
    "question",
    [
        GOLDEN,
        "一年期LPR加60个基点是多少",
        "今天天气如何",
        "净损失100万元，信用占比72%，补偿多少",
        "某某公司的画像",
        "检索担保的规定",
    ],
)
async def test_a_required_call_fits_the_schema(model: EmbeddedChatModel, question: str):
    message = await model.bind_tools(FUNCTIONS, tool_choice="any").ainvoke(prompt(question))
    (call,) = message.tool_calls
    tool = catalogue()[call["name"]]
    values = placeholder_values(find_mentions(question))
    resolved = {name: resolve(value, values, tool.args[name].kind) for name, value in call["args"].items()}
    tool.arguments.model_validate(resolved)
    assert 0 <= message.response_metadata["confidence"] <= 1


async def test_after_a_result_it_quotes_and_does_not_call_again(model: EmbeddedChatModel):
    result = "[2]流动资金贷款需求测算｜工具结果\n⟨S2⟩按监管参考公式测算，新增流动资金贷款额度为1426.67万元。"
    call = {"name": "working_capital_need", "args": {"revenue": "⟨M1⟩"}, "id": "1", "type": "tool_call"}
    turns = [
        SystemMessage("规则"),
        HumanMessage(prompt(GOLDEN)),
        AIMessage("", tool_calls=[call]),
        ToolMessage(result, tool_call_id="1"),
    ]
    message = await model.bind_tools(FUNCTIONS).ainvoke(turns)
    assert not message.tool_calls
    quoted = available_marks([str(message.content)])
    assert set(quoted) <= {"⟨S1⟩", "⟨S2⟩"}
    assert "".join(quoted) == message.content or message.content == REFUSAL


async def test_without_evidence_or_tools_it_declines(model: EmbeddedChatModel):
    message = await model.ainvoke("日期：2026-11-23\n问题：流动资金贷款最长几年")
    assert message.content == REFUSAL


async def test_counts_tokens_with_its_own_tokenizer(model: EmbeddedChatModel):
    message = await model.ainvoke("日期：2026-11-23\n问题：你好")
    usage = message.usage_metadata
    assert usage is not None
    expected = model.engine.count(
        "<|im_start|>user\n日期：2026-11-23\n问题：你好<|im_end|>\n<|im_start|>assistant\n"
    )
    assert usage["input_tokens"] == expected
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert model.get_num_tokens("⟨S12⟩") == 1


async def test_eight_at_once_answer_as_one_by_one(model: EmbeddedChatModel):
    bound = model.bind_tools(FUNCTIONS)
    questions = [prompt(GOLDEN), *(prompt(f"流动资金贷款期限第{n}问") for n in range(7))]
    together = await asyncio.gather(*(bound.ainvoke(question) for question in questions))
    for question, message in zip(questions[:3], together, strict=False):
        alone = await bound.ainvoke(question)
        assert (alone.content, [c["args"] for c in alone.tool_calls]) == (
            message.content,
            [c["args"] for c in message.tool_calls],
        )


async def test_a_cancelled_request_is_freed_and_the_next_one_served(model: EmbeddedChatModel):
    endless = 'root ::= "⟨S1⟩"{900,1000}'
    running = asyncio.wrap_future(model.engine.submit("问题", endless, 1000))
    await asyncio.sleep(0.2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with asyncio.timeout(20):
        assert (await model.ainvoke("日期：2026-11-23\n问题：你好")).content


async def test_evidence_too_long_is_cut_from_its_end(model: EmbeddedChatModel):
    evidence = EVIDENCE + "".join(f"\n⟨S{n}⟩{'流动资金贷款的说明很长，' * 12}" for n in range(2, 60))
    message = await model.bind_tools(FUNCTIONS).ainvoke(prompt("流动资金贷款期限最长几年？", evidence))
    usage = message.usage_metadata
    assert usage is not None
    assert usage["input_tokens"] <= model.engine.context


def test_a_call_cut_short_is_no_call():
    assert read_call('<tool_call>{"name": "loan_rate", "arguments": {"day": "⟨D1') is None
    assert read_call('<tool_call>{"name": "loan_rate"}</tool_call>') is None


@pytest.mark.parametrize("broken", ["absent", "empty", "no_weights", "not_json"])
def test_a_broken_folder_is_a_configuration_error(tmp_path: Path, broken: str):
    folder = tmp_path / "model"
    if broken != "absent":
        folder.mkdir()
    if broken in {"no_weights", "not_json"}:
        for name in ("model.json", "tokenizer.json"):
            (folder / name).write_bytes((SHIPPED / name).read_bytes())
    if broken == "not_json":
        (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ConfigurationError):
        EmbeddedChatModel.load(EmbeddedSettings(model_dir=folder))


async def test_closed_it_refuses_work():
    engine = EmbeddedEngine(SHIPPED, kv_cache_gb=0.05, threads=1)
    engine.close()
    with pytest.raises(UpstreamError):
        engine.submit("问题", None, 8).result(timeout=5)


@pytest.mark.parametrize("readable", [True, False])
async def test_compiled_grammars_do_not_pile_up(monkeypatch: pytest.MonkeyPatch, readable: bool):
    monkeypatch.setattr(embedded_engine, "GRAMMARS_KEPT", 3)
    model = EmbeddedChatModel.load(EmbeddedSettings())
    fresh, loads = model.engine._load, []

    def load():
        loads.append("again")
        if not readable:
            raise ConfigurationError("the weights are gone")
        return fresh()

    monkeypatch.setattr(model.engine, "_load", load)
    questions = [prompt("流动资金贷款期限最长几年", f"{EVIDENCE}⟨S{n}⟩又一句。") for n in range(2, 7)]
    together = await asyncio.gather(*(model.ainvoke(question) for question in questions))
    again = [await model.ainvoke(question) for question in questions]
    assert [m.content for m in together] == [m.content for m in again]
    assert len(loads) >= 2
    assert len(model.engine._compiled) <= 3
    model.close()


def test_an_idle_engine_meets_every_length_of_a_step_and_a_question_comes_first(
    monkeypatch: pytest.MonkeyPatch,
):
    asked, add, submitted = [], EmbeddedEngine._add, threading.Event()

    def adding(self: EmbeddedEngine, ids: list[int], config: object):
        asked.append(len(ids))
        assert submitted.wait(30)
        return add(self, ids, config)

    monkeypatch.setattr(EmbeddedEngine, "_add", adding)
    engine = EmbeddedEngine(SHIPPED, kv_cache_gb=0.05, threads=1)
    question = "流动资金贷款期限" * 20
    answer = engine.submit(question, None, 4)
    submitted.set()
    assert answer.result(timeout=30).tokens
    while engine._unmet:
        time.sleep(0.01)
    engine.close()
    longest = engine.count(question)
    assert longest > embedded_engine.STEP_TOKENS
    assert sorted(asked) == [*range(1, embedded_engine.STEP_TOKENS + 1), longest]
    assert asked.index(longest) <= 1, "at most the step under way comes before a question"


_PROMPTS = """
import ctypes, random, time
from assistant.llm.embedded_engine import SHIPPED, EmbeddedEngine

class Heap(ctypes.Structure):
    _fields_ = [(f"field{n}", ctypes.c_size_t) for n in range(10)]

heap = ctypes.CDLL("libc.so.6").mallinfo2
heap.restype = Heap
engine = EmbeddedEngine(SHIPPED, kv_cache_gb=0.05, threads=1)
while engine._unmet:
    time.sleep(0.01)
chance, before = random.Random(1), heap().field7
for _ in range(12):
    asked = ["".join(chance.choices("流动资金贷款期限最长几年", k=chance.randint(20, 200))) for _ in range(4)]
    for answer in [engine.submit(question, None, 6) for question in asked]:
        answer.result()
print((heap().field7 - before) / 2**20)
engine.close()
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc tells what its heap holds")
def test_prompts_of_any_length_leave_no_memory_behind():
    done = subprocess.run([sys.executable, "-c", _PROMPTS], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 10  # megabytes; 47 where each length is first met in a prompt
