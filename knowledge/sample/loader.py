"""Brings the fictional enterprises into a store: register, six deliveries each, consents and portrait passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from assistant.document import DraftPassage
from assistant.principal import principal_for
from assistant.store import consents, documents
from assistant.store import enterprises as repository
from assistant.store.consents import Grant
from assistant.store.database import Store
from assistant.tools.enterprise_data.contract import DomainRecord
from knowledge.sample.enterprise import Sample, SampleEnterprise
from knowledge.sample.generator import COUNT, generate
from knowledge.sample.names import credit_code
from knowledge.sample.portraits import portrait_document

SUBJECT = "sample-loader"
Prepare = Callable[[Sequence[DraftPassage]], Sequence[DraftPassage]]
"""Fills in embeddings; passages in, the same passages out, in order."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load brought in; zeros when the samples were there already."""

    enterprises: int
    records: int
    consents: int
    passages: int


def register_entry(enterprise: SampleEnterprise) -> repository.Enterprise:
    """What the public register says, as the store keeps it."""
    return repository.Enterprise(
        code=enterprise.code,
        name=enterprise.name,
        short_name=enterprise.short_name,
        city=enterprise.city,
        county=enterprise.county,
        industry_code=enterprise.industry_code,
        industry=enterprise.industry,
        stage=enterprise.stage,
        size=enterprise.size,
        founded=enterprise.founded,
        employees=enterprise.employees,
        labels=enterprise.labels,
        description=enterprise.description,
        fictional=True,
    )


def stored_record(code: str, record: DomainRecord) -> repository.DomainRecord:
    """One delivery as the store keeps it: the period is the last observed month, the values are the payload."""
    return repository.DomainRecord(
        enterprise=code,
        domain=record.domain,
        period=record.observed.replace(day=1),
        received_at=datetime.combine(record.delivered, time(1), UTC),
        values=record.payload(),
        source=record.source,
    )


def _grants(enterprise: SampleEnterprise, today: date) -> list[Grant]:
    """The consents to register; one that has run out is registered as of its own first day."""
    granted: list[Grant] = []
    for consent in enterprise.consents:
        start, end = (today + timedelta(days=days) for days in (consent.from_days, consent.to_days))
        granted.append(Grant(enterprise.code, consent.domain, start, end, registered=start))
    return granted


async def load_samples(
    store: Store,
    *,
    today: date,
    tenant: str,
    sample: Sample | None = None,
    prepare: Prepare | None = None,
) -> Loaded:
    """Loads `sample` (default: the 300 of the fixed seed) in one transaction; consent days count from `today`.

    Enterprises that the store holds already are left as they are, consents included: a second load, or one
    after a consent was revoked, changes nothing. `prepare` fills the passages' embeddings. Raises
    `StoreUnavailable`; then nothing was written.
    """
    principal = principal_for("admin", SUBJECT, tenant=tenant)
    async with store.reading() as session:
        known = {one.code for one in await repository.list_enterprises(session, principal)}
    if sample is None and known.issuperset(credit_code(ordinal) for ordinal in range(COUNT)):
        return Loaded(0, 0, 0, 0)
    sample = sample or generate()
    new = [enterprise for enterprise in sample.enterprises if enterprise.code not in known]
    if not new:
        return Loaded(0, 0, 0, 0)
    portraits = [portrait_document(enterprise) for enterprise in new]
    passages = [passage for _, drafts in portraits for passage in drafts]
    ready = iter(prepare(passages) if prepare else passages)
    async with store.writing() as session:
        await repository.put_enterprises(session, [register_entry(one) for one in new])
        records = [stored_record(one.code, record) for one in new for record in one.records.values()]
        added = await repository.add_records(session, records)
        grants = [grant for one in new for grant in _grants(one, today)]
        await consents.grant_all(session, principal, grants)
        await documents.upsert_versions(
            session, [(version, [next(ready) for _ in drafts]) for version, drafts in portraits]
        )
    return Loaded(len(new), added, len(grants), len(passages))
