"""eval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from serve.commands.shell import Json, print_json, print_rows, say

Suites = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SUITE",
        help="retrieval, hundred, routing, answers; with --data also retrieval_laws, statutes.",
    ),
]
Report = Annotated[
    Path | None, typer.Option("--report", help="Folder for results files and an HTML report.", metavar="DIR")
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder that holds laws/laws.jsonl.gz.", metavar="DIR")
]
Compare = Annotated[
    tuple[Path, Path] | None,
    typer.Option("--compare", help="Two results files of one suite, the earlier first.", metavar="A B"),
]


def add_to(app: typer.Typer) -> None:
    app.command(
        "eval",
        epilog="Example: bagui eval retrieval --report runs; bagui eval --compare runs/a.jsonl runs/b.jsonl",
    )(evaluate)


def evaluate(
    suites: Suites = None,
    report: Report = None,
    data: Data = None,
    compare: Compare = None,
    as_json: Json = False,
) -> None:
    """Runs evaluation suites, by default all that need nothing outside the project, or compares two runs.

    The home is not touched: questions are put to installations of their own, by the settings of this one.
    """
    if compare is not None:
        if suites or report or data:
            raise typer.BadParameter("--compare 只比较两个结果文件，不能同时运行评测集")
        _compare(*compare, as_json)
        return
    import asyncio

    from assistant.settings import load_settings
    from serve.operations.evaluation import EvaluationArguments
    from serve.operations.evaluation import evaluate as run

    def on_case(suite: str, done: int, of: int) -> None:
        if done % 25 == 0 or done == of:
            say(f"… {suite} {done}/{of}")

    asked = EvaluationArguments(suites=suites or [], data=_absolute(data), report=_absolute(report))
    found = asyncio.run(run(load_settings(), asked, on_case))
    if as_json:
        print_json(found)
    else:
        _show(found)
    if not found["ok"]:
        raise typer.Exit(1)


def _absolute(path: Path | None) -> Path | None:
    return path.expanduser().absolute() if path else None


def _show(found: dict[str, Any]) -> None:
    for suite in found["suites"]:
        typer.echo(f"{suite['title']}（{suite['suite']}）")
        if "error" in suite:
            say(f"bagui: {suite['suite']} 未能运行：{suite['error']}")
            continue
        rows = [
            [one["scorer"], _number(one["mean"]), str(one["scored"]), str(one["not_scored"])]
            for one in suite["figures"]
        ]
        print_rows(rows, ["scorer", "mean", "scored", "not_scored"])
        if suite["failed"]:
            typer.echo(f"{suite['failed']} 题未能运行，不计入平均值")
        if suite["file"]:
            typer.echo(suite["file"])
        typer.echo("")
    if found["report"]:
        typer.echo(found["report"])


def _compare(before: Path, after: Path, as_json: bool) -> None:
    from serve.operations.evaluation import compare_files

    found = compare_files(before, after)
    if as_json:
        print_json(found)
        return
    rows = [
        [
            one["scorer"],
            str(one["pairs"]),
            _number(one["before"]),
            _number(one["after"]),
            _number(one["difference"], "+.3f"),
            f"{_number(one['low'], '+.3f')} … {_number(one['high'], '+.3f')}",
        ]
        for one in found["differences"]
    ]
    print_rows(rows, ["scorer", "pairs", "before", "after", "difference", "95%"])
    for change in found["changes"]:
        values = f"{_number(change['before'])} → {_number(change['after'])}"
        typer.echo(f"{change['id']}  {change['scorer']}  {values}  {change['explanation']}".rstrip())
    left_out = {"题目已改": "altered", "只在前者": "only_before", "只在后者": "only_after"}
    for label, name in left_out.items():
        if found[name]:
            say(f"{label}（不计入比较）：{len(found[name])} 题")


def _number(value: float | None, form: str = ".3f") -> str:
    return "-" if value is None else format(value, form)
