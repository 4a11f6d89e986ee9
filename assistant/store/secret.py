"""The installation's secret: a random file beside the database, from which the keyed hashes are derived."""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ConfigurationError

_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Independent keys derived from one secret; never stored in the database, never printed."""

    api_keys: bytes
    audit: bytes
    audit_head: bytes
    sessions: bytes
    site_identities: bytes
    site_tokens: bytes


def _derive(root: bytes, label: bytes) -> bytes:
    return hmac.digest(root, b"bagui/" + label, "sha256")


def make_home(home: Path) -> None:
    """Creates the directory, readable by its owner only; one that exists keeps its mode."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def load_secret(home: Path) -> Secret:
    """The secret of `home`, made on first use (file `secret`, mode 0600).

    Two processes that start together end up with the same one. `ConfigurationError` when the file is not a
    secret that this function wrote.
    """
    path = home / "secret"
    if not path.exists():
        make_home(home)
        draft = home / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    try:
        root = bytes.fromhex(path.read_text().strip())
    except ValueError as error:
        raise ConfigurationError(f"{path} is damaged: it must hold {_BYTES * 2} hex digits") from error
    if len(root) != _BYTES:
        raise ConfigurationError(f"{path} is damaged: it must hold {_BYTES * 2} hex digits")
    return Secret(
        api_keys=_derive(root, b"api-keys"),
        audit=_derive(root, b"audit"),
        audit_head=_derive(root, b"audit-head"),
        sessions=_derive(root, b"sessions"),
        site_identities=_derive(root, b"site-identities"),
        site_tokens=_derive(root, b"site-tokens"),
    )
