"""Evaluation: the suites run and reported, two runs compared.

It stands on installations of its own, so it needs neither the database nor the lock of the home, leaves no trace in the
audit chain, and takes no time from a running server: it runs in the process of the command alone, and is none of the
operations that a server runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import Field

from assistant.errors import BaguiError, InvalidRequest
from assistant.settings import Settings
from eval.compare import compare
from eval.report import page
from eval.results import Results, figures, file_name, read, write
from eval.run import run_suite
from eval.suite import Ground
from eval.suites import SUITES, chosen
from serve.operations.operation import Arguments

OnCase = Callable[[str, int, int], None]
_TITLES = {name: suite.title for name, suite in SUITES.items()}


class EvaluationArguments(Arguments):
    """`suites` empty: those that need nothing outside the project. `report` is a folder for results files and report."""

    suites: list[str] = Field(default_factory=list, max_length=100)
    data: Path | None = None
    report: Path | None = None


async def evaluate(settings: Settings, asked: EvaluationArguments, on_case: OnCase) -> dict[str, Any]:
    """The figures of each suite. One that cannot be run says why and the others go on; `ok` is then false."""
    suites = chosen(asked.suites, asked.data)
    report = asked.report / "report.html" if asked.report else None
    if report is not None:
        _prepare(report)
    ground = Ground(settings, asked.data)
    runs: list[Results] = []
    faults: dict[str, str] = {}
    shown: list[dict[str, Any]] = []
    for suite in suites:
        try:
            run = await run_suite(suite, ground, lambda done, of, name=suite.name: on_case(name, done, of))
        except BaguiError as error:
            faults[suite.name] = error.message
            shown.append({"suite": suite.name, "title": suite.title, "error": error.message})
        else:
            file = asked.report / file_name(run.header) if asked.report else None
            if file is not None:
                write(run, file)
            runs.append(run)
            shown.append(_shown(run, suite.title, file))
        if report is not None:  # after each, so that a run that is broken off leaves a report too
            report.write_text(page(runs, _TITLES, faults), "utf-8")
    return {"ok": not faults, "suites": shown, "report": str(report) if report else None}


def _prepare(report: Path) -> None:
    """A place that cannot be written to is told before the work, not after it."""
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.touch()
    except OSError as error:
        raise InvalidRequest(f"无法写入 {report.parent}：{error.strerror}", param="report") from error


def _shown(run: Results, title: str, file: Path | None) -> dict[str, Any]:
    return {
        "suite": run.header.suite,
        "title": title,
        "started": run.header.started.isoformat(),
        "versions": dict(run.header.versions),
        "settings": dict(run.header.settings),
        "cases": len(run.cases),
        "failed": sum(bool(case.error) for case in run.cases),
        "figures": [asdict(figure) for figure in figures(run)],
        "file": str(file) if file else None,
    }


def compare_files(before: Path, after: Path) -> dict[str, Any]:
    first, second = read(before), read(after)
    found = asdict(compare(first, second))
    versions = {"before": dict(first.header.versions), "after": dict(second.header.versions)}
    return {**found, "versions": versions}
