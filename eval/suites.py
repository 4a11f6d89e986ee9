"""The suites by name. Speed and endurance are scripts of their own: `eval.bench`, `eval.soak`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.errors import InvalidRequest, NotFound
from eval import answers, hundred, retrieval_builtin, retrieval_cases, routing, statutes
from eval.suite import Suite

LAWS = Path("laws") / "laws.jsonl.gz"

SUITES: dict[str, Suite] = {
    module.SUITE.name: module.SUITE
    for module in (retrieval_builtin, hundred, routing, answers, retrieval_cases, statutes)
}


def chosen(names: Sequence[str], data: Path | None) -> list[Suite]:
    """The suites named; with no name, those that need nothing outside the project.

    `NotFound` for an unknown name, `InvalidRequest` where one needs data and there is none.
    """
    for name in names:
        if name not in SUITES:
            raise NotFound(f"没有名为“{name}”的评测集；有：{'、'.join(SUITES)}")
    found = [SUITES[name] for name in dict.fromkeys(names)]
    found = found or [suite for suite in SUITES.values() if not suite.needs_data]
    needing = [suite.name for suite in found if suite.needs_data]
    if needing and (data is None or not (data / LAWS).is_file()):
        raise InvalidRequest(f"{'、'.join(needing)} 需要 --data 目录，其中有 {LAWS}", param="data")
    return found
