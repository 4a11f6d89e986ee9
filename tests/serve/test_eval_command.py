"""`bagui eval`: suites run into a folder, and two runs compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.results import read, write
from eval.score import Score
from serve.cli import run


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No home and no server: an evaluation needs neither."""
    monkeypatch.setenv("BAGUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BAGUI_EMBEDDED__ENABLED", "false")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_suite_is_run_reported_and_compared(alone, capsys):
    assert run(["eval", "hundred", "--report", "runs", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    (suite,) = shown["suites"]
    by_name = {figure["scorer"]: figure for figure in suite["figures"]}
    assert shown["ok"] and suite["cases"] == 100 and suite["failed"] == 0
    assert by_name["router_tool_name"]["mean"] > 0.5 and by_name["model_tool_name"]["mean"] is None
    report = Path(shown["report"])
    assert report == alone / "runs" / "report.html" and "router_tool_name" in report.read_text("utf-8")
    assert not (alone / "home").exists()

    first = Path(suite["file"])
    results = read(first)
    changed = dict(results.cases[0].scores) | {"router_overall": Score(0.0, "换了工具")}
    worse = (type(results.cases[0])(results.cases[0].id, results.cases[0].case, changed), *results.cases[1:])
    second = alone / "second.jsonl"
    write(type(results)(results.header, worse), second)
    assert run(["eval", "--compare", str(first), str(second), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    overall = next(one for one in found["differences"] if one["scorer"] == "router_overall")
    assert overall["pairs"] == 100 and overall["low"] <= overall["difference"] <= overall["high"]
    assert run(["eval", "--compare", str(first), str(second)]) == 0
    printed = capsys.readouterr().out
    assert "difference" in printed and all(text in printed for text in ("h001", "换了工具"))


def test_figures_are_printed_without_a_report(alone, capsys):
    assert run(["eval", "hundred"]) == 0
    printed = capsys.readouterr()
    assert "router_tool_name" in printed.out and "hundred 100/100" in printed.err
    assert list(alone.iterdir()) == []


def test_a_suite_that_cannot_be_run_says_why(alone, capsys, monkeypatch):
    monkeypatch.setenv("BAGUI_EMBEDDED__ENABLED", "true")
    monkeypatch.setenv("BAGUI_EMBEDDED__MODEL_DIR", str(alone / "none"))
    assert run(["eval", "hundred", "--report", "runs"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("bagui: hundred ") and len(said.splitlines()) == 1
    assert "未能运行" in (alone / "runs" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["nonsense"], 1, "retrieval"),
        (["statutes"], 2, "--data"),
        (["hundred", "--report", "/dev/null/runs"], 2, "/dev/null/runs"),
        (["--compare", "a.jsonl"], 2, "--compare"),
        (["--compare", "a.jsonl", "b.jsonl"], 1, "a.jsonl"),
        (["hundred", "--compare", "a.jsonl", "b.jsonl"], 2, "--compare"),
    ],
)
def test_what_cannot_be_done_is_one_line(alone, capsys, arguments, code, why):
    assert run(["eval", *arguments]) == code
    printed = capsys.readouterr()
    assert printed.out == "" and len(printed.err.splitlines()) == 1
    assert printed.err.startswith("bagui: ") and why in printed.err


def test_runs_of_different_suites_are_not_compared(alone, capsys):
    header = '{"suite": "%s", "started": "2026-11-23T00:00:00Z"}\n'
    for name in ("a", "b"):
        (alone / f"{name}.jsonl").write_text(header % name, "utf-8")
    assert run(["eval", "--compare", "a.jsonl", "b.jsonl"]) == 2
    assert "同一评测集" in capsys.readouterr().err
