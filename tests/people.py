"""Callers of the tests: principals of the tenant that a default installation has."""

from __future__ import annotations

from assistant import principal
from assistant.principal import Principal, Role

TENANT = "bank"


def principal_for(
    role: Role, subject: str, *, enterprise: str | None = None, tenant: str = TENANT
) -> Principal:
    return principal.principal_for(role, subject, tenant=tenant, enterprise=enterprise)
