"""Search of the built-in knowledge: `python -m eval.retrieval_builtin [--calibrate]`.

Questions with the document (and section) that answers them, and questions that nothing here answers. The suite
`retrieval` of `bagui eval` asks the same and scores each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from assistant.passage import Passage
from assistant.principal import principal_for
from assistant.retrieval.fusion import Weights
from assistant.retrieval.retriever import NOT_FOUND_BELOW, Retriever
from assistant.settings import load_settings
from eval.case import Case
from eval.score import NOT_SCORED, Output, Score, Scorer, yes
from eval.suite import Ground, Subject, Suite
from eval.throwaway import library

CASES = Path(__file__).parent / "cases" / "retrieval.jsonl"
DAY = date(2026, 11, 23)
GRID = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
K = 10


def read_cases(path: Path = CASES, day: date | None = DAY) -> list[Case]:
    """`expected` names `documents` and the `locator`; no documents means that the built-in knowledge has no answer."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Case(
            row["question"],
            row["question"],
            {"documents": row["documents"], "locator": row["locator"]},
            as_of=day,
            kind="inside" if row["documents"] else "foreign",
        )
        for row in rows
    ]


def answered_by(case: Case, passage: Passage) -> bool:
    return passage.document_id in case.expected["documents"] and passage.locator.startswith(
        case.expected["locator"]
    )


def reciprocal_rank(case: Case, found: Sequence[Passage]) -> float:
    return next((1 / place for place, passage in enumerate(found, 1) if answered_by(case, passage)), 0.0)


async def look(retriever: Retriever, case: Case, tenant: str) -> Output:
    """The passages of a search as `found`, best first."""
    rm = principal_for(case.role, "eval", tenant=tenant)
    began = time.perf_counter()
    found = await retriever.search(case.question, rm, k=K, as_of=case.as_of, today=DAY)
    spent = (time.perf_counter() - began) * 1000
    text = f"《{found[0].title}》{found[0].locator} {found[0].score:.3f}" if found else "-"
    return Output(text, found, {"search": spent})


def _rank(case: Case, outcome: Output) -> Score:
    if not case.expected["documents"]:
        return NOT_SCORED
    value = reciprocal_rank(case, outcome.found)
    return Score(value, "" if value == 1 else f"排在首位的是{outcome.text}")


def _among(first: int) -> Scorer:
    def judge(case: Case, outcome: Output) -> Score:
        if not case.expected["documents"]:
            return NOT_SCORED
        return yes(reciprocal_rank(case, outcome.found) >= 1 / first, f"前{first}段中没有应答的段落")

    return Scorer(f"hit_at_{first}", judge)


def _kept(case: Case, outcome: Output) -> Score:
    if not case.expected["documents"]:
        return NOT_SCORED
    return yes(_best(outcome) >= NOT_FOUND_BELOW, f"最高分{_best(outcome):.3f}，会答“未找到”")


def _refused(case: Case, outcome: Output) -> Score:
    if case.expected["documents"]:
        return NOT_SCORED
    return yes(_best(outcome) < NOT_FOUND_BELOW, f"最高分{_best(outcome):.3f}，{outcome.text}")


def _best(outcome: Output) -> float:
    return outcome.found[0].score if outcome.found else 0.0


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Subject]:
    tenant = ground.settings.tenant
    async with library(ground.settings) as held, held.search() as retriever:
        yield Subject(
            lambda case: look(retriever, case, tenant),
            {"index": retriever.version},
            {"k": K, "not_found_below": NOT_FOUND_BELOW, **ground.settings.retrieval.model_dump(mode="json")},
        )


SUITE = Suite(
    "retrieval",
    "内置知识的检索",
    lambda _: read_cases(),
    _open,
    (
        Scorer("reciprocal_rank", _rank),
        _among(1),
        _among(5),
        Scorer("kept", _kept),
        Scorer("refused", _refused),
    ),
)


async def measure(calibrate: bool) -> None:
    cases = read_cases()
    inside = [case for case in cases if case.expected["documents"]]
    outside = [case for case in cases if not case.expected["documents"]]
    settings = load_settings()
    async with library(settings) as held:
        for weight in GRID if calibrate else (Weights().few,):
            async with held.search(replace(Weights(), few=weight)) as retriever:
                outcomes = [await look(retriever, case, settings.tenant) for case in [*inside, *outside]]
            tops = {
                True: [_best(one) for one in outcomes[: len(inside)]],
                False: [_best(one) for one in outcomes[len(inside) :]],
            }
            spent = [one.timings_ms["search"] for one in outcomes]
            ranks = [
                reciprocal_rank(case, one.found)
                for case, one in zip(inside, outcomes[: len(inside)], strict=True)
            ]
            for case, one, rank in zip(inside, outcomes[: len(inside)], ranks, strict=True):
                if rank < 0.5 and not calibrate:
                    print(f"  {case.question} -> {one.text}  (rank {rank:.2f})")
            hit_1 = np.mean([rank == 1 for rank in ranks])
            hit_5 = np.mean([rank >= 0.2 for rank in ranks])
            kept = np.mean(np.array(tops[True]) >= NOT_FOUND_BELOW)
            refused = np.mean(np.array(tops[False]) < NOT_FOUND_BELOW)
            print(
                f"w={weight:.1f} {len(ranks)} questions: MRR@10 {np.mean(ranks):.3f} hit@1 {hit_1:.3f} hit@5 {hit_5:.3f};"
                f" above the threshold {kept:.3f}; of {len(outside)} foreign ones below it {refused:.3f};"
                f" p50 {np.percentile(spent, 50):.1f} ms"
            )
            if not calibrate:
                low = sorted(zip(tops[True], (c.question for c in inside), strict=True))[:12]
                high = sorted(zip(tops[False], (c.question for c in outside), strict=True))[-8:]
                print("lowest inside:", low, "highest outside:", high, sep="\n")


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--calibrate", action="store_true", help="show the whole grid of fusion weights")
    asyncio.run(measure(options.parse_args().calibrate))


if __name__ == "__main__":
    main()
