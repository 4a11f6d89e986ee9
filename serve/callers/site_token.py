"""The token of an embedded page: a signed Bearer that says which site, which origin and who asks."""

from __future__ import annotations

import time
from dataclasses import dataclass

import jwt

from assistant.errors import Unauthenticated

PREFIX = "bgw_"
LIFETIME_S = 900
MAX_CHARS = 4_000
_ALGORITHM = "HS256"
_AUDIENCE = "bagui-widget"


@dataclass(frozen=True, slots=True)
class SiteToken:
    """What the token says. `enterprise` is a credit code; without one its holder is a visitor.

    `began` (seconds since 1970) is when the first token of the session was given out.
    """

    site: str
    origin: str
    subject: str
    enterprise: str | None
    began: int


def is_one(secret: str) -> bool:
    return secret.startswith(PREFIX)


def issue(token: SiteToken, key: bytes) -> str:
    """The token as a text, good for `LIFETIME_S` seconds."""
    claims = {
        "aud": _AUDIENCE,
        "exp": int(time.time()) + LIFETIME_S,
        "site": token.site,
        "origin": token.origin,
        "sub": token.subject,
        "ent": token.enterprise,
        "began": token.began,
    }
    return PREFIX + jwt.encode(claims, key, algorithm=_ALGORITHM)


def read(text: str, key: bytes) -> SiteToken:
    """What a token says; `Unauthenticated` unless this installation signed it and it has not expired."""
    try:
        claims = jwt.decode(
            text.removeprefix(PREFIX),
            key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["exp", "aud", "sub", "site", "origin", "began"]},
        )
    except jwt.InvalidTokenError as error:
        raise Unauthenticated("会话已失效") from error
    return SiteToken(claims["site"], claims["origin"], claims["sub"], claims["ent"], claims["began"])
