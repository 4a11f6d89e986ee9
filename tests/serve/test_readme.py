"""The README's tour, run as it stands there: every command prints what the README shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from serve.cli import run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
README = Path(__file__).parents[2] / "README.md"
_BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)


def tour() -> list[tuple[str, str]]:
    """Commands and what the README says that they print, in order: a consent is granted before it is revoked."""
    return [(block["command"], block["output"]) for block in _BLOCK.finditer(README.read_text("utf-8"))]


def steady(text: str) -> str:
    """Without what differs from run to run: ids, the days of a consent given today, how much was done before."""
    text = re.sub(r"con_[0-9a-f]+", "con_…", text)
    text = re.sub(r"(9\w{17}\s+\w+\s+)\d{4}-\d\d-\d\d(\s+)\d{4}-\d\d-\d\d", r"\1…\2…", text)
    text = re.sub(r"共 \d+ 条", "共 … 条", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.fixture
def served_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh home with its server, the shipped language model included, as `make serve` leaves it."""
    monkeypatch.setenv("BAGUI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    program = [sys.executable, "-c", "from serve.cli import main; main()", "serve", "--port", "0"]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    said = ""
    while "Ctrl+C" not in said:
        line = process.stdout.readline()
        assert line, f"the server did not start: {said}"
        said += line
    yield tmp_path / "home"
    process.terminate()
    process.communicate(timeout=60)


def test_the_tour_prints_what_the_readme_shows(served_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(tour()) >= 10
    for command, shown in tour():
        program, *arguments = shlex.split(command)
        assert program == "bagui"
        assert run(arguments) == 0, command
        assert steady(capsys.readouterr().out) == steady(shown), command
