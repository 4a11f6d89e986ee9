"""serve."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: bagui serve --port 8000 --no-demo")(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (default 8000).", min=0, max=65535)
    ] = None,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help="Sample enterprises and demo keys (default on).")
    ] = None,
) -> None:
    """Starts the assistant on this machine; the first start fills the database."""
    from assistant.settings import load_settings
    from serve.serving import serve_until_stopped

    given = {"host": host, "port": port, "demo": demo}
    serve_until_stopped(load_settings(**{name: value for name, value in given.items() if value is not None}))
