"""`$BAGUI_HOME/server.json`: where the running server of this home listens, for this machine's command line."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ServerFile:
    """`token` lets its reader operate the server; the file is readable by its owner only."""

    url: str
    token: str
    pid: int


def path_in(home: Path) -> Path:
    return home / "server.json"


def write_private(path: Path, value: dict[str, Any]) -> None:
    """Writes JSON so that nobody else can read it and no reader sees half of it."""
    draft = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=2)
        file.write("\n")
    os.replace(draft, path)


def write(home: Path, server: ServerFile) -> None:
    write_private(path_in(home), asdict(server))


def read(home: Path) -> ServerFile | None:
    """The server that says it runs; `None` when none does, or none that this user may reach.

    A file left by a dead process is removed.
    """
    path = path_in(home)
    try:
        server = ServerFile(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, PermissionError):
        return None
    except (ValueError, TypeError):
        remove(home)
        return None
    if not _alive(server.pid):
        remove(home)
        return None
    return server


def remove(home: Path) -> None:
    path_in(home).unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
