"""The command line: alone under its lock, and beside a running server."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys

import pytest
from filelock import FileLock

from assistant.errors import BaguiError
from serve.cli import run
from serve.process import server_file
from serve.process.server_file import ServerFile

COMMANDS = (
    "serve", "ask", "search", "ingest", "documents", "enterprises", "tools", "tool", "consent", "key", "audit",
    "doctor", "reindex", "documents remove", "consent grant", "consent revoke", "consent list", "key create", "key revoke",
    "key list", "audit verify", "site", "site create", "site list", "site remove",
    "eval",     "user", "user create", "user disable", "user list",
)  # fmt: skip
LOAN_RATE = ["tool", "loan_rate", "--args", '{"day": "2025-06-30", "tenor": "1y"}', "--json"]


@pytest.fixture
def beside(live, monkeypatch, tmp_path):
    """The command line pointed at the home of the running server."""
    monkeypatch.setenv("BAGUI_HOME", str(live.settings.home_path))
    monkeypatch.chdir(tmp_path)
    server_file.write(live.settings.home_path, ServerFile(live.url, live.state.operator_token, os.getpid()))
    yield live
    server_file.remove(live.settings.home_path)


def output(capsys, arguments: list[str], code: int = 0):
    capsys.readouterr()
    assert run(list(arguments)) == code, capsys.readouterr().err
    return capsys.readouterr()


def document(capsys, arguments: list[str], code: int = 0):
    """What `--json` printed: one document, and nothing beside it."""
    return json.loads(output(capsys, arguments, code).out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(capsys, command):
    assert f"Example: bagui {command.split()[0]}" in output(capsys, [*command.split(), "--help"]).out


def test_help_loads_nothing_heavy():
    heavy = {"langchain", "langchain_core", "openai", "chromadb", "sqlalchemy", "fastapi", "numpy", "openvino_genai", "pydantic", "httpx", "uvicorn"}  # fmt: skip
    program = f"import sys; from serve.cli import run; run(['--help']); print(*sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""
    assert "enterprises" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask"],
        ["ask", "x", "--as-of", "2026-13-40"],
        ["ask", "x", "--role", "king"],
        ["search", "x", "--k", "many"],
        ["search", "x", "--k", "0"],
        ["search", "x", "--k", "201"],
        ["tool", "loan_rate", "--args", "{"],
        ["tool", "loan_rate", "--args", "[]"],
        ["tool", "loan_rate", "--args", '{"tenor": NaN}'],
        ["tool", "loan_rate", "--args", '{"tenor": "7y"}'],
        ["key", "create", "--role", "king"],
        ["serve", "--port", "70000"],
        ["ask", ""],
        ["ask", " \u200b\u202e "],
        ["ask", "a\x00b"],
        ["ask", "\ud800"],
        ["ask", "贷" * 100_000],
        ["documents", "remove"],
        ["consent"],
    ],
)
def test_bad_usage_is_one_line_and_exit_2(capsys, beside, arguments):
    printed = output(capsys, arguments, code=2)
    assert printed.out == ""
    lines = printed.err.strip().splitlines()
    assert lines[-1].startswith("bagui: ") and "Traceback" not in printed.err
    assert len([line for line in lines if line.startswith("bagui: ")]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "x", "--enterprise", "不存在的企业有限公司"],
        ["tool", "no_such_tool"],
        ["documents", "remove", "no-such-document"],
        ["key", "revoke", "key_none"],
        ["consent", "revoke", "con_none"],
        ["consent", "grant", "--enterprise", "不存在的企业有限公司", "--domain", "tax"],
    ],
)
def test_a_job_that_fails_is_one_line_and_exit_1(capsys, beside, arguments):
    printed = output(capsys, arguments, code=1)
    assert printed.out == "" and printed.err.startswith("bagui: ") and len(printed.err.splitlines()) == 1


def test_bad_usage_alone_is_the_same(capsys, home):
    for arguments, code in (
        (["ask", "\ud800"], 2),
        (["search", "x", "--k", "0"], 2),
        (["key", "revoke", "key_none"], 1),
    ):
        printed = output(capsys, arguments, code)
        assert printed.out == "" and printed.err.startswith("bagui: ")


def test_debug_shows_the_traceback(beside):
    for arguments in (["--debug", "tool", "no_such_tool"], ["tool", "no_such_tool", "--debug"]):
        with pytest.raises(BaguiError):
            run(arguments)


def test_ask_prints_an_answer_and_json_prints_the_object(capsys, home):
    printed = output(capsys, ["ask", "2025年6月的一年期LPR是多少"])
    assert "3.00%" in printed.out and "\n[" in printed.out
    answer = document(capsys, ["ask", "2025年6月的一年期LPR是多少", "--json"])
    assert answer["id"].startswith("ans_") and answer["citations"][0]["quote"]


def test_alone_and_beside_a_server_give_the_same(capsys, beside, home, monkeypatch):
    monkeypatch.setenv("BAGUI_HOME", str(beside.settings.home_path))
    search = ["search", "流动资金贷款期限", "--k", "3", "--as-of", "2026-01-01", "--json"]
    beside_a_server = [
        document(capsys, search),
        document(capsys, LOAN_RATE),
        document(capsys, ["tools", "--json"]),
    ]
    monkeypatch.setenv("BAGUI_HOME", str(home))
    alone = [document(capsys, search), document(capsys, LOAN_RATE), document(capsys, ["tools", "--json"])]
    with beside.client("rm") as client:
        arguments = {"arguments": {"day": "2025-06-30", "tenor": "1y"}}
        over_http = client.post("/v1/tools/loan_rate", json=arguments).json()
    for call in (alone[1], beside_a_server[1], over_http):
        assert call.pop("id").startswith("call_")
    assert alone == beside_a_server
    assert over_http == alone[1]


def test_errors_of_the_server_keep_their_exit_code(capsys, beside):
    assert output(capsys, ["tool", "loan_rate", "--args", '{"tenor": "7y"}'], code=2).err.startswith(
        "bagui: "
    )
    assert output(capsys, ["tool", "no_such_tool"], code=1).err.startswith("bagui: ")
    assert output(capsys, ["ask", "\ud800"], code=2).err.startswith("bagui: ")


def test_a_stale_server_file_is_ignored_and_removed(capsys, home):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    for server in (
        ServerFile("http://127.0.0.1:9", "x", process.pid),
        ServerFile("http://127.0.0.1:9", "x", os.getpid()),
    ):
        server_file.write(home, server)
        assert document(capsys, ["key", "list", "--json"])
        assert not server_file.path_in(home).exists()


def test_a_home_that_is_in_use_is_said(capsys, home, monkeypatch):
    monkeypatch.setattr("serve.operator.client.LOCK_WAIT_S", 0.2)
    with FileLock(home / "lock"):
        assert "正在使用" in output(capsys, ["key", "list"], code=1).err


def test_keys_are_made_listed_and_ended(capsys, home):
    made = document(capsys, ["key", "create", "--role", "developer", "--json"])
    assert set(made) >= {"id", "key", "role", "scopes"}
    listed = output(capsys, ["key", "list", "--json"]).out
    assert made["id"] in listed and made["key"] not in listed
    assert document(capsys, ["key", "revoke", made["id"], "--json"])["revoked_at"]


def test_consents_are_given_listed_and_ended(capsys, home):
    code = document(capsys, ["enterprises", "--json"])[0]["code"]
    given = document(capsys, ["consent", "grant", "--enterprise", code, "--domain", "customs", "--json"])
    assert given["enterprise"] == code and given["domain"] == "customs"
    ended = document(capsys, ["consent", "revoke", "--enterprise", code, "--domain", "customs", "--json"])
    assert given["id"] in {item["id"] for item in ended}
    listed = document(capsys, ["consent", "list", "--enterprise", code, "--json"])
    assert all(item["revoked_at"] for item in listed if item["domain"] == "customs")


def test_the_audit_chain_verifies_and_a_change_shows(capsys, home):
    document(capsys, LOAN_RATE)
    assert document(capsys, ["audit", "verify", "--json"])["ok"]
    with sqlite3.connect(home / "bagui.sqlite") as database:
        database.execute("UPDATE audit SET outcome = 'changed' WHERE seq = 1")
    database.close()
    check = document(capsys, ["audit", "verify", "--json"], code=1)
    assert check["first_bad"] == 1


def test_files_come_in_and_bad_ones_are_reported(capsys, home, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "note.md").write_text(
        "# 八桂测试通知\n\n示例条款：测试贷款的期限为七个月。\n", encoding="utf-8"
    )
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 not really")
    paths = [str(tmp_path / "notes"), str(tmp_path / "broken.pdf")]
    outcomes = document(capsys, ["ingest", *paths, "--collection", "mine", "--json"], code=1)
    assert [(item["ok"], item["outcome"]) for item in outcomes] == [(True, "added"), (False, "failed")]
    assert outcomes[1]["error"]
    again = document(capsys, ["ingest", paths[0], "--collection", "mine", "--json"])
    assert again[0]["outcome"] == "unchanged"
    rows = document(capsys, ["search", "测试贷款的期限", "--collection", "mine", "--k", "1", "--json"])
    assert "七个月" in rows[0]["text"]
    held = document(capsys, ["documents", "--collection", "mine", "--json"])
    assert len(held) == 1
    assert document(capsys, ["documents", "remove", held[0]["id"], "--json"])["removed"] == 1
    assert document(capsys, ["documents", "--collection", "mine", "--json"]) == []


def test_another_encoder_is_refused_in_one_line_and_the_same_one_changes_nothing(capsys, beside, tmp_path):
    before = document(capsys, ["search", "流贷最长几年", "--k", "3", "--json"])
    done = document(capsys, ["reindex", "--json"])
    assert done["encoder"] == done["before"] and done["folder"] is None and done["passages"] > 400
    assert document(capsys, ["search", "流贷最长几年", "--k", "3", "--json"]) == before
    assert "没有模型目录" in output(capsys, ["reindex", "--encoder", str(tmp_path / "none")], 2).err
    assert "没有可以退回" in output(capsys, ["reindex", "--rollback"], 1).err
    assert "不能同时" in output(capsys, ["reindex", "--rollback", "--encoder", "shipped"], 2).err


def test_a_search_explains_itself(capsys, beside):
    told = document(capsys, ["search", "流贷最长几年", "--k", "2", "--explain", "--json"])
    assert len(told["rows"]) == 2 and told["rows"][0]["why"]["terms"] and set(told["dropped"]) == {
        "collection", "audience", "date", "consent",
    }  # fmt: skip
    shown = output(capsys, ["search", "商业银行法第三十九条", "--k", "1", "--explain"])
    assert "字面" in shown.out and "点名" in shown.out and "过滤" in shown.err


def test_doctor_hides_secrets_and_names_sources(capsys, home, monkeypatch):
    monkeypatch.setenv("BAGUI_LLM__API_KEY", "sk-secret")
    printed = output(capsys, ["doctor", "--json"]).out
    report = json.loads(printed)
    assert "sk-secret" not in printed
    settings = {item["name"]: item["source"] for item in report["settings"]}
    assert settings["home"] == "BAGUI_HOME" and settings["port"] == "default"
    assert report["problems"] == [] and report["state"]["documents"] > 0


def test_a_damaged_database_is_a_clear_error(capsys, home):
    (home / "bagui.sqlite").write_bytes(b"this is no database" * 100)
    assert "bagui: " in output(capsys, ["key", "list"], code=1).err
    report = document(capsys, ["doctor", "--json"], code=1)
    assert report["problems"][0]["code"].startswith("database_")
