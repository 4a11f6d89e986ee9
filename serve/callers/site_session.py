"""Sessions of embedded pages: opened for a listed origin, renewed, and read back at each request."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from assistant.principal import Principal, principal_for
from assistant.store import enterprises, sites
from assistant.store.database import Store, StoreSession
from assistant.store.sites import Site
from serve.callers import site_token
from serve.callers.identity import Identity, IdentityRefused, read_identity
from serve.callers.site_token import LIFETIME_S, SiteToken

VISIT_S = 12 * 3600


class OriginDenied(Forbidden):
    """The page is not one of the site's, or there is no such site: from outside both read the same."""

    default_code = "origin_denied"

    def __init__(self) -> None:
        super().__init__("此页面不能使用该站点")


class ForeignPage(Unauthenticated):
    """A token shown by a page of another origin than it was given to."""

    def __init__(self) -> None:
        super().__init__("会话已失效")


@dataclass(frozen=True, slots=True)
class SiteSession:
    """What an embedded page gets: a token, its life in seconds, and the enterprise it speaks for."""

    token: str
    expires_in: int
    enterprise: str | None


async def open_session(
    store: Store, origins: Sequence[str], site_key: str, *, identity: str | None, renew: str | None
) -> SiteSession:
    """A session for the page of `origins` (every Origin header that came; only a single listed one is let in).

    `identity` is the site's signed word on who asks; without it the asker is a visitor. `renew` is a
    visitor's last token: its conversations stay the visitor's. Raises `OriginDenied`, `IdentityRefused`,
    and `Forbidden` for an enterprise that this site may not speak for.
    """
    async with store.reading() as session:
        site = await sites.find_site(session, site_key)
        if site is None or len(origins) != 1 or not site.admits(origins[0]):
            raise OriginDenied
        origin, key = origins[0], session.secret.site_tokens
        secret = sites.identity_secret(session, site.id)
    if identity is None:
        token = _visitor(site, origin, renew, key)
    else:
        known = read_identity(identity, secret)
        async with store.writing() as session:
            code = await _enterprise(session, site, known)
            if not await sites.use_identity(session, site.id, known.jti, known.expires_at):
                raise IdentityRefused("企业身份已使用过，每个只能使用一次")
        # One person may act for two enterprises; what it asked for one is not seen as the other.
        subject = f"{site.id}:{code}:{known.subject}"
        token = SiteToken(site.id, origin, subject, code, int(time.time()))
    return SiteSession(site_token.issue(token, key), LIFETIME_S, token.enterprise)


async def principal_of(session: StoreSession, secret: str, origins: Sequence[str]) -> Principal:
    """Who holds this token, asked from `origins` (every Origin header that came).

    `Unauthenticated` for a token that is forged, has expired, or whose site is gone or changed; `ForeignPage`
    for one that another page shows.
    """
    token = site_token.read(secret, session.secret.site_tokens)
    # Browsers send no Origin with a page's reading from its own server, and always one to another's.
    if any(origin != token.origin for origin in origins) or len(origins) > 1:
        raise ForeignPage
    site = await sites.get_site(session, token.site)
    if site is None or not site.admits(token.origin):
        raise Unauthenticated("会话已失效")
    if site.enterprise is not None and token.enterprise not in (None, site.enterprise):
        raise Unauthenticated("会话已失效")
    role = "enterprise" if token.enterprise else "visitor"
    return principal_for(role, token.subject, enterprise=token.enterprise, tenant=site.tenant)


def _visitor(site: Site, origin: str, renew: str | None, key: bytes) -> SiteToken:
    """A visitor, new or the one of the token to be renewed; a token of another page or an old one is no help."""
    now = int(time.time())
    fresh = SiteToken(site.id, origin, f"{site.id}:visitor:{secrets.token_hex(12)}", None, now)
    if renew is None:
        return fresh
    try:
        last = site_token.read(renew, key)
    except Unauthenticated:
        return fresh
    same_page = (last.site, last.origin, last.enterprise) == (site.id, origin, None)
    return last if same_page and now - last.began < VISIT_S else fresh


async def _enterprise(session: StoreSession, site: Site, known: Identity) -> str:
    """The credit code the identity names, where the site may speak for it; else one answer for all cases."""
    refused = Forbidden("此站点不能代表该企业", code="enterprise_refused", param="identity")
    everyone = principal_for("admin", f"site:{site.id}", tenant=site.tenant)
    try:
        found = await enterprises.find_enterprise(session, everyone, known.enterprise)
    except (NotFound, InvalidRequest):
        raise refused from None
    if found.code != known.enterprise or site.enterprise not in (None, found.code):
        raise refused
    return found.code
