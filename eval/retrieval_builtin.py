"""Search of the built-in knowledge: `python -m eval.retrieval_builtin [--calibrate]`.

Questions with the document (and section) that answers them, and questions that nothing here answers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from assistant.encoding.encoder import shipped_encoder
from assistant.passage import Passage
from assistant.principal import principal_for
from assistant.retrieval.fusion import Weights
from assistant.retrieval.reranker import reranker_for
from assistant.retrieval.retriever import NOT_FOUND_BELOW, Retriever
from assistant.store.database import Store
from knowledge.intake.ingest import load_builtin

CASES = Path(__file__).parent / "cases" / "retrieval.jsonl"
DAY = date(2026, 11, 23)
GRID = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Case:
    """A question; `documents` empty means that the built-in knowledge does not answer it."""

    question: str
    documents: frozenset[str]
    locator: str

    def answered_by(self, passage: Passage) -> bool:
        return passage.document_id in self.documents and passage.locator.startswith(self.locator)


def read_cases(path: Path = CASES) -> list[Case]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Case(row["question"], frozenset(row["documents"]), row["locator"]) for row in rows]


def reciprocal_rank(case: Case, found: Sequence[Passage]) -> float:
    return next((1 / place for place, passage in enumerate(found, 1) if case.answered_by(passage)), 0.0)


async def measure(calibrate: bool) -> None:
    cases = read_cases()
    inside = [case for case in cases if case.documents]
    outside = [case for case in cases if not case.documents]
    rm = principal_for("rm", "eval", tenant="bank")
    encoder = shipped_encoder()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
        await load_builtin(store, encoder)
        for weight in GRID if calibrate else (Weights().few,):
            weights = replace(Weights(), few=weight)
            retriever = Retriever(
                store,
                encoder,
                home / "index",
                weights=weights,
                reranker=reranker_for(encoder),
                chroma=False,
            )
            await retriever.open()
            spent: list[float] = []
            ranks: list[float] = []
            tops: dict[bool, list[float]] = {True: [], False: []}
            for case in [*inside, *outside]:
                began = time.perf_counter()
                found = await retriever.search(case.question, rm, k=10, as_of=DAY, today=DAY)
                spent.append(time.perf_counter() - began)
                tops[bool(case.documents)].append(found[0].score)
                if case.documents:
                    ranks.append(reciprocal_rank(case, found))
                    if ranks[-1] < 0.5 and not calibrate:
                        print(
                            f"  {case.question} -> {found[0].title} {found[0].locator}  (rank {ranks[-1]:.2f})"
                        )
            hit_1 = np.mean([rank == 1 for rank in ranks])
            hit_5 = np.mean([rank >= 0.2 for rank in ranks])
            kept = np.mean(np.array(tops[True]) >= NOT_FOUND_BELOW)
            refused = np.mean(np.array(tops[False]) < NOT_FOUND_BELOW)
            print(
                f"w={weight:.1f} {len(ranks)} questions: MRR@10 {np.mean(ranks):.3f} hit@1 {hit_1:.3f} hit@5 {hit_5:.3f};"
                f" above the threshold {kept:.3f}; of {len(outside)} foreign ones below it {refused:.3f};"
                f" p50 {np.percentile(spent, 50) * 1000:.1f} ms"
            )
            if not calibrate:
                low = sorted(zip(tops[True], (c.question for c in inside), strict=True))[:12]
                high = sorted(zip(tops[False], (c.question for c in outside), strict=True))[-8:]
                print("lowest inside:", low, "highest outside:", high, sep="\n")
            await retriever.close()
        await store.close()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--calibrate", action="store_true", help="show the whole grid of fusion weights")
    asyncio.run(measure(options.parse_args().calibrate))


if __name__ == "__main__":
    main()
