"""user."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from serve.commands.shell import Json, perform, print_json, print_rows


def add_to(app: typer.Typer) -> None:
    user = typer.Typer(help="People who sign in to the workbench.", rich_markup_mode=None)
    user.command(epilog="Example: bagui user create wei.na --role rm")(create)
    user.command(epilog="Example: bagui user disable wei.na")(disable)
    user.command("list", epilog="Example: bagui user list --json")(list_users)
    app.add_typer(user, name="user", epilog="Example: bagui user create wei.na --role rm")


def create(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: Annotated[str, typer.Option(help="rm or admin.")] = "rm",
    as_json: Json = False,
) -> None:
    """Adds a user. The password is asked for, or read as one line from standard input."""
    if role not in {"rm", "admin"}:
        raise typer.BadParameter(f"--role 只能是 rm、admin 之一，收到 {role!r}")
    made = perform("user_create", {"name": name, "role": role, "password": _password()})
    if as_json:
        print_json(made)
    else:
        typer.echo(f"已创建用户 {made['name']}（{made['role']}），编号 {made['id']}")


def disable(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: Json = False) -> None:
    """Ends a user's access, also in a session that is open."""
    ended = perform("user_disable", {"name": name})
    if as_json:
        print_json(ended)
    else:
        typer.echo(f"已停用用户 {ended['name']}")


def list_users(as_json: Json = False) -> None:
    """All users, disabled ones included."""
    found = perform("user_list", {})
    if as_json:
        print_json(found)
        return
    rows = [
        [item["id"], item["name"], item["role"], "已停用" if item["disabled_at"] else "有效",
         "演示" if item["demo"] else ""]
        for item in found
    ]  # fmt: skip
    print_rows(rows, ["id", "name", "role", "state", "note"])


def _password() -> str:
    """Never an argument: those stand in the process list and in the shell's history."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("密码", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
