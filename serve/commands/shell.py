"""What the commands share: options, running an operation, printing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import typer

Role = Annotated[
    str, typer.Option("--role", help="In whose place: rm, enterprise, developer, admin, auditor.")
]
Enterprise = Annotated[
    str | None, typer.Option(help="Credit code, name or short name of an enterprise.", metavar="CODE")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The day for which rules are read.", metavar="YYYY-MM-DD")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

Event = dict[str, Any]


def day(text: str | None, option: str) -> str | None:
    """A date as typed, checked here so that a wrong one is bad usage."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{option} 应为 YYYY-MM-DD 形式的日期，收到 {text!r}") from None


def role(text: str) -> str:
    from assistant.principal import KEY_ROLES

    if text not in KEY_ROLES:
        raise typer.BadParameter(f"--role 只能是 {'、'.join(KEY_ROLES)} 之一，收到 {text!r}")
    return text


def say(text: str) -> None:
    """Progress for a person, beside the output."""
    typer.echo(text, err=True)


def perform(name: str, arguments: Event, on_event: Callable[[Event], None] | None = None) -> Any:
    """Runs an operation and returns its value. `on_event` sees each line before the last."""
    from assistant.settings import load_settings
    from serve.operator import client as operator

    settings = load_settings()

    async def consume() -> Any:
        value: Any = None
        async for line in operator.run(settings, name, arguments, say):
            if line["event"] == "result":
                value = line["value"]
            elif on_event is not None:
                on_event(line)
        return value

    return asyncio.run(consume())


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_rows(rows: list[list[str]], headings: list[str]) -> None:
    """Columns of plain text, Chinese characters counted as two wide."""
    widths = [max(map(_width, column)) for column in zip(headings, *rows, strict=True)]
    for row in [headings, *rows]:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
