"""The server as a process of its own: the port, the start without a network, the end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from serve.cli import run

# Loaded by the interpreter before anything else: every connection and name look-up outside the machine fails.
_GUARD = """
import socket
def _local(host):
    return host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", None, "")
_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo
def connect(self, address):
    if self.family != socket.AF_UNIX and not _local(address[0]):
        print("OUTSIDE", address, flush=True)
        raise OSError("no network")
    return _connect(self, address)
def getaddrinfo(host, *rest, **named):
    if not _local(host):
        print("OUTSIDE", host, flush=True)
        raise socket.gaierror("no network")
    return _getaddrinfo(host, *rest, **named)
socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
"""


@pytest.fixture
def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def start(home: Path, port: int, guard: Path) -> subprocess.Popen[str]:
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(_GUARD)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAGUI_")}
    environment |= {"BAGUI_HOME": str(home), "PYTHONPATH": str(guard), "HTTPS_PROXY": "http://192.0.2.1:9"}
    return subprocess.Popen(
        [sys.executable, "-c", "from serve.cli import main; main()", "serve", "--port", str(port)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=guard,
    )  # fmt: skip


def wait_until_ready(url: str, process: subprocess.Popen[str]) -> dict:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return httpx.get(f"{url}/readyz", trust_env=False, timeout=5).json()
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"not ready: {process.communicate(timeout=5)}")


def test_it_starts_without_a_network_answers_and_stops(home, tmp_path, free_port, capsys):
    url = f"http://127.0.0.1:{free_port}"
    process = start(home, free_port, tmp_path / "guard")
    try:
        assert wait_until_ready(url, process)["degraded"] == []
        private = {name: (home / name).stat().st_mode & 0o777 for name in ("server.json", "demo.json")}
        assert set(private.values()) == {0o600}
        keys = json.loads((home / "demo.json").read_text())["keys"]
        body = {"model": "bagui", "messages": [{"role": "user", "content": "2025年6月的一年期LPR是多少"}]}
        headers = {"Authorization": f"Bearer {keys['rm']}"}
        answer = httpx.post(
            f"{url}/v1/chat/completions", json=body, headers=headers, trust_env=False, timeout=60
        )
        assert "3.00%" in answer.json()["choices"][0]["message"]["content"]
        assert answer.json()["bagui"]["citations"]

        # A second one says why it does not start, and changes nothing.
        before = (home / "demo.json").read_bytes()
        assert run(["serve", "--port", str(free_port)]) == 1
        assert str(free_port) in capsys.readouterr().err
        assert run(["serve", "--port", "0"]) == 1
        assert "数据目录" in capsys.readouterr().err
        assert (home / "demo.json").read_bytes() == before

        # The command line goes through it.
        assert run(["key", "list", "--json"]) == 0
        assert "demo" in capsys.readouterr().out
    finally:
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=30)
    assert process.returncode == 0, printed
    assert "OUTSIDE" not in printed
    assert keys["developer"] in printed
    assert not (home / "server.json").exists()
    log = (home / "logs" / "bagui.log").read_text(encoding="utf-8")
    assert "一年期LPR" not in log
    assert not any(key in log for key in keys.values())
    for line in log.splitlines():
        json.loads(line)


def test_the_database_in_other_hands_is_a_clear_error(home, capsys):
    import sqlite3

    other = sqlite3.connect(home / "bagui.sqlite", isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        assert run(["key", "create", "--role", "rm"]) == 1
        assert "占用" in capsys.readouterr().err
        assert time.monotonic() - started < 20
        other.execute("ROLLBACK")
        assert run(["key", "list", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)
    finally:
        other.close()


def test_a_read_only_home_is_a_clear_error(home):
    """Run as a user to whom nothing there belongs; a superuser becomes one, after loading the program."""
    home.chmod(0o555)
    for path in home.iterdir():
        path.chmod(0o444)
    program = (
        "import os, sys; from serve.cli import run\n"
        "run(['key', 'list'])\n"
        "os.geteuid() or (os.setgid(65534), os.setuid(65534))\n"
        "sys.exit(run(['key', 'create', '--role', 'rm']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd="/",
        env={**os.environ, "BAGUI_HOME": str(home)},
    )  # fmt: skip
    home.chmod(0o700)
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1].startswith("bagui: ")
    assert "Traceback" not in done.stderr
    assert "只读" in done.stderr
