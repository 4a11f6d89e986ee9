"""Search over the built-in knowledge and real laws: `python -m eval.retrieval_cases --data PATH [--cases FILE]`.

A case names the passages that answer it, the day, and what must not stand above them; `absent` ones have none. The
laws of `FILE` with `.laws.json` are written out as text and taken in as a bank would take them in.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.encoding.encoder import shipped_encoder
from assistant.passage import Passage
from assistant.principal import principal_for
from assistant.retrieval.reranker import reranker_for
from assistant.retrieval.retriever import NOT_FOUND_BELOW, Retriever
from assistant.store.database import Store
from assistant.words.mentions import named_day
from eval.statutes import read_laws, render
from knowledge.intake.ingest import ingest, load_builtin

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
class Case:
    """A question with the passages that answer it and those that must not stand above them as in force."""

    id: str
    kind: str
    question: str
    day: date
    gold: tuple[Place, ...]
    forbidden: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class FileResult:
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
    found = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        asked = date.fromisoformat(row["as_of"]) if row["as_of"] else named_day(row["question"], TODAY)
        found.append(
            Case(
                row["id"], row["kind"], row["question"], asked or TODAY,
                _places(row["gold"]), _places(row.get("forbidden", ())),
            )
        )  # fmt: skip
    return found


def _places(rows: Sequence[dict[str, Any]]) -> tuple[Place, ...]:
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


def judge(case: Case, found: Sequence[Passage]) -> FileResult:
    rank = next((place for place, p in enumerate(found, 1) if any(gold.holds(p) for gold in case.gold)), 0)
    above = found[: rank - 1] if rank else found
    misled = any(p.status == "in_force" and any(bad.holds(p) for bad in case.forbidden) for p in above)
    first = f"《{found[0].title}》{found[0].locator}（{found[0].status}）" if found else "-"
    return FileResult(case, rank, misled, found[0].score if found else 0.0, first)


async def run(cases: Sequence[Case], data: Path, chosen: Path) -> list[FileResult]:
    encoder = shipped_encoder()
    rm = principal_for("rm", "eval", tenant="bank")
    with tempfile.TemporaryDirectory() as folder:
        home, laws = Path(folder), Path(folder) / "laws"
        laws.mkdir()
        write_laws(data, chosen, laws)
        store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
        try:
            await load_builtin(store, encoder)
            report = await ingest(store, encoder, [laws], collection="regulations")
            print(f"{report.count('added')} laws taken in, {report.count('failed')} failed")
            retriever = Retriever(
                store, encoder, home / "index", reranker=reranker_for(encoder), chroma=False
            )
            await retriever.open()
            outcomes = [
                judge(
                    case,
                    await retriever.search(case.question, rm, k=K, as_of=case.day, today=TODAY),
                )
                for case in cases
            ]
            await retriever.close()
        finally:
            await store.close()
    return outcomes


def table(outcomes: Sequence[FileResult]) -> str:
    """Figures by kind, and how honest "not found" is over all of them."""
    kinds: dict[str, list[FileResult]] = defaultdict(list)
    for one in outcomes:
        kinds[one.case.kind].append(one)
    present = [one for one in outcomes if one.case.gold]
    lines = [f"{'kind':<14}{'n':>4}{'hit@1':>8}{'R@5':>8}{'MRR@10':>8}{'right':>8}{'misled':>8}"]
    for name, own in [*((k, v) for k, v in kinds.items() if v[0].case.gold), ("all present", present)]:
        lines.append(
            f"{name:<14}{len(own):>4}"
            f"{np.mean([o.rank == 1 for o in own]):>8.3f}{np.mean([0 < o.rank <= 5 for o in own]):>8.3f}"
            f"{np.mean([1 / o.rank if o.rank else 0 for o in own]):>8.3f}"
            f"{np.mean([o.right for o in own]):>8.3f}{sum(o.misled for o in own):>8}"
        )
    declared = [one for one in outcomes if one.score < NOT_FOUND_BELOW]
    absent = [one for one in outcomes if not one.case.gold]
    truly = [one for one in declared if not one.case.gold]
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
            wrong = not one.right if one.case.gold else one.score >= NOT_FOUND_BELOW
            refused = bool(one.case.gold) and one.score < NOT_FOUND_BELOW
            if wrong or refused:
                note = f"rank {one.rank}{' misled' if one.misled else ''}{' refused' if refused else ''}"
                print(
                    f"{one.case.id} {one.case.kind:<13} {one.score:.2f} {note:<16} {one.case.question} -> {one.first}"
                )
    print(table(outcomes))


if __name__ == "__main__":
    main()
