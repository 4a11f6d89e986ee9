"""Sites: which web pages may embed the widget."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from assistant.store import audit, enterprises, sites
from assistant.store.audit import AuditEntry
from assistant.store.database import Store, StoreSession
from assistant.store.sites import Site
from serve.operations.operation import Arguments, IdArguments, NoArguments, StoreOperation, operator


class SiteArguments(Arguments):
    """`origins` as in `https://www.example.cn`; with none of them nobody is let in."""

    origins: list[str] = Field(default_factory=list, max_length=50)
    enterprise: str | None = Field(default=None, max_length=200)


async def create(store: Store, tenant: str, asked: SiteArguments) -> dict[str, Any]:
    code = None
    async with store.writing() as session:
        if asked.enterprise is not None:
            code = (await enterprises.find_enterprise(session, operator(tenant), asked.enterprise)).code
        site = await sites.create_site(session, tenant=tenant, origins=asked.origins, enterprise=code)
        secret = sites.identity_secret(session, site.id)
        await _record(session, tenant, "site.create", site)
    return {
        "id": site.id,
        "site_key": site.site_key,
        "identity_secret": secret,
        "origins": list(site.origins),
        "enterprise": site.enterprise,
    }


async def remove(store: Store, tenant: str, asked: IdArguments) -> dict[str, Any]:
    async with store.writing() as session:
        site = await sites.remove_site(session, asked.id, tenant=tenant)
        await _record(session, tenant, "site.remove", site)
    return _shown(site)


async def list_all(store: Store, tenant: str, _asked: NoArguments) -> list[dict[str, Any]]:
    async with store.reading() as session:
        return [_shown(site) for site in await sites.list_sites(session, tenant=tenant)]


def _shown(site: Site) -> dict[str, Any]:
    return {
        "id": site.id,
        "site_key": site.site_key,
        "origins": list(site.origins),
        "enterprise": site.enterprise,
        "demo": site.demo,
        "created_at": site.created_at.isoformat(),
        "removed_at": site.removed_at.isoformat() if site.removed_at else None,
    }


async def _record(session: StoreSession, tenant: str, what: str, site: Site) -> None:
    detail = {"site": site.id, "origins": list(site.origins)}
    entry = AuditEntry(what, "ok", enterprise=site.enterprise, detail=detail)
    await audit.append(session, operator(tenant), entry)


OPERATIONS = (
    StoreOperation("site_create", SiteArguments, create),
    StoreOperation("site_remove", IdArguments, remove),
    StoreOperation("site_list", NoArguments, list_all),
)
