"""ingest, documents, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from serve.commands.shell import Json, Role, perform, print_json, print_rows, role, say

_STAGES = {"read": "解析", "encode": "编码", "store": "入库", "done": "完成"}
_BAR = 30


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: bagui ingest ./notes handbook.pdf --collection policies")(ingest)
    group = typer.Typer(help="What the knowledge base holds.", rich_markup_mode=None)
    group.callback(
        invoke_without_command=True,
        help="What the knowledge base holds, with versions and dates.",
        epilog="Example: bagui documents --json; bagui documents remove my-notes",
    )(documents)
    group.command(epilog="Example: bagui documents remove my-notes")(remove)
    group.command(epilog="Example: bagui documents show working-capital-loans")(show)
    app.add_typer(group, name="documents")
    app.command(epilog="Example: bagui reindex --encoder /models/bge-m3; bagui reindex --rollback")(reindex)
    app.command(epilog="Example: bagui doctor --json")(doctor)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    collection: Annotated[str | None, typer.Option(help="Collection for files that name none.")] = None,
    audience: Annotated[
        Literal["public", "internal"],
        typer.Option(
            help="Who may read files that do not say it: public (also enterprises and visitors) or staff."
        ),
    ] = "internal",
    as_json: Json = False,
) -> None:
    """Brings files or folders into the knowledge base: md, txt, html, pdf, docx, xlsx, csv, jsonl.

    `x.yaml` beside `x.pdf` describes it: title, doc_no, issuer, issued, effective_from, version, audience and the like.
    A run that was interrupted is taken up by the same command.
    """
    absolute = [str(path.expanduser().absolute()) for path in paths]
    asked = {"paths": absolute, "collection": collection, "audience": audience}
    outcomes = _with_bar("ingest", asked)
    failed = [outcome for outcome in outcomes if not outcome["ok"]]
    if as_json:
        print_json(outcomes)
    else:
        for outcome in outcomes:
            inside = "，仅内部可见" if outcome["audience"] == "internal" else ""
            note = outcome["error"] or f"{outcome['outcome']}，{outcome['passages']} 段{inside}"
            typer.echo(f"{'✓' if outcome['ok'] else '✗'} {outcome['path']}：{note}")
            if outcome["note"]:
                typer.echo(f"  {outcome['note']}")
    if failed:
        if not as_json:
            say(f"bagui: {len(failed)} 个文件没有收入，其余已收入")
        raise typer.Exit(1)


def _with_bar(name: str, arguments: dict[str, Any]) -> Any:
    """Runs an operation; a person at a terminal sees how far it is."""
    shows = sys.stderr.isatty()

    def on_event(event: dict[str, Any]) -> None:
        if shows and event["event"] == "progress":
            typer.echo(f"\r{_bar(event)}\x1b[K", err=True, nl=False)

    value = perform(name, arguments, on_event)
    if shows:
        say("")
    return value


def reindex(
    encoder: Annotated[
        str | None,
        typer.Option(help="Folder of a sentence-transformers model, or `shipped`.", metavar="FOLDER"),
    ] = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Back to the vectors kept before.")] = False,
    as_json: Json = False,
) -> None:
    """Encodes every passage anew and switches when all are done; the old vectors serve meanwhile and are kept.

    Without --encoder the encoder of BAGUI_RETRIEVAL__ENCODER is taken, else the shipped one. May be broken off at
    any moment and run again.
    """
    if encoder is not None and rollback:
        raise typer.BadParameter("--encoder 与 --rollback 不能同时使用")
    if encoder not in (None, "shipped") and Path(encoder).expanduser().is_dir():
        encoder = str(Path(encoder).expanduser().absolute())
    done = _with_bar("reindex", {"encoder": encoder, "rollback": rollback})
    if as_json:
        print_json(done)
        return
    typer.echo(f"现由 {done['encoder']} 检索（{done['passages']} 段）；此前为 {done['before'] or '无'}")
    if done["folder"]:
        typer.echo(f"长期使用请设置 BAGUI_RETRIEVAL__ENCODER={done['folder']}（不设置也会沿用）")


def _bar(event: dict[str, Any]) -> str:
    """What is done, and of files how far the one in hand is: `[###...] 3/10 解析 12/80 handbook.pdf`."""
    filled = round(_BAR * event["done"] / max(event["total"], 1))
    head = f"[{'#' * filled}{'.' * (_BAR - filled)}] {event['done']}/{event['total']}"
    if "stage" not in event:
        return head
    part = f" {event['part']}/{event['parts']}" if event["parts"] else ""
    return f"{head} {_STAGES[event['stage']]}{part} {Path(event['path']).name[:30]}"


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


_STATUS = {"in_force": "现行有效", "expired": "已失效", "not_yet": "尚未施行", "unknown": "效力状态未知"}


def show(
    identity: Annotated[str, typer.Argument(metavar="ID")], role_: Role = "rm", as_json: Json = False
) -> None:
    """One document: its versions with dates and status, what replaced them, and its articles."""
    found = perform("documents_show", {"id": identity, "role": role(role_)})
    if as_json:
        print_json(found)
        return
    typer.echo(f"《{found['title']}》  {found['id']}（{found['collection']}）")
    for version in found["versions"]:
        typer.echo(
            f"\n{version['version']}  {_STATUS[version['status']]}  {version['doc_no']} {version['issuer']}"
        )
        typer.echo(
            f"  发布 {version['issued'] or '未知'}；施行 {version['effective_from'] or '未知'}；"
            f"失效 {version['effective_to'] or '未载明'}"
        )
        if version["unknown"]:
            typer.echo(f"  注意：{'、'.join(version['unknown'])}未知")
        for how, others in (("修订", version["amended_by"]), ("取代", version["repealed_by"])):
            for other in others:
                start = f"，{other['effective_from']}起施行" if other["effective_from"] else ""
                typer.echo(f"  由《{other['title']}》{other['version']}{how}{start}")
        if version["supersedes"]:
            typer.echo(f"  取代：{'、'.join(version['supersedes'])}")
        for group in version["articles"]:
            if group["heading"]:
                typer.echo(f"  {group['heading']}")
            for article in group["articles"]:
                typer.echo(f"    {article['locator'] or '（正文）'}（{article['chars']}字）")


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
