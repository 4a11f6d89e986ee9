"""Who may see what, and from where: consents, keys, the audit chain."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pydantic import Field, TypeAdapter

from assistant.errors import InvalidRequest
from assistant.principal import KeyRole
from assistant.store import audit, consents, enterprises, keys
from assistant.store.audit import AuditEntry
from assistant.store.consents import Consent
from assistant.store.database import Store, StoreSession
from assistant.store.domains import CREDIT_SERVICE, DOMAINS, OPEN_DOMAINS
from assistant.today import today_in_shanghai
from serve.operations.operation import Arguments, IdArguments, NoArguments, StoreOperation, operator

_DEFAULT_DAYS = 365


class GrantArguments(Arguments):
    """Without a `domain`, all that need a consent."""

    enterprise: str
    domain: str | None = None
    purpose: str = CREDIT_SERVICE
    valid_from: date | None = None
    valid_to: date | None = None


class RevokeArguments(Arguments):
    """One consent by id, else the live ones of an enterprise, for one domain or all."""

    id: str | None = None
    enterprise: str | None = None
    domain: str | None = None
    purpose: str = CREDIT_SERVICE


class ConsentListArguments(Arguments):
    enterprise: str | None = None


class KeyArguments(Arguments):
    role: KeyRole
    enterprise: str | None = None
    label: str = Field(default="", max_length=200)


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass as JSON."""
    dumped: dict[str, Any] = TypeAdapter(type(value)).dump_python(value, mode="json")
    return dumped


async def _code(store: Store, tenant: str, name: str) -> str:
    async with store.reading() as session:
        return (await enterprises.find_enterprise(session, operator(tenant), name)).code


async def grant(store: Store, tenant: str, asked: GrantArguments) -> list[dict[str, Any]]:
    code = await _code(store, tenant, asked.enterprise)
    today = today_in_shanghai()
    start = asked.valid_from or today
    domains = [asked.domain] if asked.domain else [name for name in DOMAINS if name not in OPEN_DOMAINS]
    given: list[Consent] = []
    async with store.writing() as session:
        for domain in domains:
            consent = await consents.grant(
                session,
                operator(tenant),
                enterprise=code,
                domain=domain,
                purpose=asked.purpose,
                valid_from=start,
                valid_to=asked.valid_to or start + timedelta(days=_DEFAULT_DAYS),
                today=today,
            )
            await _record(session, tenant, "consent.grant", consent)
            given.append(consent)
    return [_plain(consent) for consent in given]


async def revoke(store: Store, tenant: str, asked: RevokeArguments) -> list[dict[str, Any]]:
    if (asked.id is None) == (asked.enterprise is None):
        raise InvalidRequest("请给出授权编号，或用 --enterprise 指明企业（二者择一）", param="id")
    code = await _code(store, tenant, asked.enterprise) if asked.enterprise else None
    async with store.writing() as session:
        if code is None:
            ended = (await consents.revoke(session, operator(tenant), asked.id or ""),)
        else:
            ended = await consents.revoke_domain(
                session, operator(tenant), enterprise=code, domain=asked.domain, purpose=asked.purpose
            )
        for consent in ended:
            await _record(session, tenant, "consent.revoke", consent)
    return [_plain(consent) for consent in ended]


async def list_consents(store: Store, tenant: str, asked: ConsentListArguments) -> list[dict[str, Any]]:
    code = await _code(store, tenant, asked.enterprise) if asked.enterprise else None
    async with store.reading() as session:
        return [
            _plain(item) for item in await consents.list_consents(session, operator(tenant), enterprise=code)
        ]


async def create_key(store: Store, tenant: str, asked: KeyArguments) -> dict[str, Any]:
    code = await _code(store, tenant, asked.enterprise) if asked.enterprise else None
    async with store.writing() as session:
        made = await keys.create_key(
            session, tenant=tenant, role=asked.role, enterprise=code, label=asked.label
        )
        entry = AuditEntry(
            "key.create", "ok", enterprise=code, detail={"key": made.key.id, "role": asked.role}
        )
        await audit.append(session, operator(tenant), entry)
    return {
        "id": made.key.id,
        "key": made.token,
        "role": made.key.role,
        "scopes": list(made.key.scopes),
        "enterprise": made.key.enterprise,
    }


async def revoke_key(store: Store, tenant: str, asked: IdArguments) -> dict[str, Any]:
    async with store.writing() as session:
        ended = await keys.revoke_key(session, asked.id, tenant=tenant)
        await audit.append(
            session, operator(tenant), AuditEntry("key.revoke", "ok", detail={"key": ended.id})
        )
    return _plain(ended)


async def list_keys(store: Store, tenant: str, _asked: NoArguments) -> list[dict[str, Any]]:
    async with store.reading() as session:
        return [_plain(key) for key in await keys.list_keys(session, tenant=tenant)]


async def verify_audit(store: Store, tenant: str, _asked: NoArguments) -> dict[str, Any]:
    async with store.reading() as session:
        check = await audit.verify(session)
    return {"ok": check.ok, "rows": check.rows, "first_bad": check.first_bad, "problem": check.problem}


async def _record(session: StoreSession, tenant: str, what: str, consent: Consent) -> None:
    entry = AuditEntry(
        what,
        "ok",
        why=consent.purpose,
        enterprise=consent.enterprise,
        consents=(consent.id,),
        detail={"domain": consent.domain, "valid_to": consent.valid_to},
    )
    await audit.append(session, operator(tenant), entry)


OPERATIONS = (
    StoreOperation("consent_grant", GrantArguments, grant),
    StoreOperation("consent_revoke", RevokeArguments, revoke),
    StoreOperation("consent_list", ConsentListArguments, list_consents),
    StoreOperation("key_create", KeyArguments, create_key),
    StoreOperation("key_revoke", IdArguments, revoke_key),
    StoreOperation("key_list", NoArguments, list_keys),
    StoreOperation("audit_verify", NoArguments, verify_audit),
)
