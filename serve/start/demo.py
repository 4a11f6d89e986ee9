"""Demo credentials: random, fresh at each start, the last ones revoked, in a file only the owner can read."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from assistant.principal import KEY_ROLES
from assistant.settings import Settings
from assistant.store import enterprises, keys, sites, users
from assistant.store.database import Store
from serve.operations.operation import operator
from serve.process.server_file import write_private

DEMO_USER = "demo"


@dataclass(frozen=True, slots=True, repr=False)
class DemoCredentials:
    """One key for each role, and a sign-in to the workbench. The enterprise key is bound to `enterprise`.

    `site` is the demo page's key.
    """

    keys: dict[str, str]
    enterprise: str | None
    site: str
    workbench: dict[str, str]


async def issue(store: Store, settings: Settings, origins: tuple[str, ...] = ()) -> DemoCredentials | None:
    """Revokes the demo keys of the last start and, in demo mode, makes new ones and writes `demo.json`.

    `origins` are where the demo page is served.
    """
    path = settings.home_path / "demo.json"
    async with store.writing() as session:
        await keys.revoke_demo_keys(session)
        await sites.remove_demo_sites(session)
        if not settings.demo:
            await users.disable_demo_user(session)
            _forget(path)
            return None
        listed = await enterprises.list_enterprises(session, operator(settings.tenant))
        code = listed[0].code if listed else None
        made: dict[str, str] = {}
        for role in KEY_ROLES:
            if role == "enterprise" and code is None:
                continue
            new = await keys.create_key(
                session,
                role=role,
                enterprise=code if role == "enterprise" else None,
                tenant=settings.tenant,
                subject=f"demo:{role}",
                label="demo",
                demo=True,
            )
            made[role] = new.token
        site = await sites.create_site(session, origins=origins, tenant=settings.tenant, demo=True)
        password = secrets.token_urlsafe(12)
        user = await users.renew_demo_user(session, name=DEMO_USER, password=password, tenant=settings.tenant)
        workbench = {"user": user.name, "password": password}
    write_private(path, {"keys": made, "workbench": workbench, "enterprise": code, "site": site.site_key})
    return DemoCredentials(made, code, site.site_key, workbench)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
