"""Whole answers over the built-in knowledge: `python -m eval.answers --home DIR [--without-model] [--verbose]`.

The questions are those of `eval/cases/retrieval.jsonl`: what an answer cites is compared with the section that answers the
question, and questions that nothing here answers should end without a citation. The suite `answers` of `bagui eval` asks
the same in an installation of its own.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answer import Answer, Failed, Finished
from assistant.build import Bagui, build
from assistant.conversation import AnswerRequest, Message
from assistant.principal import Principal, principal_for
from assistant.settings import load_settings
from eval.case import Case
from eval.retrieval_builtin import CASES, read_cases
from eval.score import NOT_SCORED, Output, Score, Scorer, yes
from eval.suite import Ground, NotRun, Subject, Suite
from eval.throwaway import installation


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer: citations of the right section and beside it, in the order of the text; `first` is the leading one's."""

    case: Case
    answer: Answer
    right: int
    beside: int
    first: bool


async def ask(bagui: Bagui, case: Case, principal: Principal) -> Answer:
    request = AnswerRequest(messages=(Message(role="user", content=case.question),), as_of=case.as_of)
    async for event in bagui.assistant.answer(request, principal):
        if isinstance(event, Finished):
            return event.answer
        if isinstance(event, Failed):
            raise NotRun(event.message, code=event.code)
    raise NotRun("没有回答")


def judge(case: Case, answer: Answer, document_of: dict[str, str]) -> Judged:
    """`document_of` names the document of each passage id."""
    documents, locator = case.expected["documents"], case.expected["locator"]
    right = [
        document_of.get(cited.id) in documents and cited.locator.startswith(locator)
        for cited in answer.citations
    ]
    leading = answer.text.partition("]")[0].rpartition("[")[2]
    first = any(ok and str(cited.n) == leading for ok, cited in zip(right, answer.citations, strict=True))
    return Judged(case, answer, sum(right), len(right) - sum(right), first)


async def _judged(bagui: Bagui, case: Case) -> Judged:
    principal = principal_for(case.role, "eval", tenant=bagui.settings.tenant)
    answer = await ask(bagui, case, principal)
    found = await bagui.retriever.search(case.question, principal, k=50)
    return judge(case, answer, {passage.id: passage.document_id for passage in found})


async def _outcome(bagui: Bagui, case: Case) -> Output:
    judged = await _judged(bagui, case)
    degraded = f"（降级：{'、'.join(judged.answer.degraded)}）" if judged.answer.degraded else ""
    return Output(degraded + judged.answer.text, judged, judged.answer.timings)


def settings_of(bagui: Bagui) -> dict[str, Any]:
    """What decides an answer: models, retrieval, agent. No address and no key."""
    embedded = bagui.embedded.model_name if bagui.embedded else ""
    return {
        "served_model": (bagui.settings.llm.model or "default") if bagui.settings.llm.base_url else "",
        "embedded_model": embedded,
        "retrieval": bagui.settings.retrieval.model_dump(mode="json"),
        "agent": bagui.settings.agent.model_dump(mode="json"),
    }


def _cited(case: Case, outcome: Output) -> Score:
    if not case.expected["documents"]:
        return NOT_SCORED
    return yes(outcome.found.right > 0, "没有引用应答的段落")


def _cited_first(case: Case, outcome: Output) -> Score:
    return yes(outcome.found.first, "首个引用不是应答的段落") if case.expected["documents"] else NOT_SCORED


def _precise(case: Case, outcome: Output) -> Score:
    cited = outcome.found.right + outcome.found.beside
    if not case.expected["documents"] or not cited:
        return NOT_SCORED
    return Score(outcome.found.right / cited, f"{cited} 处引用中 {outcome.found.beside} 处在别处")


def _nothing_cited(case: Case, outcome: Output) -> Score:
    if case.expected["documents"]:
        return NOT_SCORED
    return yes(not outcome.found.answer.citations, "库中没有答案，却有引用")


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Subject]:
    async with installation(ground.settings) as bagui:
        yield Subject(
            lambda case: _outcome(bagui, case), {"index": bagui.retriever.version}, settings_of(bagui)
        )


SUITE = Suite(
    "answers",
    "内置知识的完整回答",
    lambda _: read_cases(day=None),
    _open,
    (
        Scorer("right_section_cited", _cited),
        Scorer("cited_first", _cited_first),
        Scorer("citations_right", _precise),
        Scorer("nothing_cited", _nothing_cited),
    ),
)


async def measure(home: Path, with_model: bool, verbose: bool, path: Path) -> None:
    settings = load_settings(home=home)
    embedded = settings.embedded.model_copy(update={"enabled": with_model})
    bagui = await build(settings.model_copy(update={"embedded": embedded}))
    judged = [await _judged(bagui, case) for case in read_cases(path, day=None)]
    await bagui.close()
    inside = [item for item in judged if item.case.expected["documents"]]
    outside = [item for item in judged if not item.case.expected["documents"]]
    for item in judged:
        wrong = not item.first if item.case.expected["documents"] else bool(item.answer.citations)
        if verbose and wrong:
            print(f"## {item.case.question}  {dict(item.case.expected)}\n{item.answer.text}")
    print(
        f"{len(inside)} answerable: right section cited {np.mean([i.right > 0 for i in inside]):.3f}, cited first"
        f" {np.mean([i.first for i in inside]):.3f}, citations beside it {np.mean([i.beside for i in inside]):.2f};"
        f" {len(outside)} foreign: nothing cited {np.mean([not i.answer.citations for i in outside]):.3f}"
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--home", type=Path, required=True, help="a BAGUI_HOME that holds the built-in knowledge"
    )
    options.add_argument("--without-model", action="store_true", help="evidence and router alone")
    options.add_argument("--verbose", action="store_true", help="show the answers that miss")
    options.add_argument("--cases", type=Path, default=CASES)
    args = options.parse_args()
    asyncio.run(measure(args.home, not args.without_model, args.verbose, args.cases))


if __name__ == "__main__":
    main()
