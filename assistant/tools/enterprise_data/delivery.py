"""The latest delivery of a domain as its fields: title, value, unit and sensitivity, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from assistant.answer import Fact, ToolSource
from assistant.store.domains import DOMAIN_TITLES

if TYPE_CHECKING:
    from assistant.store.enterprises import DomainRead


@dataclass(frozen=True, slots=True)
class DeliveredField:
    """One field of the data contract. `value` is a `Decimal` for figures, text otherwise, `None` if not delivered."""

    name: str
    title: str
    value: Decimal | str | None
    unit: str
    sensitivity: str

    def text(self) -> str:
        """`近12个月申报收入453.52万元`; a text field stands after a 为."""
        if self.value is None:
            return f"{self.title}未提供"
        if isinstance(self.value, Decimal):
            return f"{self.title}{self.value:f}{self.unit}"
        return f"{self.title}为{self.value}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One domain as read: `observed` is the last day the figures are about, `consent` the right to read them."""

    domain: str
    title: str
    source: str
    observed: date | None
    payload: Mapping[str, Any]
    fields: tuple[DeliveredField, ...]
    read: DomainRead

    @property
    def consent(self) -> str | None:
        return self.read.use.consent

    def origin(self) -> ToolSource:
        """Where the figures come from, with the consent they were read under."""
        return ToolSource(
            kind="data",
            id=f"{self.read.enterprise.code}:{self.domain}",
            title=self.source,
            locator=self.title,
            as_of=self.observed,
            authority="fictional" if self.read.enterprise.fictional else None,
            data=self.read.use,
        )

    def facts(self) -> tuple[Fact, ...]:
        period = f"截至{self.observed.isoformat()}" if self.observed else ""
        return tuple(
            Fact(label=one.title, value=one.value, unit=one.unit, period=period, source=self.source)
            for one in self.fields
            if one.value is not None
        )


def _value(raw: Any, unit: str) -> Decimal | str | None:
    if raw is None:
        return None
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, list):
        return "、".join(str(item) for item in raw) or "无"
    if unit:
        try:
            return Decimal(str(raw))
        except InvalidOperation:
            return str(raw)
    return str(raw)


def latest_delivery(read: DomainRead) -> Delivery | None:
    """The last record of a domain; `None` where nothing was ever delivered."""
    if not read.records:
        return None
    record = read.records[-1]
    payload = record.values
    dictionary = payload.get("dictionary", {})
    fields = []
    for name, raw in payload.get("fields", {}).items():
        title, unit, sensitivity = dictionary.get(name, (name, "", "C2"))
        fields.append(DeliveredField(name, title, _value(raw, unit), unit, sensitivity))
    observed = payload.get("observed")
    return Delivery(
        domain=read.domain,
        title=DOMAIN_TITLES[read.domain],
        source=record.source,
        observed=date.fromisoformat(observed) if observed else record.period,
        payload=payload,
        fields=tuple(fields),
        read=read,
    )
