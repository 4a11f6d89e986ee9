"""One server for the tests of this room: real parts, the language model alone is a fake one."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fake_llm.server import MODEL, FakeLlm, Reply

from assistant.settings import Settings, load_settings
from serve.app import create_app
from serve.server_state import ServerState


@dataclass
class Live:
    """A running server and what is needed to talk to it."""

    url: str
    state: ServerState
    settings: Settings
    llm: FakeLlm

    def key(self, role: str) -> str:
        assert self.state.demo is not None
        return self.state.demo.keys[role]

    def client(self, role: str | None = "rm") -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key(role)}"} if role else {}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=30)

    def operate(self, operation: str, **arguments):
        """What the command line beside this server would get."""
        headers = {"Authorization": f"Bearer {self.state.operator_token}"}
        response = httpx.post(
            f"{self.url}/operator/{operation}", json=arguments, headers=headers, trust_env=False, timeout=60
        )
        last = json.loads(response.text.strip().splitlines()[-1])
        return last["value"]


class _Server(uvicorn.Server):
    """Says when it has started, or has failed to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()

    async def startup(self, sockets: list | None = None) -> None:
        await super().startup(sockets)
        self.settled.set()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Samples and built-in knowledge loaded, the fake model configured as the served one."""
    llm = FakeLlm().start()
    settings = load_settings(
        home=tmp_path_factory.mktemp("home"),
        llm={"base_url": llm.url, "model": MODEL, "first_token_timeout_s": 1, "total_timeout_s": 5},
        embedded={"enabled": False},
        body_limit_bytes=300_000,
    )
    state = ServerState(settings)
    config = uvicorn.Config(
        create_app(settings, state),
        host="127.0.0.1",
        port=0,
        lifespan="on",
        log_config=None,
        access_log=False,
    )
    server = _Server(config)

    def serve() -> None:
        try:
            asyncio.run(server.serve())
        finally:
            server.settled.set()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert server.settled.wait(110), "the server did not start"
    assert server.started, state.fault
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Live(f"http://127.0.0.1:{port}", state, settings, llm)
    server.should_exit = True
    thread.join(15)
    llm.stop()


@pytest.fixture
def llm(live: Live) -> Iterator[FakeLlm]:
    """The fake model of the running server, well behaved again after each test."""
    live.llm.bodies.clear()
    yield live.llm
    live.llm.mode = "ok"
    live.llm.script.clear()
    live.llm.fallback = Reply("好的。")
    live.state.bagui.models.breaker.succeeded()


@pytest.fixture
def home(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the server's knowledge base with no server; the command line is pointed at it."""
    copied = tmp_path / "home"
    copied.mkdir(mode=0o700)
    with sqlite3.connect(live.settings.home_path / "bagui.sqlite") as source:
        source.execute("VACUUM INTO ?", (str(copied / "bagui.sqlite"),))
    source.close()
    for name in ("secret", "audit.head"):
        if (live.settings.home_path / name).exists():
            shutil.copy(live.settings.home_path / name, copied / name)
    monkeypatch.setenv("BAGUI_HOME", str(copied))
    monkeypatch.setenv("BAGUI_EMBEDDED__ENABLED", "false")
    monkeypatch.chdir(tmp_path)
    return copied
