"""Whole answers over the built-in knowledge: `python -m eval.answers --home DIR [--without-model] [--verbose]`.

The questions are those of `eval/cases/retrieval.jsonl`: what an answer cites is compared with the section that answers the
question, and questions that nothing here answers should end without a citation.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.answer import Answer, Finished
from assistant.build import Bagui, build
from assistant.conversation import AnswerRequest, Message
from assistant.principal import Principal, principal_for
from assistant.settings import load_settings
from eval.retrieval_builtin import CASES, Case, read_cases


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer: citations of the right section and beside it, in the order of the text; `first` is the leading one's."""

    case: Case
    answer: Answer
    right: int
    beside: int
    first: bool


async def ask(bagui: Bagui, question: str, principal: Principal) -> Answer:
    request = AnswerRequest(messages=(Message(role="user", content=question),))
    async for event in bagui.assistant.answer(request, principal):
        if isinstance(event, Finished):
            return event.answer
    raise SystemExit(f"no answer to {question}")


def judge(case: Case, answer: Answer, document_of: dict[str, str]) -> Judged:
    """`document_of` names the document of each passage id."""
    right = [
        document_of.get(cited.id) in case.documents and cited.locator.startswith(case.locator)
        for cited in answer.citations
    ]
    leading = answer.text.partition("]")[0].rpartition("[")[2]
    first = any(ok and str(cited.n) == leading for ok, cited in zip(right, answer.citations, strict=True))
    return Judged(case, answer, sum(right), len(right) - sum(right), first)


async def _judged(bagui: Bagui, case: Case, principal: Principal) -> Judged:
    answer = await ask(bagui, case.question, principal)
    found = await bagui.retriever.search(case.question, principal, k=50)
    return judge(case, answer, {passage.id: passage.document_id for passage in found})


async def measure(home: Path, with_model: bool, verbose: bool, path: Path) -> None:
    settings = load_settings(home=home)
    embedded = settings.embedded.model_copy(update={"enabled": with_model})
    bagui = await build(settings.model_copy(update={"embedded": embedded}))
    principal = principal_for("rm", "eval", tenant=settings.tenant)
    judged = [await _judged(bagui, case, principal) for case in read_cases(path)]
    await bagui.close()
    inside = [item for item in judged if item.case.documents]
    outside = [item for item in judged if not item.case.documents]
    for item in judged:
        wrong = not item.first if item.case.documents else bool(item.answer.citations)
        if verbose and wrong:
            print(
                f"## {item.case.question}  {sorted(item.case.documents)} {item.case.locator}\n{item.answer.text}"
            )
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
