"""A real server, a page of another origin that embeds the widget, and Chromium to look at it."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import pytest
import uvicorn
from PIL import Image

from assistant.settings import load_settings
from serve.app import create_app
from serve.server_state import ServerState

CHROMIUM = "/usr/bin/chromium"
SCREENS = Path(__file__).parents[2] / "docs" / "screens"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(str(item.fspath)).parents:
            item.add_marker(pytest.mark.browser)
    # What these leave behind would stand in the history of every picture, so they come last.
    last = ("opening", "attack")
    items.sort(key=lambda item: "tests/browser" in item.nodeid and any(part in item.nodeid for part in last))


@dataclass
class Door:
    """The server as a browser finds it."""

    url: str
    state: ServerState

    def operate(self, operation: str, **arguments: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.state.operator_token}"}
        address = f"{self.url}/operator/{operation}"
        response = httpx.post(address, json=arguments, headers=headers, trust_env=False, timeout=60)
        response.raise_for_status()
        return response.json()["value"]


@pytest.fixture(scope="session")
def own_hosts() -> set[str]:
    """The servers of this run: the only ones that any browser test may ask for anything."""
    return set()


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory, own_hosts: set[str]) -> Iterator[Door]:
    """Samples and built-in knowledge, answers made of the evidence itself: the same text at every run."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = load_settings(home=tmp_path_factory.mktemp("home"), embedded={"enabled": False})
    state = ServerState(settings, origins=(url,))
    config = uvicorn.Config(create_app(settings, state), lifespan="on", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([taken])), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), state.fault
        time.sleep(0.05)
    own_hosts.add(urlsplit(url).netloc)
    yield Door(url, state)
    server.should_exit = True
    thread.join(15)


@dataclass
class Host:
    """Another web server: `pages` by path. By the name 127.0.0.1 it is on the list, as localhost it is not."""

    port: int
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    identity: Callable[[], str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def foreign_url(self) -> str:
        return f"http://localhost:{self.port}"

    def embed(
        self, door: Door, site: str, *, policy: bool = True, trusted: str = "dompurify", **data: str
    ) -> str:
        """The path of a page that embeds the widget with one script tag, under a strict policy."""
        attributes = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in data.items())
        text = (
            '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>示例网站</title>'
            f'<h1>示例网站（虚构）</h1><script src="{door.url}/widget.js" data-site="{site}"{attributes}></script>'
        )
        rules = (
            f"default-src 'none'; script-src {door.url}; connect-src 'self' {door.url}; base-uri 'none'; "
            f"form-action 'none'; require-trusted-types-for 'script'; trusted-types {trusted}"
        )
        path = f"/{uuid.uuid4().hex}"
        self.pages[path] = (text, rules if policy else "")
        return path


@pytest.fixture(scope="session")
def host(own_hosts: set[str]) -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            text, policy = made.pages.get(self.path, ("", ""))
            self._say(200 if text else 404, text, "text/html; charset=utf-8", policy)

        def do_POST(self) -> None:
            known = self.path == "/identity" and self.headers["X-Bagui-Identity"] and made.identity
            self._say(
                200 if known else 404, made.identity() if known and made.identity else "", "text/plain", ""
            )

        def _say(self, status: int, text: str, media: str, policy: str) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("content-type", media)
            self.send_header("content-length", str(len(data)))
            if policy:
                self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Host(server.server_address[1])
    own_hosts.update(urlsplit(address).netloc for address in (made.url, made.foreign_url))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def site(door: Door, host: Host) -> dict[str, Any]:
    """A site whose only origin is the host's."""
    return door.operate("site_create", origins=[host.url])


@pytest.fixture
def identity(site: dict[str, Any]) -> Callable[[str], str]:
    """What the site's own server says of who is signed in to it."""

    def sign(enterprise: str) -> str:
        claims = {
            "sub": "user-1",
            "enterprise": enterprise,
            "exp": int(time.time()) + 200,
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode(claims, site["identity_secret"], "HS256")

    return sign


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed; `make test-browser` does it")
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser extra is not installed")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Tab:
    """A browser tab with everything it asked for and everything it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        return {urlsplit(address).netloc for address in self.requests}


@pytest.fixture
def new_context(chromium: Any, own_hosts: set[str]) -> Iterator[Callable[..., Any]]:
    """A fresh browser context each, closed at the end; then its request log must name no host but our own."""
    contexts: list[Any] = []
    asked: list[str] = []

    def make(width: int, height: int, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.on("request", lambda request: asked.append(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: asked.append(socket.url)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    foreign = [url for url in asked if urlsplit(url).scheme not in {"data", "blob", "about"}]
    assert {urlsplit(url).netloc for url in foreign} <= own_hosts, sorted(set(foreign))


@pytest.fixture
def open_tab(new_context: Callable[..., Any]) -> Callable[..., Tab]:
    """`open_tab(width, height, **context options)`: a tab in a context of its own."""

    def make(width: int = 1200, height: int = 800, **options: Any) -> Tab:
        tab = Tab(new_context(width, height, **{"locale": "zh-CN"} | options).new_page())
        tab.page.set_default_timeout(15_000)
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("console", lambda said: said.type == "error" and tab.complaints.append(said.text))
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        return tab

    return make


@pytest.fixture
def screen() -> Callable[[Any, str], None]:
    """Keeps a picture for the documentation when BAGUI_SCREENS is set, in 160 colours: a third of the size."""

    def keep(page: Any, name: str) -> None:
        if os.environ.get("BAGUI_SCREENS"):
            SCREENS.mkdir(exist_ok=True)
            picture = page.screenshot(animations="disabled")
            few = (
                Image.open(io.BytesIO(picture))
                .convert("RGB")
                .quantize(160, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            )
            few.save(SCREENS / f"{name}.png", optimize=True)

    return keep
