"""Sites: the web pages that may embed the widget, by exact origin, and the identities they vouch for."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from assistant.errors import NotFound
from assistant.store.consents import unknown_enterprise
from assistant.store.database import StoreSession
from assistant.store.origin import canonical_origin
from assistant.store.records import SiteRow, UsedIdentityRow
from assistant.store.tables import EnterpriseRow

SITE_PREFIX = "site_"


@dataclass(frozen=True, slots=True)
class Site:
    """A page that embeds the widget. `site_key` is public; an empty `origins` lets nobody in.

    `enterprise` (a credit code) is the only one its signed identities may name; `None` lets them name any.
    """

    id: str
    site_key: str
    tenant: str
    origins: tuple[str, ...]
    enterprise: str | None
    demo: bool
    created_at: datetime
    removed_at: datetime | None

    def admits(self, origin: str) -> bool:
        """Whether a page of this origin may embed the widget: the exact text, nothing similar."""
        return self.removed_at is None and origin in self.origins


async def create_site(
    session: StoreSession,
    *,
    origins: Iterable[str],
    tenant: str,
    enterprise: str | None = None,
    demo: bool = False,
) -> Site:
    """Registers a site. `InvalidRequest` for what is no origin, `NotFound` for an unknown enterprise code."""
    if enterprise is not None:
        known = select(EnterpriseRow.code).where(EnterpriseRow.code == enterprise)
        if await session.scalar(known) is None:
            raise unknown_enterprise()
    row = SiteRow(
        id=f"{SITE_PREFIX}{secrets.token_hex(8)}",
        site_key=f"pk_{secrets.token_urlsafe(18)}",
        tenant=tenant,
        origins=list(dict.fromkeys(canonical_origin(origin) for origin in origins)),
        enterprise=enterprise,
        demo=demo,
        created_at=datetime.now(UTC),
        removed_at=None,
    )
    session.add(row)
    await session.flush()
    return _site(row)


def identity_secret(session: StoreSession, site_id: str) -> str:
    """What the site's own server signs identities with (HS256). Derived from the installation's secret.

    The database holds no part of it: whoever reads a backup cannot speak for an enterprise.
    """
    digest = hmac.digest(session.secret.site_identities, site_id.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def find_site(session: StoreSession, site_key: str) -> Site | None:
    """The live site of a public key."""
    query = select(SiteRow).where(SiteRow.site_key == site_key, SiteRow.removed_at.is_(None))
    row = await session.scalar(query.execution_options(populate_existing=True))
    return row and _site(row)


async def get_site(session: StoreSession, site_id: str) -> Site | None:
    """The live site of an id."""
    query = select(SiteRow).where(SiteRow.id == site_id, SiteRow.removed_at.is_(None))
    row = await session.scalar(query.execution_options(populate_existing=True))
    return row and _site(row)


async def is_known_origin(session: StoreSession, origin: str) -> bool:
    """Whether any live site lists this origin."""
    rows = await session.scalars(select(SiteRow.origins).where(SiteRow.removed_at.is_(None)))
    return any(origin in origins for origins in rows)


async def list_sites(session: StoreSession, *, tenant: str) -> tuple[Site, ...]:
    """The sites of a tenant, oldest first, removed ones included."""
    own = select(SiteRow).where(SiteRow.tenant == tenant)
    rows = await session.scalars(own.order_by(SiteRow.created_at, SiteRow.id))
    return tuple(_site(row) for row in rows)


async def remove_site(session: StoreSession, site_id: str, *, tenant: str) -> Site:
    """Ends a site of the tenant and all its tokens, at once; again changes nothing. `NotFound` for an unknown id."""
    row = await session.get(SiteRow, site_id, populate_existing=True)
    if row is None or row.tenant != tenant:
        raise NotFound("未找到该站点", code="site_not_found", param="id")
    row.removed_at = row.removed_at or datetime.now(UTC)
    await session.flush()
    return _site(row)


async def remove_demo_sites(session: StoreSession) -> None:
    """Ends the demo sites of earlier starts."""
    await session.execute(
        update(SiteRow)
        .where(SiteRow.demo.is_(True), SiteRow.removed_at.is_(None))
        .values(removed_at=datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )


async def use_identity(session: StoreSession, site_id: str, jti: str, expires_at: datetime) -> bool:
    """Marks an identity as used; `False` when it was before. Those that have expired are forgotten."""
    now = datetime.now(UTC)
    await session.execute(delete(UsedIdentityRow).where(UsedIdentityRow.expires_at < now))
    try:
        async with session.begin_nested():
            session.add(UsedIdentityRow(site_id=site_id, jti=jti, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def _site(row: SiteRow) -> Site:
    return Site(
        id=row.id,
        site_key=row.site_key,
        tenant=row.tenant,
        origins=tuple(row.origins),
        enterprise=row.enterprise,
        demo=row.demo,
        created_at=row.created_at,
        removed_at=row.removed_at,
    )
