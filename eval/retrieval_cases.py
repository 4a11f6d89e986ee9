"""Search over the built-in knowledge and real laws: `python -m eval.retrieval_cases --data PATH [--cases FILE]`.

A case names the passages that answer it, the day, and what must not stand above them; `absent` ones have none. The
laws of `FILE` with `.laws.json` are written out as text and taken in as a bank would take them in. The suite `retrieval_laws`
of `bagui eval` asks the same.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.passage import Passage
from assistant.principal import principal_for
from assistant.retrieval.retriever import NOT_FOUND_BELOW, Retriever
from assistant.settings import Settings, load_settings
from assistant.words.mentions import named_day
from eval.case import Case
from eval.score import NOT_SCORED, Output, Score, Scorer, yes
from eval.statutes import read_laws, render
from eval.suite import Ground, NotRun, Subject, Suite
from eval.throwaway import library
from knowledge.intake.ingest import ingest

CASES = Path(__file__).parent / "cases" / "retrieval_150.jsonl"
TODAY = date(2026, 11, 23)
K = 10
_ARTICLE = "第"


@dataclass(frozen=True, slots=True)
class Place:
    """A passage by document, version (empty: any) and locator (empty: every passage)."""

    document: str
    version: str
    locator: str

    def holds(self, passage: Passage) -> bool:
        law = self.document.removeprefix("law:")
        own = passage.source == f"{law}.txt" if law != self.document else passage.document_id == law
        if not own or (self.version and passage.version != self.version):
            return False
        if self.locator.startswith(_ARTICLE) and self.locator[-1] in "条一二三四五六七八九十":
            return passage.locator.split("第")[1:2] == self.locator.split("第")[1:2] and _same_article(
                passage.locator, self.locator
            )
        return passage.locator.startswith(self.locator)


@dataclass(frozen=True, slots=True)
class Judged:
    """`rank` of the first right passage (0: not among ten), whether a forbidden one stood above it, best score."""

    case: Case
    rank: int
    misled: bool
    score: float
    first: str

    @property
    def right(self) -> bool:
        return 0 < self.rank <= 5 and not self.misled


def _same_article(locator: str, wanted: str) -> bool:
    """Whether a locator is the article, or a part of it: 第十条第一款 is 第十条, 第十条之一 is not."""
    rest = locator[locator.index(wanted) + len(wanted) :] if wanted in locator else None
    return rest is not None and not rest.startswith("之")


def read_cases(path: Path) -> list[Case]:
    """`expected` holds the places of the passages that answer, and of those that must not stand above them as in force."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        asked = date.fromisoformat(row["as_of"]) if row["as_of"] else named_day(row["question"], TODAY)
        expected = {"gold": row["gold"], "forbidden": row.get("forbidden", [])}
        found.append(Case(row["id"], row["question"], expected, as_of=asked or TODAY, kind=row["kind"]))
    return found


def places(rows: Sequence[dict[str, Any]]) -> tuple[Place, ...]:
    return tuple(Place(row["document"], row["version"] or "", row["locator"] or "") for row in rows)


def write_laws(data: Path, chosen: Path, folder: Path) -> None:
    """The laws named in `chosen` as text files with a side-car of the dates that the text does not say."""
    wanted = {row["law_id"]: row for row in json.loads(chosen.read_text("utf-8"))["laws"]}
    for law in read_laws(data / "laws" / "laws.jsonl.gz"):
        if law["law_id"] in wanted:
            (folder / f"{law['law_id']}.txt").write_text(render(law, "space"), "utf-8")
            known = {name: wanted[law["law_id"]].get(name) for name in ("effective_from", "effective_to")}
            described = {name: value for name, value in known.items() if value}
            described["title"] = law["title"]
            (folder / f"{law['law_id']}.yaml").write_text(
                yaml.safe_dump(described, allow_unicode=True), "utf-8"
            )


def judge(case: Case, found: Sequence[Passage]) -> Judged:
    right, forbidden = places(case.expected["gold"]), places(case.expected["forbidden"])
    rank = next((place for place, p in enumerate(found, 1) if any(gold.holds(p) for gold in right)), 0)
    above = found[: rank - 1] if rank else found
    misled = any(p.status == "in_force" and any(bad.holds(p) for bad in forbidden) for p in above)
    first = f"《{found[0].title}》{found[0].locator}（{found[0].status}）" if found else "-"
    return Judged(case, rank, misled, found[0].score if found else 0.0, first)


@asynccontextmanager
async def searching(settings: Settings, data: Path, chosen: Path) -> AsyncIterator[Retriever]:
    """Over the built-in knowledge and the laws named in `chosen`."""
    async with library(settings) as held:
        laws = held.folder / "laws"
        laws.mkdir()
        write_laws(data, chosen, laws)
        report = await ingest(held.store, held.encoder, [laws], collection="regulations")
        if failed := report.count("failed"):
            raise NotRun(f"{failed} 部法律没有装入")
        async with held.search() as retriever:
            yield retriever


async def look(retriever: Retriever, case: Case, tenant: str) -> Judged:
    rm = principal_for(case.role, "eval", tenant=tenant)
    return judge(case, await retriever.search(case.question, rm, k=K, as_of=case.as_of, today=TODAY))


async def run(cases: Sequence[Case], data: Path, chosen: Path) -> list[Judged]:
    settings = load_settings()
    async with searching(settings, data, chosen) as retriever:
        return [await look(retriever, case, settings.tenant) for case in cases]


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Subject]:
    assert ground.data is not None
    async with searching(ground.settings, ground.data, CASES.with_suffix(".laws.json")) as retriever:

        async def ask(case: Case) -> Output:
            judged = await look(retriever, case, ground.settings.tenant)
            return Output(f"{judged.first} {judged.score:.3f}", judged)

        yield Subject(
            ask,
            {"index": retriever.version},
            {"k": K, "not_found_below": NOT_FOUND_BELOW, **ground.settings.retrieval.model_dump(mode="json")},
        )


def _of_present(name: str, value: Callable[[Judged], float]) -> Scorer:
    """A scorer of the cases that have an answer."""

    def score(case: Case, outcome: Output) -> Score:
        if not case.expected["gold"]:
            return NOT_SCORED
        found = value(outcome.found)
        return Score(found, "" if found == 1 else f"应答段落的名次 {outcome.found.rank}（0 为不在前{K}）")

    return Scorer(name, score)


def _declared_right(case: Case, outcome: Output) -> Score:
    """Of those declared "not found" alone: whether the case has no answer."""
    if outcome.found.score >= NOT_FOUND_BELOW:
        return NOT_SCORED
    return yes(not case.expected["gold"], "库中有答案，却会答“未找到”")


def _absent_declared(case: Case, outcome: Output) -> Score:
    if case.expected["gold"]:
        return NOT_SCORED
    return yes(outcome.found.score < NOT_FOUND_BELOW, "库中没有答案，却不会答“未找到”")


SUITE = Suite(
    "retrieval_laws",
    "内置知识与六十部法律的检索",
    lambda _: read_cases(CASES),
    _open,
    (
        _of_present("hit_at_1", lambda one: float(one.rank == 1)),
        _of_present("hit_at_5", lambda one: float(0 < one.rank <= 5)),
        _of_present("reciprocal_rank", lambda one: 1 / one.rank if one.rank else 0.0),
        _of_present("right", lambda one: float(one.right)),
        _of_present("not_misled", lambda one: float(not one.misled)),
        Scorer("not_found_right", _declared_right),
        Scorer("absent_declared", _absent_declared),
    ),
    needs_data=True,
)


def table(outcomes: Sequence[Judged]) -> str:
    """Figures by kind, and how honest "not found" is over all of them."""
    kinds: dict[str, list[Judged]] = defaultdict(list)
    for one in outcomes:
        kinds[one.case.kind].append(one)
    present = [one for one in outcomes if one.case.expected["gold"]]
    lines = [f"{'kind':<14}{'n':>4}{'hit@1':>8}{'R@5':>8}{'MRR@10':>8}{'right':>8}{'misled':>8}"]
    for name, own in [
        *((k, v) for k, v in kinds.items() if v[0].case.expected["gold"]),
        ("all present", present),
    ]:
        lines.append(
            f"{name:<14}{len(own):>4}"
            f"{np.mean([o.rank == 1 for o in own]):>8.3f}{np.mean([0 < o.rank <= 5 for o in own]):>8.3f}"
            f"{np.mean([1 / o.rank if o.rank else 0 for o in own]):>8.3f}"
            f"{np.mean([o.right for o in own]):>8.3f}{sum(o.misled for o in own):>8}"
        )
    declared = [one for one in outcomes if one.score < NOT_FOUND_BELOW]
    absent = [one for one in outcomes if not one.case.expected["gold"]]
    truly = [one for one in declared if not one.case.expected["gold"]]
    precision = len(truly) / len(declared) if declared else float("nan")
    lines.append(
        f"not found (score under {NOT_FOUND_BELOW}): declared {len(declared)}, right {len(truly)}, "
        f"precision {precision:.3f}; absent ones declared {len(truly)}/{len(absent)}"
    )
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="folder that holds laws/laws.jsonl.gz")
    options.add_argument("--cases", type=Path, default=CASES)
    options.add_argument("--verbose", action="store_true", help="show every question that went wrong")
    args = options.parse_args()
    cases = read_cases(args.cases)
    outcomes = asyncio.run(run(cases, args.data, args.cases.with_suffix(".laws.json")))
    if args.verbose:
        for one in outcomes:
            wrong = not one.right if one.case.expected["gold"] else one.score >= NOT_FOUND_BELOW
            refused = bool(one.case.expected["gold"]) and one.score < NOT_FOUND_BELOW
            if wrong or refused:
                note = f"rank {one.rank}{' misled' if one.misled else ''}{' refused' if refused else ''}"
                print(
                    f"{one.case.id} {one.case.kind:<13} {one.score:.2f} {note:<16} {one.case.question} -> {one.first}"
                )
    print(table(outcomes))


if __name__ == "__main__":
    main()
