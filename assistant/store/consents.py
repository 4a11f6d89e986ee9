"""Consents: whose data, which domain, for which purpose, until when. Read from the database at each use."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.errors import Forbidden, InvalidRequest, NotFound
from assistant.principal import Principal
from assistant.store.domains import CREDIT_SERVICE, ENDS_CONSENT, OPEN_DOMAINS, check_domain
from assistant.store.tables import ConsentRow, EnterpriseRow

_CODES_AT_ONCE = 500


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


@dataclass(frozen=True, slots=True)
class Grant:
    """A consent to be registered on the day `registered`; `valid_from` and `valid_to` are its first and last day.

    The day of registration is no part of what is agreed: grants that differ in it alone are the same.
    """

    enterprise: str
    domain: str
    valid_from: date
    valid_to: date
    registered: date = field(compare=False)
    purpose: str = CREDIT_SERVICE


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

    Raises `NotFound` (enterprise), `InvalidRequest` (domain, purpose, days), `Forbidden` (see `_check_manager`).
    """
    wanted = Grant(enterprise, domain, valid_from or today, valid_to, today, purpose)
    return (await grant_all(session, principal, [wanted]))[0]


async def grant_all(
    session: AsyncSession, principal: Principal, grants: Sequence[Grant]
) -> tuple[Consent, ...]:
    """What `grant` does, for many at a time and in their order. The first that may not be refuses them all."""
    codes = sorted({wanted.enterprise for wanted in grants})
    known = set[str]()
    live = dict[Grant, ConsentRow]()
    for start in range(0, len(codes), _CODES_AT_ONCE):
        part = codes[start : start + _CODES_AT_ONCE]
        known.update(await session.scalars(select(EnterpriseRow.code).where(EnterpriseRow.code.in_(part))))
        held = select(ConsentRow).where(
            ConsentRow.enterprise_code.in_(part),
            ConsentRow.grantee == principal.tenant,
            ConsentRow.revoked_at.is_(None),
        )
        for row in await session.scalars(held):
            live.setdefault(_terms(row), row)
    now = datetime.now(UTC)
    granted: list[ConsentRow] = []
    for place, wanted in enumerate(grants):
        _check(principal, wanted, known)
        row = live.get(wanted)
        if row is None:
            row = live[wanted] = ConsentRow(
                id=f"con_{secrets.token_hex(12)}",
                enterprise_code=wanted.enterprise,
                domain=wanted.domain,
                grantee=principal.tenant,
                purpose=wanted.purpose,
                valid_from=wanted.valid_from,
                valid_to=wanted.valid_to,
                granted_by=principal.subject,
                granted_at=now + timedelta(microseconds=place),  # lists are in the order of granting
                revoked_by=None,
                revoked_at=None,
            )
        granted.append(row)
    session.add_all(granted)
    await session.flush()
    return tuple(_consent(row) for row in granted)


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


def _check(principal: Principal, wanted: Grant, known: Collection[str]) -> None:
    check_domain(wanted.domain)
    _check_manager(principal, wanted.enterprise, known)
    if not wanted.purpose.strip():
        raise InvalidRequest("授权用途不能为空", param="purpose")
    if wanted.valid_to < max(wanted.valid_from, wanted.registered):
        raise InvalidRequest("授权截止日不能早于今天或起始日", param="valid_to")


async def _may_manage(session: AsyncSession, principal: Principal, enterprise: str) -> None:
    known = await session.scalars(select(EnterpriseRow.code).where(EnterpriseRow.code == enterprise))
    _check_manager(principal, enterprise, known.all())


def _check_manager(principal: Principal, enterprise: str, known: Collection[str]) -> None:
    """The enterprise itself, an admin, or a relationship manager who holds the consent scope."""
    if enterprise not in known or not in_portfolio(principal, enterprise):
        raise unknown_enterprise()
    if not principal.may("consent") or not (principal.own == enterprise or principal.role in ("admin", "rm")):
        raise Forbidden("您无权登记或撤销该企业的授权")


def _terms(row: ConsentRow) -> Grant:
    return Grant(row.enterprise_code, row.domain, row.valid_from, row.valid_to, row.valid_from, row.purpose)


async def _end(session: AsyncSession, principal: Principal, row: ConsentRow) -> Consent:
    if row.revoked_at is None:
        row.revoked_at = datetime.now(UTC)
        row.revoked_by = principal.subject
        session.info[ENDS_CONSENT] = True
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
