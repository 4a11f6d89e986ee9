"""Who should choose the tool: the embedded model, the router, or the model where it is sure.

`python -m eval.routing [--questions FILE ...] [--model DIR]` asks every question with the passages that code finds
for it and prints accuracy of the tool's name (none counts as a choice) for the model alone, the router alone, and both
at several values of `agent.model_confidence`. The default questions were looked at while the router was made; those of
`eval/cases/hundred.jsonl` were not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.build import Bagui
from assistant.conversation import AnswerRequest, Message
from assistant.evidence.book import EvidenceBook, render_evidence
from assistant.principal import principal_for
from assistant.prompts import question_message, system_prompt
from assistant.question.question import understand
from assistant.settings import load_settings
from assistant.today import today_in_shanghai
from assistant.words.mentions import delexicalise, values_line
from eval.answers import settings_of
from eval.case import Case
from eval.score import Output, Score, Scorer, yes
from eval.suite import Ground, Subject, Suite
from eval.throwaway import installation

DEFAULT = tuple(Path(__file__).with_name("cases") / name for name in ("routing.yaml", "routing_second.yaml"))
SURE = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)


@dataclass(frozen=True, slots=True)
class Choice:
    """The tool chosen by each, none where none is called; without a model its `confidence` is `None`."""

    model: str | None
    confidence: float | None
    router: str | None


def read_cases(path: Path) -> list[Case]:
    """The tool wanted, of a YAML list (`q`, `tool`) or a jsonl file (`question`, `tool`)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in filter(None, text.splitlines())]
        pairs = [(row["question"], row.get("tool")) for row in rows]
    else:
        pairs = [(row["q"], row["tool"]) for row in yaml.safe_load(text)]
    return [Case(question, question, {"tool": tool}, kind=path.stem) for question, tool in pairs]


async def ask(bagui: Bagui, case: Case) -> Choice:
    likely = bagui.settings.agent.router_confidence
    rm = principal_for(case.role, "eval", tenant=bagui.settings.tenant)
    request = AnswerRequest(messages=(Message(role="user", content=case.question),), as_of=case.as_of)
    asked = await understand(request, rm, bagui.store, today_in_shanghai())
    proposal = bagui.assistant.router.propose(asked.question, asked.mentions)
    routed = proposal.name if proposal is not None and proposal.confidence >= likely else None
    if bagui.embedded is None:
        return Choice(None, None, routed)
    found = await bagui.retriever.search(asked.query, rm, k=5, as_of=asked.as_of, enterprise=asked.enterprise)
    book = EvidenceBook(asked.as_of)
    for passage in found:
        if bagui.retriever.bears_on(passage):
            book.add_passage(passage)
    shown = question_message(
        delexicalise(asked.question, asked.mentions),
        values_line(asked.mentions),
        asked.as_of,
        render_evidence(book),
    )
    tools = [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": f"{tool.title}：{tool.summary}",
                "parameters": tool.parameters,
            },
        }
        for tool in bagui.assistant.catalogue.values()
    ]
    said = await bagui.embedded.bind_tools(tools).ainvoke(
        [SystemMessage(system_prompt()), HumanMessage(shown)]
    )
    called = said.tool_calls[0]["name"] if said.tool_calls else None
    return Choice(called, float(said.response_metadata.get("confidence") or 0.0), routed)


def both(choice: Choice, sure: float) -> str | None:
    """As the assistant does it: the model where it is sure, else the router."""
    return choice.model if (choice.confidence or 0.0) >= sure else choice.router


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Subject]:
    async with installation(ground.settings, samples=True) as bagui:

        async def outcome(case: Case) -> Output:
            choice = await ask(bagui, case)
            chosen = both(choice, bagui.settings.agent.model_confidence)
            text = f"model {choice.model} ({choice.confidence}), router {choice.router}"
            return Output(text, {"choice": choice, "both": chosen})

        yield Subject(outcome, {"index": bagui.retriever.version}, settings_of(bagui))


def _model(case: Case, outcome: Output) -> Score:
    if outcome.found["choice"].confidence is None:
        return Score(None, "没有内置模型")
    return yes(outcome.found["choice"].model == case.expected["tool"], _wanted(case, outcome))


def _router(case: Case, outcome: Output) -> Score:
    return yes(outcome.found["choice"].router == case.expected["tool"], _wanted(case, outcome))


def _both(case: Case, outcome: Output) -> Score:
    if outcome.found["choice"].confidence is None:
        return Score(None, "没有内置模型")
    return yes(outcome.found["both"] == case.expected["tool"], _wanted(case, outcome))


def _wanted(case: Case, outcome: Output) -> str:
    return f"应为 {case.expected['tool']}；{outcome.text}"


SUITE = Suite(
    "routing",
    "工具的选择：模型、规则与两者",
    lambda _: [case for path in DEFAULT for case in read_cases(path)],
    _open,
    (Scorer("model", _model), Scorer("router", _router), Scorer("both", _both)),
)


async def run(files: list[Path], folder: Path | None) -> None:
    async with installation(load_settings(embedded={"model_dir": folder}), samples=True) as bagui:
        if bagui.embedded is None:
            raise SystemExit(f"no embedded model: {bagui.embedded_fault}")
        for path in files:
            cases = read_cases(path)
            report(path, cases, [await ask(bagui, case) for case in cases])


def report(path: Path, cases: list[Case], choices: list[Choice]) -> None:
    def share(choose: Callable[[Choice], str | None]) -> str:
        right = [choose(one) == case.expected["tool"] for case, one in zip(cases, choices, strict=True)]
        return f"{sum(right) / len(right):6.1%}"

    print(f"{path.name}: {len(choices)} questions")
    print(f"  model alone  {share(lambda one: one.model)}")
    print(f"  router alone {share(lambda one: one.router)}")
    for sure in SURE:
        trusted = sum((one.confidence or 0.0) >= sure for one in choices)
        shown = share(lambda one, sure=sure: both(one, sure))
        print(f"  both, sure ≥ {sure:<5} {shown}  (model decides {trusted})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=Path, nargs="+", default=list(DEFAULT))
    parser.add_argument("--model", type=Path, help="weights other than the shipped ones")
    options = parser.parse_args()
    asyncio.run(run(options.questions, options.model))


if __name__ == "__main__":
    main()
