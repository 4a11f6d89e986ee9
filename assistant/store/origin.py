"""A web origin in the one form in which browsers send it, so that comparing two is comparing texts."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from assistant.errors import InvalidRequest

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
MAX_ORIGIN_CHARS = 300


def canonical_origin(text: str) -> str:
    """`scheme://host[:port]` as browsers serialise it: lower case, punycode, no default port.

    Raises `InvalidRequest` for anything that is not an http(s) origin: wildcards, paths, user names, `null`.
    """
    parts = _split(text.strip())
    host = _host(parts.hostname or "", text)
    port = _port(parts, text)
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise _wrong(text) from error
    if parts.scheme not in _DEFAULT_PORTS or parts.path not in ("", "/") or len(text) > MAX_ORIGIN_CHARS:
        raise _wrong(text)
    if parts.query or parts.fragment or "@" in parts.netloc or text.endswith(("?", "#")):
        raise _wrong(text)
    return parts


def _host(host: str, text: str) -> str:
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host).compressed}]"
        except ValueError as error:
            raise _wrong(text) from error
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise _wrong(text) from error
    if not ascii_host or not set(ascii_host) <= _HOST_LETTERS or ascii_host.startswith((".", "-")):
        raise _wrong(text)
    return ascii_host


def _port(parts: SplitResult, text: str) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise _wrong(text) from error


def _wrong(text: str) -> InvalidRequest:
    return InvalidRequest(
        f"“{text[:80]}”不是网页来源：应为 https://主机名 或 https://主机名:端口，不带路径和通配符",
        code="invalid_origin",
        param="origin",
    )
