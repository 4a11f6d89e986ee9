"""A hundred questions written from the contract and the domain notes alone, before any training template was.

`python -m eval.hundred [--home DIR] [--model DIR]` asks the embedded model alone, the router alone, and the two as
the assistant combines them. With a home that holds the knowledge base the prompt carries retrieved evidence. The suite
`hundred` of `bagui eval` asks the same without evidence.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.errors import InvalidRequest
from assistant.evidence.book import EvidenceBook, render_evidence
from assistant.llm.embedded_model import EmbeddedChatModel
from assistant.planning.router import Router
from assistant.prompts import question_message
from assistant.settings import EmbeddedSettings, load_settings
from assistant.today import today_in_shanghai
from assistant.tools import catalogue
from assistant.tools.argument import resolve
from assistant.tools.tool import Tool
from assistant.words.dates import PartialDate
from assistant.words.mentions import Mention, delexicalise, find_mentions, placeholder_values, values_line
from eval.case import Case
from eval.score import NOT_SCORED, Output, Score, Scorer, yes
from eval.suite import Ground, Subject, Suite

CASES = Path(__file__).with_name("cases") / "hundred.jsonl"
THRESHOLD = 0.5
_NO_TOOL = frozenset({None, "search_knowledge"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice: a tool with arguments, or none; `confidence` in [0, 1]."""

    name: str | None
    arguments: Mapping[str, Any]
    confidence: float


def read_cases() -> list[Case]:
    """`expected` names the tool (or none), its arguments, and the enterprises that the question mentions."""
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [
        Case(
            row["id"],
            row["question"],
            {name: row[name] for name in ("tool", "arguments", "enterprises")},
            kind=row["kind"],
        )
        for row in rows
    ]


def mentions_of(case: Case) -> tuple[Mention, ...]:
    directory = [(name, name, name) for name in case.expected["enterprises"]]
    return find_mentions(case.question, today=today_in_shanghai(), directory=directory)


def right_arguments(
    case: Case, chosen: Chosen, mentions: Sequence[Mention], tools: Mapping[str, Tool]
) -> bool:
    """Whether every argument the case names has its value; others may be there besides."""
    if chosen.name is None:
        return True
    values = placeholder_values(mentions)
    args = tools[chosen.name].args
    for name, wanted in case.expected["arguments"].items():
        try:
            got = resolve(chosen.arguments.get(name), values, args[name].kind)
        except InvalidRequest:
            return False
        if not _same(got, wanted):
            return False
    return True


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(got, PartialDate):
        return got.iso() == wanted
    if isinstance(got, Decimal | int) and not isinstance(got, bool) and isinstance(wanted, str):
        return Decimal(got) == Decimal(wanted)
    if isinstance(got, list):
        return wanted in got
    return got == wanted or str(got) == str(wanted)


async def by_model(
    model: EmbeddedChatModel,
    case: Case,
    mentions: Sequence[Mention],
    tools: Mapping[str, Tool],
    evidence: str,
) -> Chosen:
    functions = [
        {
            "type": "function",
            "function": {
                "name": t.name,
                "description": f"{t.title}：{t.summary}",
                "parameters": t.parameters,
            },
        }
        for t in tools.values()
    ]
    question = delexicalise(case.question, mentions)
    prompt = question_message(question, values_line(mentions), today_in_shanghai(), evidence)
    message = await model.bind_tools(functions).ainvoke(prompt)
    confidence = (
        0.0 if message.response_metadata.get("invalid_call") else message.response_metadata["confidence"]
    )
    if not message.tool_calls:
        return Chosen(None, {}, confidence)
    return Chosen(message.tool_calls[0]["name"], message.tool_calls[0]["args"], confidence)


def by_router(router: Router, case: Case, mentions: Sequence[Mention]) -> Chosen:
    proposal = router.propose(case.question, mentions)
    if proposal is None or proposal.confidence < THRESHOLD:
        return Chosen(None, {}, 0.0)
    return Chosen(proposal.name, proposal.arguments, proposal.confidence)


def combined(model: Chosen, router: Chosen) -> Chosen:
    """As the assistant does it: an unsure model gives way to a router that has a proposal."""
    return router if model.confidence < THRESHOLD and router.name is not None else model


def summary(cases: Sequence[Case], results: Sequence[tuple[Chosen, bool]]) -> dict[str, Any]:
    """Shares by kind of question. A knowledge question searched for with `search_knowledge` is no error of choice."""
    pairs = list(zip(cases, results, strict=True))
    tool = [(case, chosen, ok) for case, (chosen, ok) in pairs if case.expected["tool"]]
    none = [(case, chosen) for case, (chosen, _) in pairs if not case.expected["tool"]]
    named = [(case, chosen, ok) for case, chosen, ok in tool if chosen.name == case.expected["tool"]]
    return {
        "tool_name": round(len(named) / len(tool), 3),
        "arguments": round(sum(ok for *_, ok in named) / len(tool), 3),
        "arguments_given_name": round(sum(ok for *_, ok in named) / max(1, len(named)), 3),
        "no_tool": round(sum(chosen.name is None for _, chosen in none) / len(none), 3),
        "no_tool_or_search": round(sum(chosen.name in _NO_TOOL for _, chosen in none) / len(none), 3),
        "overall": round((len(named) + sum(c.name in _NO_TOOL for _, c in none)) / len(pairs), 3),
    }


async def evidence_for(home: Path | None, cases: Sequence[Case]) -> list[str]:
    """What the assistant would show of the knowledge base for each question; nothing without a home."""
    if home is None:
        return ["" for _ in cases]
    from assistant.build import build
    from assistant.principal import principal_for

    settings = load_settings(home=home)
    bagui = await build(settings.model_copy(update={"embedded": EmbeddedSettings(enabled=False)}))
    today = today_in_shanghai()
    principal = principal_for("rm", "eval", tenant=settings.tenant)
    texts = []
    for case in cases:
        found = await bagui.retriever.search(
            case.question, principal, k=settings.retrieval.top_k, as_of=today, today=today
        )
        book = EvidenceBook(today)
        for passage in found:
            if bagui.retriever.bears_on(passage):
                book.add_passage(passage)
        texts.append(render_evidence(book))
    await bagui.close()
    return texts


async def choose(
    model: EmbeddedChatModel | None, router: Router, case: Case, tools: Mapping[str, Tool], evidence: str
) -> dict[str, tuple[Chosen, bool]]:
    """By each: what it chose, and whether that is the tool with the arguments. Without a model, the router alone."""
    mentions = mentions_of(case)
    routed = by_router(router, case, mentions)
    chosen = {"router": routed}
    if model is not None:
        own = await by_model(model, case, mentions, tools, evidence)
        chosen |= {"model": own, "both": combined(own, routed)}
    return {
        name: (one, one.name == case.expected["tool"] and right_arguments(case, one, mentions, tools))
        for name, one in chosen.items()
    }


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Subject]:
    tools = catalogue()
    router = Router(tools)
    settings = ground.settings.embedded
    model = EmbeddedChatModel.load(settings) if settings.enabled else None

    async def outcome(case: Case) -> Output:
        found = await choose(model, router, case, tools, "")
        text = "；".join(f"{name}: {one.name} {dict(one.arguments)}" for name, (one, _) in found.items())
        return Output(text, found)

    try:
        yield Subject(outcome, settings={"embedded_model": model.model_name if model else ""})
    finally:
        if model is not None:
            model.close()


def _scorers(by: str) -> tuple[Scorer, ...]:
    """The figures of `summary` for one that chooses; the mean over the scored cases is the share."""

    def scorer(name: str, judge: Callable[[Case, Chosen, bool], bool | None]) -> Scorer:
        def score(case: Case, outcome: Output) -> Score:
            if by not in outcome.found:
                return Score(None, "没有内置模型")
            right = judge(case, *outcome.found[by])
            wanted = f"应为 {case.expected['tool']} {case.expected['arguments']}；{outcome.text}"
            return NOT_SCORED if right is None else yes(right, wanted)

        return Scorer(f"{by}_{name}", score)

    def of_tool(case: Case, right: bool) -> bool | None:
        return right if case.expected["tool"] else None

    def overall(case: Case, one: Chosen, _: bool) -> bool:
        return one.name == case.expected["tool"] or (not case.expected["tool"] and one.name in _NO_TOOL)

    return (
        scorer("tool_name", lambda case, one, _: of_tool(case, one.name == case.expected["tool"])),
        scorer("arguments", lambda case, _, right: of_tool(case, right)),
        scorer("no_tool", lambda case, one, _: None if case.expected["tool"] else one.name is None),
        scorer(
            "no_tool_or_search", lambda case, one, _: None if case.expected["tool"] else one.name in _NO_TOOL
        ),
        scorer("overall", overall),
    )


SUITE = Suite(
    "hundred",
    "一百问：工具与参数的选择",
    lambda _: read_cases(),
    _open,
    tuple(scorer for by in ("model", "router", "both") for scorer in _scorers(by)),
)


async def run(model_dir: Path | None, home: Path | None, verbose: bool) -> dict[str, Any]:
    cases, tools = read_cases(), catalogue()
    evidence = await evidence_for(home, cases)
    model = EmbeddedChatModel.load(EmbeddedSettings(model_dir=model_dir))
    router = Router(tools)
    columns: dict[str, list[tuple[Chosen, bool]]] = {"model": [], "router": [], "both": []}
    for case, shown in zip(cases, evidence, strict=True):
        found = await choose(model, router, case, tools, shown)
        for name, column in columns.items():
            column.append(found[name])
        if verbose:
            print(
                case.id,
                case.question[:30],
                "|",
                case.expected["tool"],
                "|",
                *found["model"],
                "|",
                *found["router"],
            )
    model.close()
    return {name: summary(cases, results) for name, results in columns.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, help="a BAGUI_HOME that holds the built-in knowledge")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    print(
        json.dumps(
            asyncio.run(run(options.model, options.home, options.verbose)), ensure_ascii=False, indent=1
        )
    )


if __name__ == "__main__":
    main()
