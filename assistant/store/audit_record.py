"""A link of the audit chain: what it records and how it is sealed."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from assistant.store.records import AuditRow

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is to be recorded. `what` is the action (`answer`, `tool`, `consent.grant`, …), `why` the purpose.

    Texts are redacted by the caller; `detail` holds plain JSON.
    """

    what: str
    outcome: str
    why: str = ""
    enterprise: str | None = None
    consents: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A row of the chain."""

    seq: int
    at: datetime
    tenant: str
    who: str
    role: str
    what: str
    why: str
    enterprise: str | None
    consents: tuple[str, ...]
    evidence: tuple[str, ...]
    versions: dict[str, str]
    outcome: str
    detail: dict[str, Any]
    previous: str
    hash: str


def values_of(row: AuditRow) -> dict[str, Any]:
    names = [column.key for column in AuditRow.__table__.columns if column.key != "hash"]
    return {name: getattr(row, name) for name in names}


def seal(values: Mapping[str, Any], key: bytes) -> str:
    """Keyed hash over the canonical JSON of a row: sorted keys, time as ISO text in UTC."""
    plain = {**values, "at": values["at"].astimezone(UTC).isoformat(timespec="microseconds")}
    text = json.dumps(plain, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def record_of(row: AuditRow) -> AuditRecord:
    values = values_of(row) | {"hash": row.hash}
    return AuditRecord(**{**values, "consents": tuple(row.consents), "evidence": tuple(row.evidence)})
