"""Seeded fictional enterprises with their six data domains.

The same seed, count and anchor give the same sample, byte for byte; enterprise k does not depend on `count`,
except for the groups planted among all of them.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from assistant.tools.enterprise_data.calendar import month_end, month_index
from assistant.tools.enterprise_data.contract import DomainRecord, check_record
from knowledge.sample.cashflow import Months, simulate
from knowledge.sample.enterprise import ConsentKind, Sample, SampleConsent, SampleEnterprise
from knowledge.sample.money_domains import bank_record, customs_record, social_record, tax_record
from knowledge.sample.names import CITIES, CITY_WEIGHTS, credit_code, full_name, short_name, short_stems
from knowledge.sample.profile import Profile, draw_profile
from knowledge.sample.public_domains import (
    industry_code,
    property_record,
    registration_record,
    size_class,
    stage_of,
)
from knowledge.sample.relations import plant

SEED = 20260930
COUNT = 300
ANCHOR = date(2026, 9, 30)
CONSENT_DOMAINS = ("tax", "social_insurance", "intellectual_property", "customs", "bank_credit")
_KINDS: tuple[ConsentKind, ...] = ("full", "partial", "none", "expired")
_SHOWCASE_KINDS: tuple[ConsentKind, ...] = (
    "full", "full", "full", "full", "full", "none", "full", "partial", "full", "partial", "expired", "full",
)  # fmt: skip


def _consents(rng: np.random.Generator, ordinal: int) -> tuple[ConsentKind, tuple[SampleConsent, ...]]:
    """Which domains the enterprise opened, and for how many days from the day of loading."""
    kind = _KINDS[int(rng.choice(4, p=(0.58, 0.27, 0.1, 0.05)))]
    if ordinal < len(_SHOWCASE_KINDS):
        kind = _SHOWCASE_KINDS[ordinal]
    if kind == "none":
        return kind, ()
    domains = list(CONSENT_DOMAINS)
    if kind == "partial":
        keep = int(rng.integers(2, 5))
        domains = [domains[i] for i in sorted(rng.permutation(5)[:keep])]
    found = []
    for domain in domains:
        start = -int(rng.integers(20, 240))
        end = int(rng.integers(120, 700))
        found.append(SampleConsent(domain, start, end if kind != "expired" else -int(rng.integers(1, 15))))
    return kind, tuple(found)


def _records(
    rng: np.random.Generator, profile: Profile, months: Months, anchor: date, city: str
) -> dict[str, DomainRecord]:
    """The six deliveries; some arrive a month or two late."""
    late = [int(value) for value in rng.choice(3, size=4, p=(0.7, 0.22, 0.08))]
    late = [min(value, max(0, profile.months - 3)) for value in late]
    return {
        "registration": registration_record(rng, profile, months, anchor, city),
        "tax": tax_record(rng, profile, months, anchor, late[0]),
        "social_insurance": social_record(rng, profile, months, anchor, late[1]),
        "intellectual_property": property_record(rng, profile, anchor, late[2]),
        "customs": customs_record(rng, profile, months, anchor, late[3]),
        "bank_credit": bank_record(rng, profile, months, anchor),
    }


def _labels(profile: Profile, records: dict[str, DomainRecord]) -> tuple[str, ...]:
    """Public marks for lists: what the register shows, nothing of a domain that needs consent."""
    found = ["示例企业（虚构）"]
    if profile.sector.key == "ai":
        found.append("人工智能")
        if profile.path == "startup" or profile.months <= 40:
            found.append("AI初创")
    if profile.sector.manufacturing:
        found.append("制造业")
    if profile.exports > 0:
        found.append("出口")
    if records["registration"].fields["abnormal_listed"]:
        found.append("经营异常")
    if profile.months < 12:
        found.append("成立不足12个月")
    return tuple(found + list(records["registration"].fields["certifications"]))


def make_enterprise(seed: int, ordinal: int, stem: str, anchor: date) -> SampleEnterprise:
    """The ordinal-th enterprise of a seed, before any groups are planted."""
    # One stream for each part, so that a change in one leaves names, consents and the rest as they were.
    drawn, run, called, kept, opened = (np.random.default_rng([seed, ordinal, part]) for part in range(5))
    profile = draw_profile(drawn, ordinal, anchor)
    months = simulate(run, profile, month_index(anchor))
    city = CITIES[int(called.choice(14, p=np.array(CITY_WEIGHTS) / sum(CITY_WEIGHTS)))]
    short = short_name(stem, str(called.choice(profile.sector.words)))
    records = _records(kept, profile, months, anchor, city)
    registration = records["registration"].fields
    kind, consents = _consents(opened, ordinal)
    annual = float(months.sales[-12:].sum()) * 12 / min(12, profile.months)
    stage = stage_of(profile)
    size = size_class(profile, registration["employees"], annual)
    return SampleEnterprise(
        code=credit_code(ordinal),
        name=full_name(city, short, profile.sector.suffix),
        short_name=short,
        city=city,
        county=registration["address"].removeprefix(city).split("示例路")[0],
        industry_code=industry_code(profile),
        industry=profile.sector.industry,
        stage=stage,
        size=size,
        founded=profile.founded,
        employees=registration["employees"],
        labels=_labels(profile, records),
        description=f"虚构的示例企业：{city}{profile.sector.industry}{size}企业，{stage}。{registration['business_scope']}。",
        profile=profile,
        months=months,
        records=records,
        consents=consents,
        consent_kind=kind,
    )


def generate(count: int = COUNT, *, seed: int = SEED, anchor: date = ANCHOR) -> Sample:
    """`count` (1 to 20,000) fictional enterprises whose last observed month is the anchor's.

    Every record has passed the data contract; `ContractBroken` here would be a fault of the generator.
    """
    if not 1 <= count <= 20_000:
        raise ValueError("count must lie between 1 and 20000")
    last = month_end(month_index(anchor))
    stems = short_stems(np.random.default_rng([seed, 10**6]), max(count, 400))
    single = tuple(make_enterprise(seed, ordinal, stems[ordinal], last) for ordinal in range(count))
    enterprises, rings = plant(np.random.default_rng([seed, 10**6 + 1]), single, last)
    for enterprise in enterprises:
        for record in enterprise.records.values():
            check_record(record)
    return Sample(seed=seed, anchor=last, enterprises=enterprises, rings=rings)
