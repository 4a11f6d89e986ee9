"""An identity that the embedding site vouches for: a JWT which its own server signed a moment ago."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from assistant.errors import Unauthenticated

MAX_AHEAD_S = 300


class IdentityRefused(Unauthenticated):
    """An identity that is forged, expired, too long-lived, used before or incomplete."""

    default_code = "identity_refused"


class _Claims(BaseModel):
    """Claims that count; others are ignored."""

    model_config = ConfigDict(frozen=True)
    sub: StrictStr = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
    enterprise: StrictStr = Field(min_length=1, max_length=100)
    jti: StrictStr = Field(min_length=8, max_length=100, pattern=r"^[\x21-\x7e]+$")
    exp: StrictInt


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the site says is using it: `subject` in the site's own words, `enterprise` by credit code."""

    subject: str
    enterprise: str
    jti: str
    expires_at: datetime


def read_identity(text: str, secret: str) -> Identity:
    """Checks an identity: HS256 with the site's secret and nothing else, expiring within five minutes.

    Whether it was used before is for the store to say. Raises `IdentityRefused`.
    """
    try:
        raw = jwt.decode(
            text,
            secret,
            algorithms=["HS256"],
            options={"require": ["exp", "sub", "jti", "enterprise"], "verify_aud": False},
        )
        claims = _Claims.model_validate(raw)
    except (jwt.InvalidTokenError, ValidationError, OverflowError) as error:
        raise IdentityRefused("企业身份未通过验证：签名、有效期或内容不正确") from error
    if claims.exp > time.time() + MAX_AHEAD_S:
        raise IdentityRefused(f"企业身份的有效期超过 {MAX_AHEAD_S // 60} 分钟")
    return Identity(claims.sub, claims.enterprise, claims.jti, datetime.fromtimestamp(claims.exp, UTC))
