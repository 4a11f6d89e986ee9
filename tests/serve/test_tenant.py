"""Another tenant than the default: what the command line writes belongs to it, and it touches nothing of another's."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import date

import pytest
from people import principal_for

from assistant.settings import load_settings
from assistant.store import audit, consents, keys, sites, users
from assistant.store.database import Store
from assistant.today import today_in_shanghai
from knowledge.sample.generator import generate
from knowledge.sample.loader import load_samples
from serve.cli import run

LIUZHOU = "liuzhou"
OTHER = "bank"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with two enterprises, whose bank is Liuzhou's."""
    monkeypatch.setenv("BAGUI_HOME", str(tmp_path))
    monkeypatch.setenv("BAGUI_TENANT", LIUZHOU)
    monkeypatch.chdir(tmp_path)

    async def fill(store: Store) -> None:
        await load_samples(store, today=date(2026, 1, 1), tenant=OTHER, sample=generate(count=2))

    stored(tmp_path, fill)
    return tmp_path


def stored(home, work):
    async def opened():
        settings = load_settings(home=home)
        store = await Store.open(settings.database, settings.home_path)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(opened())


def document(capsys, *words: str):
    capsys.readouterr()
    assert run([*words, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_grant_read_and_revoke_are_of_the_tenant(home, capsys):
    code = generate(count=2).enterprises[0].code
    granted = document(capsys, "consent", "grant", "--enterprise", code, "--domain", "tax")
    assert granted["grantee"] == LIUZHOU
    assert {c["grantee"] for c in document(capsys, "consent", "list")} == {LIUZHOU}

    async def may_read(store: Store, tenant: str) -> bool:
        rm = principal_for("rm", "manager", tenant=tenant)
        async with store.reading() as session:
            pairs = await consents.granted_pairs(session, rm, today=today_in_shanghai())
        return (code, "tax") in pairs

    assert stored(home, lambda store: may_read(store, LIUZHOU))
    ended = document(capsys, "consent", "revoke", granted["id"])
    assert ended[0]["revoked_at"] and not stored(home, lambda store: may_read(store, LIUZHOU))


def test_keys_users_and_sites_are_of_the_tenant(home, capsys, monkeypatch):
    made = document(capsys, "key", "create", "--role", "rm")
    monkeypatch.setattr("sys.stdin", io.StringIO("ten-characters\n"))
    document(capsys, "user", "create", "wei.na")
    site = document(capsys, "site", "create", "--origin", "https://park.example")

    async def read(store: Store):
        async with store.reading() as session:
            principal = await keys.authenticate(session, made["key"])
            user = await users.authenticate(session, "wei.na", "ten-characters")
            return principal.tenant, user.tenant, (await sites.get_site(session, site["id"])).tenant

    assert stored(home, read) == (LIUZHOU, LIUZHOU, LIUZHOU)


def test_what_another_tenant_holds_is_neither_listed_nor_ended(home, capsys):
    async def make(store: Store):
        async with store.writing() as session:
            key = await keys.create_key(session, role="rm", tenant=OTHER)
            user = await users.create_user(session, name="li", password="ten-characters", tenant=OTHER)
            site = await sites.create_site(session, origins=(), tenant=OTHER)
        return key.key.id, user.id, site.id

    key, user, site = stored(home, make)
    assert document(capsys, "key", "list") == []
    assert document(capsys, "user", "list") == []
    assert document(capsys, "site", "list") == []
    for words in (("key", "revoke", key), ("user", "disable", user), ("site", "remove", site)):
        assert run(list(words)) == 1


def test_the_audit_chain_names_the_tenant(home, capsys):
    document(capsys, "key", "create", "--role", "rm")

    async def rows(store: Store):
        auditor = principal_for("auditor", "auditor", tenant=LIUZHOU)
        async with store.reading() as session:
            return [row.what for row in await audit.read_audit(session, auditor)]

    assert "key.create" in stored(home, rows)
