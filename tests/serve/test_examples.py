"""Every example runs as its reader would run it, against a server, and prints what its folder's README shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
WITHOUT_NODE = (
    "node is not installed"
    if shutil.which("node") is None
    else "examples/node_modules is missing: run `make test-examples`"
    if not (FOLDER / "node_modules" / "openai").exists()
    else ""
)
COMMANDS = {
    "ask.py": [sys.executable],
    "tools.py": [sys.executable],
    "langchain_use.py": [sys.executable],
    "mcp_client.py": [sys.executable],
    "ask.sh": ["sh"],
    "ask.mjs": ["node"],
}


def run(live, name: str) -> subprocess.CompletedProcess[str]:
    """The server runs without a language model that answers: the router chooses the tools."""
    live.llm.mode = "error_500"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BAGUI_")}
    home = {"BAGUI_HOME": str(live.settings.home_path), "BAGUI_URL": live.url}
    return subprocess.run(
        [*COMMANDS[name], str(FOLDER / name)],
        capture_output=True, text=True, timeout=90, check=False, cwd=FOLDER.parent,
        env=kept | home,
    )  # fmt: skip


def test_every_example_is_run_here():
    found = {file.name for pattern in ("*.py", "*.sh", "*.mjs") for file in FOLDER.glob(pattern)}
    assert found - {"address.py"} == set(COMMANDS)
    assert all(f"`{name}`" in README for name in found)


@pytest.mark.parametrize("name", ["ask.py", "tools.py", "langchain_use.py", "mcp_client.py", "ask.sh",
                                  pytest.param("ask.mjs", marks=pytest.mark.skipif(bool(WITHOUT_NODE), reason=WITHOUT_NODE))])  # fmt: skip
def test_an_example_prints_what_its_readme_shows(live, llm, name):
    if name == "ask.sh" and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = run(live, name)
    assert done.returncode == 0, done.stderr
    shown = re.search(rf"`{re.escape(name)}`.*?```\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    for line in shown[1].splitlines():
        # In the README `…` stands for what differs from run to run.
        parts = [re.escape(part) for part in line.split("…")]
        assert re.search(".*".join(parts), done.stdout), (line, done.stdout)


def test_the_lock_file_has_no_addresses():
    lock = (FOLDER / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in re.sub(r'"url": "https://[^"]*"', "", lock)
