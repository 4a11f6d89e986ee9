"""Consents: whose data, which domain, for which purpose, until when. Read from the database at each use."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.errors import Forbidden, InvalidRequest, NotFound
from assistant.principal import Principal
from assistant.store.domains import CREDIT_SERVICE, OPEN_DOMAINS, check_domain
from assistant.store.tables import ConsentRow, EnterpriseRow


@dataclass(frozen=True, slots=True)
class Consent:
    """`valid_to` is the last day on which it holds; `revoked_at` ends it at once."""

    id: str
    enterprise: str
    domain: str
    grantee: str
    purpose: str
    valid_from: date
    valid_to: date
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None

    def valid(self, today: date) -> bool:
        return self.revoked_at is None and self.valid_from <= today <= self.valid_to


def unknown_enterprise() -> NotFound:
    """One message for an enterprise that does not exist and one that the caller may not see."""
    return NotFound("未找到该企业，或不在您的服务范围内", code="enterprise_not_found", param="enterprise")


def in_portfolio(principal: Principal, enterprise: str) -> bool:
    return principal.may("enterprises") and principal.sees(enterprise)


def open_without_consent(principal: Principal, enterprise: str, domain: str | None) -> bool:
    """The public register, and an enterprise's own data."""
    return domain in OPEN_DOMAINS or principal.own == enterprise


def readable(
    principal: Principal, enterprise: str, domain: str | None, granted: frozenset[tuple[str, str]]
) -> bool:
    """Whether one domain of one enterprise is open to the caller under the consents in `granted`."""
    if not in_portfolio(principal, enterprise):
        return False
    return open_without_consent(principal, enterprise, domain) or (enterprise, domain) in granted


async def grant(
    session: AsyncSession,
    principal: Principal,
    *,
    enterprise: str,
    domain: str,
    valid_to: date,
    today: date,
    valid_from: date | None = None,
    purpose: str = CREDIT_SERVICE,
) -> Consent:
    """Records that an enterprise opens a domain to the caller's tenant; an identical valid consent is returned.

    Raises `NotFound` (enterprise), `InvalidRequest` (domain, purpose, days), `Forbidden` (see `_may_manage`).
    """
    check_domain(domain)
    await _may_manage(session, principal, enterprise)
    start = valid_from or today
    if not purpose.strip():
        raise InvalidRequest("授权用途不能为空", param="purpose")
    if valid_to < max(start, today):
        raise InvalidRequest("授权截止日不能早于今天或起始日", param="valid_to")
    same = (
        ConsentRow.valid_from == start,
        ConsentRow.valid_to == valid_to,
        ConsentRow.domain == domain,
    )
    held = await session.scalar(select(ConsentRow).where(*_live(principal, enterprise, purpose), *same))
    if held is not None:
        return _consent(held)
    row = ConsentRow(
        id=f"con_{secrets.token_hex(12)}",
        enterprise_code=enterprise,
        domain=domain,
        grantee=principal.tenant,
        purpose=purpose,
        valid_from=start,
        valid_to=valid_to,
        granted_by=principal.subject,
        granted_at=datetime.now(UTC),
        revoked_by=None,
        revoked_at=None,
    )
    session.add(row)
    await session.flush()
    return _consent(row)


async def revoke(session: AsyncSession, principal: Principal, consent_id: str) -> Consent:
    """Ends one consent. Revoking it again changes nothing. `NotFound` when the caller may not see it."""
    row = await session.get(ConsentRow, consent_id, populate_existing=True)
    if row is None or row.grantee != principal.tenant or not in_portfolio(principal, row.enterprise_code):
        raise NotFound("未找到该授权", code="consent_not_found", param="id")
    await _may_manage(session, principal, row.enterprise_code)
    return await _end(session, principal, row)


async def revoke_domain(
    session: AsyncSession,
    principal: Principal,
    *,
    enterprise: str,
    domain: str | None = None,
    purpose: str = CREDIT_SERVICE,
) -> tuple[Consent, ...]:
    """Ends every live consent of an enterprise for a domain (all domains when `None`), also future ones."""
    if domain is not None:
        check_domain(domain)
    await _may_manage(session, principal, enterprise)
    chosen = select(ConsentRow).where(*_live(principal, enterprise, purpose)).order_by(ConsentRow.granted_at)
    if domain is not None:
        chosen = chosen.where(ConsentRow.domain == domain)
    return tuple([await _end(session, principal, row) for row in await session.scalars(chosen)])


async def list_consents(
    session: AsyncSession, principal: Principal, *, enterprise: str | None = None
) -> tuple[Consent, ...]:
    """Consents given to the caller's tenant by enterprises of the portfolio, ended ones included, oldest first."""
    chosen = select(ConsentRow).where(ConsentRow.grantee == principal.tenant)
    if enterprise is not None:
        chosen = chosen.where(ConsentRow.enterprise_code == enterprise)
    rows = await session.scalars(chosen.order_by(ConsentRow.granted_at, ConsentRow.id))
    return tuple(_consent(row) for row in rows if in_portfolio(principal, row.enterprise_code))


async def granted_pairs(
    session: AsyncSession,
    principal: Principal,
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
    enterprise: str | None = None,
) -> frozenset[tuple[str, str]]:
    """The (enterprise, domain) pairs open to the caller by consent today, within the portfolio; of one enterprise only
    where it is given."""
    of_one = (ConsentRow.enterprise_code == enterprise,) if enterprise else ()
    rows = await session.execute(
        select(ConsentRow.enterprise_code, ConsentRow.domain).where(
            ConsentRow.grantee == principal.tenant, *_valid(today, purpose), *of_one
        )
    )
    return frozenset((code, domain) for code, domain in rows if in_portfolio(principal, code))


async def valid_consent(
    session: AsyncSession, principal: Principal, enterprise: str, domain: str, *, today: date, purpose: str
) -> str | None:
    """The id of the consent under which a domain may be read today, the one that holds longest; else `None`."""
    return await session.scalar(
        select(ConsentRow.id)
        .where(
            ConsentRow.enterprise_code == enterprise,
            ConsentRow.domain == domain,
            ConsentRow.grantee == principal.tenant,
            *_valid(today, purpose),
        )
        .order_by(ConsentRow.valid_to.desc(), ConsentRow.id)
        .limit(1)
    )


def _valid(today: date, purpose: str) -> tuple[ColumnElement[bool], ...]:
    return (
        ConsentRow.purpose == purpose,
        ConsentRow.revoked_at.is_(None),
        ConsentRow.valid_from <= today,
        ConsentRow.valid_to >= today,
    )


def _live(principal: Principal, enterprise: str, purpose: str) -> tuple[ColumnElement[bool], ...]:
    return (
        ConsentRow.enterprise_code == enterprise,
        ConsentRow.grantee == principal.tenant,
        ConsentRow.purpose == purpose,
        ConsentRow.revoked_at.is_(None),
    )


async def _may_manage(session: AsyncSession, principal: Principal, enterprise: str) -> None:
    """The enterprise itself, an admin, or a relationship manager who holds the consent scope."""
    known = await session.scalar(select(EnterpriseRow.code).where(EnterpriseRow.code == enterprise))
    if known is None or not in_portfolio(principal, enterprise):
        raise unknown_enterprise()
    if not principal.may("consent") or not (principal.own == enterprise or principal.role in ("admin", "rm")):
        raise Forbidden("您无权登记或撤销该企业的授权")


async def _end(session: AsyncSession, principal: Principal, row: ConsentRow) -> Consent:
    if row.revoked_at is None:
        row.revoked_at = datetime.now(UTC)
        row.revoked_by = principal.subject
        await session.flush()
    return _consent(row)


def _consent(row: ConsentRow) -> Consent:
    return Consent(
        id=row.id,
        enterprise=row.enterprise_code,
        domain=row.domain,
        grantee=row.grantee,
        purpose=row.purpose,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        revoked_at=row.revoked_at,
    )
