"""Who calls: a Bearer key becomes a `Principal`. Every wrong key reads the same from outside."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import NoReturn, Protocol

from fastapi import Request

from assistant.errors import Forbidden, Unauthenticated
from assistant.principal import Principal, Scope
from assistant.store import keys
from serve.callers import site_token
from serve.callers.site_session import ForeignPage, principal_of
from serve.http.cors import deny
from serve.server_state import ServerState

Check = Callable[[Request], Awaitable[Principal]]
_MAX_KEY_CHARS = 200


class Authenticator(Protocol):
    """Makes the dependency that guards a route; `widget` opens it to the tokens of embedded pages too."""

    def __call__(self, scope: Scope, *, widget: bool = False) -> Check: ...


def bearer(request: Request) -> str:
    """The secret of `Authorization: Bearer …`, the one way to present a key."""
    values = request.headers.getlist("authorization")
    scheme, _, secret = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    secret = secret.strip()
    limit = site_token.MAX_CHARS if site_token.is_one(secret) else _MAX_KEY_CHARS
    if scheme.lower() != "bearer" or not secret or len(secret) > limit or not secret.isascii():
        _unknown()
    return secret


def authenticator(state: ServerState) -> Authenticator:
    """`allow(scope)` is a dependency that yields the caller, or ends the request with 401 or 403."""

    def allow(scope: Scope, *, widget: bool = False) -> Check:
        async def check(request: Request) -> Principal:
            secret = bearer(request)
            embedded = site_token.is_one(secret)
            try:
                async with state.bagui.store.reading() as session:
                    if embedded:
                        principal = await principal_of(session, secret, request.headers.getlist("origin"))
                    else:
                        principal = await keys.authenticate(session, secret)
            except ForeignPage:
                deny(request.scope)
                _unknown()
            except Unauthenticated:
                _unknown()
            if not principal.may(scope) or (embedded and not widget):
                raise Forbidden("当前密钥没有使用此功能的权限", code="scope_missing")
            return principal

        return check

    return allow


def check_operator(request: Request, token: str) -> None:
    """Lets in the command line of this machine: it has read the token from a file only its owner can read."""
    if not hmac.compare_digest(bearer(request).encode(), token.encode()):
        _unknown()


def _unknown() -> NoReturn:
    """One message for a key that is missing, malformed, unknown, expired or revoked."""
    raise Unauthenticated("访问密钥无效：请以 Authorization: Bearer <key> 提供有效的密钥")
