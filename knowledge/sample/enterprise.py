"""A fictional enterprise and the whole sample, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.tools.enterprise_data.contract import DomainRecord
from knowledge.sample.cashflow import Months
from knowledge.sample.profile import Profile

ConsentKind = Literal["full", "partial", "expired", "none"]


@dataclass(frozen=True, slots=True)
class SampleConsent:
    """Days are counted from the day of loading; negative ones lie before it."""

    domain: str
    from_days: int
    to_days: int


@dataclass(frozen=True, slots=True)
class SampleEnterprise:
    """What the public register says, plus the six deliveries.

    `labels` are public marks shown in lists. `planted` names the patterns built into the data on purpose; it is
    the answer key of evaluations and never reaches the store.
    """

    code: str
    name: str
    short_name: str
    city: str
    county: str
    industry_code: str
    industry: str
    stage: str
    size: str
    founded: date
    employees: int
    labels: tuple[str, ...]
    description: str
    profile: Profile
    months: Months
    records: Mapping[str, DomainRecord]
    consents: tuple[SampleConsent, ...]
    consent_kind: ConsentKind
    planted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ring:
    """A planted group: `kind` is circular_transfer, shell_group, invoice_ring, guarantee_circle or common_control."""

    kind: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """All enterprises in listing order (by credit code), the anchor month's last day, and the planted rings."""

    seed: int
    anchor: date
    enterprises: tuple[SampleEnterprise, ...]
    rings: tuple[Ring, ...]

    def by_code(self) -> dict[str, SampleEnterprise]:
        return {enterprise.code: enterprise for enterprise in self.enterprises}
