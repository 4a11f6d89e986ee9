"""`bagui serve`: one process, one worker, from the taken port to the drained end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from types import FrameType

import typer
import uvicorn
from filelock import FileLock, Timeout

from assistant.errors import AlreadyRunning, BaguiError
from assistant.settings import Settings
from assistant.store.faults import unavailable
from assistant.store.secret import make_home
from serve.app import create_app
from serve.process import logs, server_file
from serve.process.environment import few_heaps
from serve.process.server_file import ServerFile
from serve.server_state import ServerState

_CLOSE_LIMIT_S = 5


class DrainingServer(uvicorn.Server):
    """Uvicorn whose stop first lets running answers finish, and which tells where it listens."""

    def __init__(self, config: uvicorn.Config, state: ServerState, url: str) -> None:
        super().__init__(config)
        self.state = state
        self.url = url
        self._draining: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            home = self.state.settings.home_path
            server_file.write(home, ServerFile(self.url, self.state.operator_token, os.getpid()))
            _announce(self.state, self.url)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins the drain, a second one ends at once."""
        if self._loop is None or not self.started or self.state.drain.draining:
            super().handle_exit(sig, frame)
            return
        self.state.drain.draining = True
        self._loop.call_soon_threadsafe(self._begin_drain)

    def _begin_drain(self) -> None:
        self._draining = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        await self.state.drain.finish()
        self.should_exit = True


def serve_until_stopped(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT. `AlreadyRunning` for a taken port or home, before anything is done."""
    few_heaps()
    with _listening_socket(settings.host, settings.port) as taken:
        lock = _own_home(settings)
        try:
            logs.configure(settings.home_path, settings.log_level)
            port = taken.getsockname()[1]
            state = ServerState(
                settings, _own_origins(settings.host, port), say=lambda text: typer.echo(text, err=True)
            )
            config = uvicorn.Config(
                create_app(settings, state),
                workers=1,
                http="h11",  # bounds the size of headers, which the faster parser does not
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                proxy_headers=False,
                timeout_graceful_shutdown=_CLOSE_LIMIT_S,
                h11_max_incomplete_event_size=65_536,
                lifespan="on",
            )
            server = DrainingServer(config, state, f"http://{_reachable(settings.host)}:{port}")
            _run(server, state, taken)
        finally:
            server_file.remove(settings.home_path)
            lock.release()


def _run(server: DrainingServer, state: ServerState, taken: socket.socket) -> None:
    with contextlib.suppress(KeyboardInterrupt, SystemExit):  # uvicorn exits where a start fails
        server.run(sockets=[taken])
    if state.fault is not None:
        raise state.fault
    if not server.started:
        raise BaguiError(
            f"服务没有启动，原因见 {state.settings.home_path / 'logs' / 'bagui.log'}", code="start_failed"
        )


def _listening_socket(host: str, port: int) -> socket.socket:
    """The address, claimed now; until everything is ready connections are refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        reason = error.strerror or str(error)
        raise AlreadyRunning(
            f"无法在 {host}:{port} 上监听（{reason}）；请用 --port 换一个端口", code="port_in_use"
        ) from error
    return taken


def _own_home(settings: Settings) -> FileLock:
    try:
        make_home(settings.home_path)
        lock = FileLock(settings.home_path / "lock", mode=0o600)
        lock.acquire(timeout=2)
    except Timeout:
        raise AlreadyRunning(f"另一个进程正在使用数据目录 {settings.home_path}", code="home_in_use") from None
    except OSError as error:
        raise unavailable("database_read_only") from error
    return lock


def _reachable(host: str) -> str:
    if host in {"0.0.0.0", ""}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host


def _own_origins(host: str, port: int) -> tuple[str, ...]:
    """The origins under which a browser on this machine opens the server's own pages."""
    names = dict.fromkeys([_reachable(host), "127.0.0.1", "localhost"])
    return tuple(f"http://{name}:{port}" for name in names)


def _announce(state: ServerState, url: str) -> None:
    lines = [
        f"Bagui 已就绪：{url}",
        f"  工作台  {url}/workbench",
        f"  接口    {url}/v1/chat/completions（model: bagui）",
        f"  挂件    {url}/widget/demo（演示页面）",
        f"  状态    {url}/readyz",
    ]
    if state.demo is not None:
        lines.append("演示密钥（本次启动有效，重启即作废；示例企业均为虚构）：")
        lines += [f"  {role:<10} {key}" for role, key in state.demo.keys.items()]
        signing = state.demo.workbench
        lines.append(f"  工作台     用户 {signing['user']}  密码 {signing['password']}")
        lines.append(f"  示例企业   {state.demo.enterprise}")
        lines.append(f"  保存在     {state.settings.home_path / 'demo.json'}")
    lines.append("按 Ctrl+C 停止")
    typer.echo("\n".join(lines))
    sys.stdout.flush()
