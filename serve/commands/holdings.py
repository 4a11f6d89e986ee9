"""ingest, documents, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from serve.commands.shell import Json, Role, perform, print_json, print_rows, role, say


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: bagui ingest ./notes handbook.pdf --collection policies")(ingest)
    group = typer.Typer(help="What the knowledge base holds.", rich_markup_mode=None)
    group.callback(
        invoke_without_command=True,
        help="What the knowledge base holds, with versions and dates.",
        epilog="Example: bagui documents --json; bagui documents remove my-notes",
    )(documents)
    group.command(epilog="Example: bagui documents remove my-notes")(remove)
    app.add_typer(group, name="documents")
    app.command(epilog="Example: bagui doctor --json")(doctor)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    collection: Annotated[str | None, typer.Option(help="Collection for files that name none.")] = None,
    as_json: Json = False,
) -> None:
    """Brings files or folders into the knowledge base: md, txt, html, pdf, docx, xlsx, csv, jsonl.

    `x.yaml` beside `x.pdf` describes it: title, doc_no, issuer, issued, effective_from, version and the like.
    """
    shows = sys.stderr.isatty()

    def on_event(event: dict[str, Any]) -> None:
        if shows and event["event"] == "progress":
            filled = round(30 * event["done"] / max(event["total"], 1))
            typer.echo(
                f"\r[{'#' * filled}{'.' * (30 - filled)}] {event['done']}/{event['total']}",
                err=True,
                nl=False,
            )

    absolute = [str(path.expanduser().absolute()) for path in paths]
    outcomes = perform("ingest", {"paths": absolute, "collection": collection}, on_event)
    if shows:
        say("")
    failed = [outcome for outcome in outcomes if not outcome["ok"]]
    if as_json:
        print_json(outcomes)
    else:
        for outcome in outcomes:
            note = outcome["error"] or f"{outcome['outcome']}，{outcome['passages']} 段"
            typer.echo(f"{'✓' if outcome['ok'] else '✗'} {outcome['path']}：{note}")
            if outcome["note"]:
                typer.echo(f"  {outcome['note']}")
    if failed:
        if not as_json:
            say(f"bagui: {len(failed)} 个文件没有收入，其余已收入")
        raise typer.Exit(1)


def documents(
    context: typer.Context,
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    role_: Role = "rm",
    as_json: Json = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    held = perform("documents", {"collection": collection, "role": role(role_)})
    if as_json:
        print_json(held)
        return
    rows = [
        [document["id"], document["collection"], version["version"], version["effective_from"] or "-",
         version["effective_to"] or "-", version["status"], document["title"]]
        for document in held
        for version in document["versions"]
    ]  # fmt: skip
    print_rows(rows, ["id", "collection", "version", "from", "to", "status", "title"])


def remove(identity: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Takes a document with all its versions out of the knowledge base."""
    done = perform("documents_remove", {"id": identity})
    if as_json:
        print_json(done)
    else:
        typer.echo(f"已移除 {done['id']}（{done['removed']} 个版本）")


def doctor(as_json: Json = False) -> None:
    """What is installed, which model serves, what is degraded and how to mend it."""
    from serve.commands import diagnosis

    report = diagnosis.examine()
    if as_json:
        print_json(report)
    else:
        diagnosis.show(report)
    if not report["ok"]:
        raise typer.Exit(1)
