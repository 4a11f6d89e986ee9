"""Figures for the embedded model's card, on dialogues whose templates it never saw.

`python -m eval.mini_card --dialogues FILE [--model DIR]`; the file is what `finetune.mini.data.build` writes as its
test split. Every decision of a dialogue is asked for with the true turns before it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.llm.embedded_engine import SHIPPED, EmbeddedEngine
from assistant.llm.embedded_grammar import available_marks
from assistant.llm.embedded_model import MAX_CALL_TOKENS, SURE_OF_MARK, grammar_for, read_call
from assistant.llm.embedded_prompt import REFUSAL, render_chat

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Decision:
    """One turn of the assistant: what was wanted, and the turns and tools before it."""

    kind: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]
    wanted: Mapping[str, Any]

    @property
    def call(self) -> Mapping[str, Any] | None:
        calls = self.wanted.get("tool_calls")
        return calls[0]["function"] if calls else None


def decisions(path: Path) -> Iterator[Decision]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for place, message in enumerate(record["messages"]):
                if message["role"] == "assistant" and "[1]" not in message["content"]:
                    before = record["messages"][place - 1]["role"]
                    kind = "after_tool" if before == "tool" else record["kind"]
                    yield Decision(kind, record["messages"][:place], record["tools"], message)


async def decide(engine: EmbeddedEngine, decision: Decision, free: bool) -> tuple[str, bool]:
    """What the model writes, and whether it was sure of its first token; `free` lets it write without the grammar."""
    prompt = render_chat(decision.messages, decision.tools)
    rules = None if free else grammar_for(decision.messages, decision.tools)
    made = await asyncio.wrap_future(engine.submit(prompt, rules, MAX_CALL_TOKENS))
    return made.text, bool(made.logprobs) and math.exp(made.logprobs[0]) >= SURE_OF_MARK


def score(decision: Decision, text: str, sure: bool) -> dict[str, float]:
    """Each figure in [0, 1] that this decision counts for."""
    call, wanted = read_call(text), decision.call
    if wanted is not None:
        named = call is not None and call["name"] == wanted["name"]
        exact = call is not None and named and call["args"] == wanted["arguments"]
        return {"name": float(named), "arguments_exact": float(exact)}
    quoted, gold = available_marks([text]), available_marks([str(decision.wanted["content"])])
    figures = {"no_call": float(call is None)}
    if gold:
        common = len(set(quoted) & set(gold))
        figures["exact"] = float(quoted == gold)
        figures["f1"] = 2 * common / (len(quoted) + len(gold)) if quoted else 0.0
        figures["any_gold"] = float(common > 0)
        figures["sure"] = float(sure)
        if sure:
            figures["any_gold_when_sure"] = float(common > 0)
    else:
        figures["refused"] = float(text == REFUSAL)
    return figures


async def run(engine: EmbeddedEngine, path: Path, free: bool) -> dict[str, Any]:
    """Means by kind of decision; refusal is scored over every decision made of evidence."""
    asked = list(decisions(path))
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(decision: Decision) -> tuple[str, bool]:
        async with limit:
            return await decide(engine, decision, free)

    texts = await asyncio.gather(*(one(decision) for decision in asked))
    sums: dict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    refusals: Counter[str] = Counter()
    for decision, (text, sure) in zip(asked, texts, strict=True):
        for figure, value in score(decision, text, sure).items():
            sums[decision.kind][figure].append(value)
        if decision.call is None and decision.kind != "after_tool":
            wanted, got = decision.wanted["content"] == REFUSAL, text == REFUSAL
            refusals[f"{wanted}{got}"] += 1
    report: dict[str, Any] = {
        kind: {
            "n": max(map(len, figures.values())),
            **{f: round(sum(v) / len(v), 4) for f, v in figures.items()},
        }
        for kind, figures in sorted(sums.items())
    }
    hit, false, missed = refusals["TrueTrue"], refusals["FalseTrue"], refusals["TrueFalse"]
    report["refusal"] = {
        "precision": round(hit / max(1, hit + false), 4),
        "recall": round(hit / max(1, hit + missed), 4),
        "f1": round(2 * hit / max(1, 2 * hit + false + missed), 4),
    }
    return report


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--free", action="store_true", help="without the grammar")
    options = parser.parse_args()
    engine = EmbeddedEngine(options.model, kv_cache_gb=0.25, threads=2)
    try:
        print(
            json.dumps(
                asyncio.run(run(engine, options.dialogues, options.free)), ensure_ascii=False, indent=1
            )
        )
    finally:
        engine.close()


if __name__ == "__main__":
    main()
