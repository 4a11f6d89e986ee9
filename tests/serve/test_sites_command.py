"""`bagui site`: as an operator types it, with no server running."""

from __future__ import annotations

import json

import pytest

from serve.cli import run


def shown(capsys: pytest.CaptureFixture[str]):
    return json.loads(capsys.readouterr().out)


def test_a_site_is_made_listed_and_removed(home, capsys):
    arguments = ["site", "create", "--origin", "https://a.example.cn", "https://B.example.cn:443/", "--json"]
    assert run(arguments) == 0
    made = shown(capsys)
    assert {"id", "site_key", "identity_secret"} <= set(made)
    assert made["origins"] == ["https://a.example.cn", "https://b.example.cn"]
    assert run(["site", "list", "--json"]) == 0
    text = capsys.readouterr().out
    assert made["identity_secret"] not in text
    assert any(one["id"] == made["id"] and one["removed_at"] is None for one in json.loads(text))
    assert run(["site", "remove", made["id"], "--json"]) == 0
    assert shown(capsys)["removed_at"]
    assert run(["audit", "verify", "--json"]) == 0


def test_origins_may_be_repeated_and_a_site_bound_to_an_enterprise(home, capsys):
    assert run(["enterprises", "--json"]) == 0
    code = shown(capsys)[0]["code"]
    arguments = [
        "site",
        "create",
        "--origin",
        "http://a.cn",
        "--origin",
        "http://b.cn",
        "--enterprise",
        code,
        "--json",
    ]
    assert run(arguments) == 0
    made = shown(capsys)
    assert (made["origins"], made["enterprise"]) == (["http://a.cn", "http://b.cn"], code)


@pytest.mark.parametrize("origin", ["*", "null", "a.example.cn", "https://*.example.cn", "https://a.cn/x"])
def test_what_is_no_origin_is_bad_usage(home, capsys, origin):
    assert run(["site", "create", "--origin", origin]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("bagui: ") and said.out == ""


def test_a_site_that_is_not_there_cannot_be_removed(home, capsys):
    assert run(["site", "remove", "site_none"]) == 1
    assert "未找到该站点" in capsys.readouterr().err
