"""Enterprises and their six data domains, read for a caller and under consent."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.answer import DataUse
from assistant.errors import ConsentRequired, InvalidRequest
from assistant.principal import Principal
from assistant.store.consents import (
    in_portfolio,
    open_without_consent,
    unknown_enterprise,
    valid_consent,
)
from assistant.store.domains import CREDIT_SERVICE, DOMAIN_TITLES, check_domain
from assistant.store.tables import DomainRecordRow, EnterpriseRow

_CANDIDATES_SHOWN = 5
_SHORTEST_PART = 2


@dataclass(frozen=True, slots=True)
class Enterprise:
    """What the public register says; `code` is the unified social credit code."""

    code: str
    name: str
    short_name: str
    city: str
    county: str
    industry_code: str
    industry: str
    stage: str
    size: str
    founded: date | None
    employees: int | None
    labels: tuple[str, ...]
    description: str
    fictional: bool


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """One delivery of a domain: `period` is the first day of the month it is about, `None` if undated."""

    enterprise: str
    domain: str
    period: date | None
    received_at: datetime
    values: dict[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class DomainRead:
    """The records of one domain, by period then by arrival, and the right under which they were read."""

    enterprise: Enterprise
    domain: str
    records: tuple[DomainRecord, ...]
    use: DataUse


async def list_enterprises(session: AsyncSession, principal: Principal) -> tuple[Enterprise, ...]:
    """The caller's portfolio, in the order in which the enterprises came in."""
    rows = await session.scalars(select(EnterpriseRow).order_by(EnterpriseRow.ordinal))
    return tuple(_enterprise(row) for row in rows if in_portfolio(principal, row.code))


async def find_enterprise(session: AsyncSession, principal: Principal, name_or_code: str) -> Enterprise:
    """The one enterprise of the portfolio that is meant: by code, name, short name, or a part of the name.

    Raises `NotFound` (code `enterprise_not_found`), with the same words for an enterprise that does not exist
    and one outside the portfolio, and `InvalidRequest` (code `enterprise_ambiguous`) naming the candidates.
    """
    wanted = _plain(name_or_code)
    if not wanted:
        raise unknown_enterprise()
    rows = await session.execute(
        select(EnterpriseRow.code, EnterpriseRow.name, EnterpriseRow.short_name).order_by(
            EnterpriseRow.ordinal
        )
    )
    portfolio = [
        (code, _plain(name), _plain(short_name))
        for code, name, short_name in rows
        if in_portfolio(principal, code)
    ]
    exact = [code for code, _, _ in portfolio if code.upper() == wanted]
    named = exact or [code for code, name, _ in portfolio if name == wanted]
    named = named or [code for code, _, short_name in portfolio if short_name == wanted]
    if not named and len(wanted) >= _SHORTEST_PART:
        named = [code for code, name, _ in portfolio if wanted in name]
    if not named:
        raise unknown_enterprise()
    found = await session.scalars(
        select(EnterpriseRow)
        .where(EnterpriseRow.code.in_(named[:_CANDIDATES_SHOWN]))
        .order_by(EnterpriseRow.ordinal)
    )
    candidates = [_enterprise(row) for row in found]
    if len(named) > 1:
        listed = "、".join(f"{one.name}（{one.code}）" for one in candidates)
        more = f"等{len(named)}家" if len(named) > len(candidates) else ""
        raise InvalidRequest(
            f"有多家企业符合，请用全称或统一社会信用代码指明：{listed}{more}",
            code="enterprise_ambiguous",
            param="enterprise",
        )
    return candidates[0]


async def read_domain(
    session: AsyncSession,
    principal: Principal,
    code: str,
    domain: str,
    *,
    today: date,
    purpose: str = CREDIT_SERVICE,
) -> DomainRead:
    """One domain of one enterprise (by credit code), with the consent under which it is read.

    Raises `NotFound` outside the portfolio, `InvalidRequest` for an unknown domain and `ConsentRequired`
    where no valid consent covers the domain for this purpose today. The public register and the caller's own
    data need none.
    """
    check_domain(domain)
    row = await session.get(EnterpriseRow, code, populate_existing=True)
    if row is None or not in_portfolio(principal, code):
        raise unknown_enterprise()
    consent: str | None = None
    if not open_without_consent(principal, code, domain):
        consent = await valid_consent(session, principal, code, domain, today=today, purpose=purpose)
        if consent is None:
            raise ConsentRequired(code, domain, purpose, title=DOMAIN_TITLES[domain])
    records = await session.execute(
        select(
            DomainRecordRow.enterprise_code,
            DomainRecordRow.domain,
            DomainRecordRow.period,
            DomainRecordRow.received_at,
            DomainRecordRow.values,
            DomainRecordRow.source,
        )
        .where(DomainRecordRow.enterprise_code == code, DomainRecordRow.domain == domain)
        .order_by(DomainRecordRow.id)
    )
    sorted_records = sorted(
        (DomainRecord(*record) for record in records),
        key=lambda record: (record.period or date.min, record.received_at),
    )
    return DomainRead(
        _enterprise(row),
        domain,
        tuple(sorted_records),
        DataUse(enterprise=code, domain=domain, consent=consent),
    )


async def put_enterprises(session: AsyncSession, enterprises: Sequence[Enterprise]) -> int:
    """Adds enterprises and updates those whose code is known; returns how many were new. For importers."""
    known = set(await session.scalars(select(EnterpriseRow.code)))
    ordinal = await session.scalar(select(func.max(EnterpriseRow.ordinal))) or 0
    new, changed = [], []
    for enterprise in {one.code: one for one in enterprises}.values():
        values = asdict(enterprise)
        if enterprise.code in known:
            changed.append(values)
        else:
            new.append({**values, "ordinal": ordinal + len(new) + 1})
    if new:
        await session.execute(insert(EnterpriseRow), new)
    if changed:
        await session.execute(update(EnterpriseRow), changed)
    return len(new)


async def add_records(session: AsyncSession, records: Iterable[DomainRecord]) -> int:
    """Adds delivered records of known domains; returns how many. For importers."""
    rows = [
        {
            "enterprise_code": record.enterprise,
            "domain": check_domain(record.domain),
            "period": record.period,
            "received_at": record.received_at,
            "values": record.values,
            "source": record.source,
        }
        for record in records
    ]
    if rows:
        await session.execute(insert(DomainRecordRow), rows)
    return len(rows)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().upper()


def _enterprise(row: EnterpriseRow) -> Enterprise:
    values = {field.name: getattr(row, field.name) for field in fields(Enterprise)}
    values["labels"] = tuple(values["labels"])
    return Enterprise(**values)
