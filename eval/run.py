"""One run of a suite: every case put to the subject, judged by every scorer, and kept as a results file."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata

from assistant.errors import BaguiError
from assistant.prompts import prompt_version
from eval.case import Case
from eval.results import CaseResult, Header, Results
from eval.score import Score
from eval.suite import Ground, Subject, Suite

OUTPUT_CHARS = 200
OnCase = Callable[[int, int], None]


async def run_suite(suite: Suite, ground: Ground, on_case: OnCase | None = None) -> Results:
    """Cases one after the other. A case that fails is not scored and says why; a subject that cannot be opened raises
    the `BaguiError` that says so. `on_case` hears how many are done, of how many."""
    started = datetime.now(UTC)
    cases = suite.cases(ground)
    done: list[CaseResult] = []
    async with suite.open(ground) as subject:
        header = Header(
            suite.name,
            started,
            {**_versions(), **subject.versions},
            {**subject.settings, "cases": len(cases)},
        )
        for case in cases:
            done.append(await _run(case, suite, subject))
            if on_case is not None:
                on_case(len(done), len(cases))
    return Results(header, tuple(done))


async def _run(case: Case, suite: Suite, subject: Subject) -> CaseResult:
    began = time.perf_counter()
    try:
        output = await subject.ask(case)
    except BaguiError as error:
        nothing = Score(None, error.message)
        scores = {scorer.name: nothing for scorer in suite.scorers}
        return CaseResult(case.id, case.digest(), scores, {}, "", case.kind, error.message)
    total = round((time.perf_counter() - began) * 1000, 1)
    return CaseResult(
        case.id,
        case.digest(),
        {scorer.name: scorer.judge(case, output) for scorer in suite.scorers},
        {**{name: round(value, 1) for name, value in output.timings_ms.items()}, "total": total},
        " ".join(output.text.split())[:OUTPUT_CHARS],
        case.kind,
    )


def _versions() -> dict[str, str]:
    try:
        program = metadata.version("bagui")
    except metadata.PackageNotFoundError:
        program = "unknown"
    return {"program": program, "prompt": prompt_version(), "python": platform.python_version()}
