"""consent, key, audit."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from serve.commands.shell import Json, day, perform, print_json, print_rows, say

Named = Annotated[str | None, typer.Option("--enterprise", help="Credit code or name.", metavar="CODE")]
Until = Annotated[str | None, typer.Option("--until", help="Last day (default: one year).", metavar="DAY")]
Since = Annotated[str | None, typer.Option("--from", help="First day (default: today).", metavar="DAY")]
Domain = Annotated[
    str | None,
    typer.Option(help="tax, social_insurance, intellectual_property, customs or bank_credit."),
]
_CODE = "91450100MA5XXXXXXX"


def add_to(app: typer.Typer) -> None:
    consent = typer.Typer(help="Who may see which data of an enterprise.", rich_markup_mode=None)
    consent.command(epilog=f"Example: bagui consent grant --enterprise {_CODE} --domain tax")(grant)
    consent.command(epilog=f"Example: bagui consent revoke --enterprise {_CODE} --domain tax")(revoke)
    consent.command("list", epilog=f"Example: bagui consent list --enterprise {_CODE}")(list_consents)
    app.add_typer(consent, name="consent", epilog="Example: bagui consent list")
    key = typer.Typer(help="Access keys of the API.", rich_markup_mode=None)
    key.command(epilog="Example: bagui key create --role developer --json")(create)
    key.command("revoke", epilog="Example: bagui key revoke key_0123456789abcdef")(revoke_key)
    key.command("list", epilog="Example: bagui key list")(list_keys)
    app.add_typer(key, name="key", epilog="Example: bagui key create --role developer --json")
    audit = typer.Typer(help="The audit chain.", rich_markup_mode=None)
    audit.callback()(lambda: None)
    audit.command(epilog="Example: bagui audit verify")(verify)
    app.add_typer(audit, name="audit", epilog="Example: bagui audit verify")


def grant(
    enterprise: Annotated[str, typer.Option(help="Credit code or name.", metavar="CODE")],
    domain: Domain = None,
    since: Since = None,
    until: Until = None,
    purpose: Annotated[str, typer.Option(help="What the data may be used for.")] = "credit_service",
    as_json: Json = False,
) -> None:
    """Records that an enterprise opens a data domain, or without --domain all of them, to the bank."""
    arguments = {
        "enterprise": enterprise,
        "domain": domain,
        "purpose": purpose,
        "valid_from": day(since, "--from"),
        "valid_to": day(until, "--until"),
    }
    given = perform("consent_grant", arguments)
    _show_consents(given, as_json, one=domain is not None)


def revoke(
    identity: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    enterprise: Named = None,
    domain: Domain = None,
    purpose: Annotated[str, typer.Option(help="The purpose of the consents.")] = "credit_service",
    as_json: Json = False,
) -> None:
    """Ends a consent by its id, or those of an enterprise; the data is gone at the next read."""
    arguments = {"id": identity, "enterprise": enterprise, "domain": domain, "purpose": purpose}
    ended = perform("consent_revoke", arguments)
    _show_consents(ended, as_json, one=False)
    if not ended and not as_json:
        say("没有可撤销的有效授权")


def list_consents(enterprise: Named = None, as_json: Json = False) -> None:
    """Consents, ended ones included."""
    _show_consents(perform("consent_list", {"enterprise": enterprise}), as_json, one=False)


def _show_consents(found: list[dict[str, Any]], as_json: bool, *, one: bool) -> None:
    if as_json:
        print_json(found[0] if one else found)
        return
    rows = [
        [item["id"], item["enterprise"], item["domain"], item["valid_from"], item["valid_to"],
         "已撤销" if item["revoked_at"] else "有效期内"]
        for item in found
    ]  # fmt: skip
    print_rows(rows, ["id", "enterprise", "domain", "from", "to", "state"])


def create(
    role: Annotated[str, typer.Option(help="rm, enterprise, developer, admin or auditor.")],
    enterprise: Named = None,
    label: Annotated[str, typer.Option(help="A note for the list.")] = "",
    as_json: Json = False,
) -> None:
    """Makes an access key and shows it once."""
    made = perform("key_create", {"role": role, "enterprise": enterprise, "label": label})
    if as_json:
        print_json(made)
        return
    typer.echo(made["key"])
    say(f"{made['id']}（{made['role']}）：密钥只显示这一次，请妥善保存")


def revoke_key(identity: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Ends a key; the next request with it is refused."""
    ended = perform("key_revoke", {"id": identity})
    if as_json:
        print_json(ended)
    else:
        typer.echo(f"已撤销 {ended['id']}")


def list_keys(as_json: Json = False) -> None:
    """All keys without their secrets, ended ones included."""
    found = perform("key_list", {})
    if as_json:
        print_json(found)
        return
    rows = [
        [item["id"], item["role"], item["enterprise"] or "-", "已撤销" if item["revoked_at"] else "有效",
         item["label"]]
        for item in found
    ]  # fmt: skip
    print_rows(rows, ["id", "role", "enterprise", "state", "label"])


def verify(as_json: Json = False) -> None:
    """Checks the hash chain from its first row to its signed head."""
    check = perform("audit_verify", {})
    if as_json:
        print_json(check)
    elif check["ok"]:
        typer.echo(f"审计链完整，共 {check['rows']} 条")
    if not check["ok"]:
        if not as_json:
            say(f"bagui: 审计链在第 {check['first_bad']} 条处不完整：{check['problem']}")
        raise typer.Exit(1)
