"""site."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from serve.commands.shell import Json, perform, print_json, print_rows, say

Origins = Annotated[
    list[str] | None,
    typer.Option("--origin", help="Where pages may embed the widget; may be repeated.", metavar="URL..."),
]
More = Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="Further origins.")]
Bound = Annotated[
    str | None,
    typer.Option("--enterprise", help="The only enterprise its identities may name.", metavar="CODE"),
]


def add_to(app: typer.Typer) -> None:
    site = typer.Typer(help="Web pages that may embed the widget.", rich_markup_mode=None)
    site.command(epilog="Example: bagui site create --origin https://park.example.cn --json")(create)
    site.command("list", epilog="Example: bagui site list")(list_all)
    site.command(epilog="Example: bagui site remove site_0123456789abcdef")(remove)
    app.add_typer(site, name="site", epilog="Example: bagui site list")


def create(
    more: More = None, origin: Origins = None, enterprise: Bound = None, as_json: Json = False
) -> None:
    """Registers a site and shows its key and identity secret."""
    origins = [*(origin or []), *(more or [])]
    made = perform("site_create", {"origins": origins, "enterprise": enterprise})
    if not origins:
        say("没有给出来源（--origin）：该站点不允许任何页面嵌入")
    if as_json:
        print_json(made)
        return
    typer.echo(f"id               {made['id']}")
    typer.echo(f"site_key         {made['site_key']}")
    typer.echo(f"identity_secret  {made['identity_secret']}")
    say("identity_secret 只供站点的服务器签发企业身份，请勿写入网页")


def list_all(as_json: Json = False) -> None:
    """All sites, removed ones included."""
    found = perform("site_list", {})
    if as_json:
        print_json(found)
        return
    print_rows([_row(item) for item in found], ["id", "site_key", "origins", "enterprise", "state"])


def remove(identity: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Ends a site; pages that embed it lose access at their next request."""
    ended = perform("site_remove", {"id": identity})
    if as_json:
        print_json(ended)
    else:
        typer.echo(f"已移除 {ended['id']}")


def _row(item: dict[str, Any]) -> list[str]:
    state = "已移除" if item["removed_at"] else "演示" if item["demo"] else "有效"
    return [item["id"], item["site_key"], " ".join(item["origins"]) or "-", item["enterprise"] or "-", state]
