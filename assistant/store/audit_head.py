"""The signed copy of the audit chain's head that lies beside the database, so that a cut tail shows."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last link known to have been committed."""

    seq: int
    hash: str


class DamagedHead(ValueError):
    """The head file is not one that this installation signed."""


def _signature(head: AuditHead, key: bytes) -> str:
    return hmac.new(key, f"{head.seq}:{head.hash}".encode(), "sha256").hexdigest()


def read_head(path: Path, key: bytes) -> AuditHead | None:
    """The mirrored head, `None` when there is no file; `DamagedHead` when its signature does not hold."""
    try:
        raw = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        data = json.loads(raw)
        head, signature = AuditHead(int(data["seq"]), str(data["hash"])), str(data["signature"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedHead(str(path)) from error
    if not hmac.compare_digest(_signature(head, key), signature):
        raise DamagedHead(str(path))
    return head


def write_head(path: Path, head: AuditHead, key: bytes) -> None:
    """Moves the mirror forward to `head`, never back. A damaged mirror is left as it is: it is evidence.

    Raises `OSError` where the file cannot be written or its lock is not free within ten seconds.
    """
    with FileLock(path.with_name(path.name + ".lock"), timeout=10, mode=0o600):
        try:
            known = read_head(path, key)
        except DamagedHead:
            return
        if known is not None and known.seq >= head.seq:
            return
        draft = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"seq": head.seq, "hash": head.hash, "signature": _signature(head, key)}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
