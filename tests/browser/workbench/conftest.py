"""The server as its own process with a scripted language model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fake_llm.server import MODEL, FakeLlm, Reply

ROOT = Path(__file__).parents[3]


@dataclass
class Site:
    """The running server: where it is, its demo credentials, its scripted language model."""

    url: str
    home: Path
    llm: FakeLlm

    @property
    def demo(self) -> dict[str, Any]:
        return json.loads((self.home / "demo.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, own_hosts: set[str]) -> Iterator[Site]:
    """`bagui serve` with the samples, as its own process; the language model alone is a fake one."""
    home = tmp_path_factory.mktemp("home")
    llm = FakeLlm().start()
    surroundings = os.environ | {
        "BAGUI_HOME": str(home),
        "BAGUI_EMBEDDED__ENABLED": "false",
        "BAGUI_LLM__BASE_URL": llm.url,
        "BAGUI_LLM__MODEL": MODEL,
    }
    program = "from serve.cli import main; main(['serve', '--port', '0'])"
    with (home / "out.txt").open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", program],
            env=surroundings,
            stdout=out,
            stderr=out,
            cwd=ROOT,
        )
    try:
        deadline = time.monotonic() + 100
        while not (home / "server.json").exists():
            assert server.poll() is None and time.monotonic() < deadline, (home / "out.txt").read_text()
            time.sleep(0.2)
        url = json.loads((home / "server.json").read_text())["url"]
        own_hosts.add(urlsplit(url).netloc)
        yield Site(url, home, llm)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)
        llm.stop()


@pytest.fixture
def llm(site: Site) -> Iterator[FakeLlm]:
    yield site.llm
    site.llm.mode, site.llm.fallback = "ok", Reply("好的。")
    site.llm.script.clear()


@pytest.fixture
def visit(new_context: Callable[..., Any]) -> Callable[..., Any]:
    """`visit(width=, height=, locale=, …)` opens a blank page."""

    def open_page(*, width: int = 1440, height: int = 900, locale: str = "zh-CN", **options: Any) -> Any:
        context = new_context(width, height, locale=locale, **options)
        context.set_default_timeout(60_000)
        return context.new_page()

    return open_page
