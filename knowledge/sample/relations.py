"""Ties between fictional enterprises and the patterns planted on purpose, each with its label.

Patterns follow the templates of early-warning practice: transfers that return within days, groups at one address
with nobody insured, invoices that no payment follows, mutual guarantees, and declared figures that do not agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from assistant.tools.enterprise_data.contract import DomainRecord
from knowledge.sample.enterprise import Ring, SampleEnterprise
from knowledge.sample.figures import money, money_series, percent, total
from knowledge.sample.profile import SHOWCASE

_PLANS = (("circular_transfer", 4), ("guarantee_circle", 4), ("invoice_ring", 3), ("shell_group", 3),
          ("guarantee_circle", 3), ("circular_transfer", 3), ("common_control", 2), ("common_control", 3),
          ("common_control", 2), ("common_control", 2))  # fmt: skip
_SINGLES = ("smooth_flow", "understated_tax", "headcount_conflict", "understated_tax", "headcount_conflict")
MINIMUM = 80  # smaller samples carry no planted groups: there would be too few ordinary firms between them

Editable = dict[str, SampleEnterprise]


def _edit(
    enterprise: SampleEnterprise,
    label: str,
    domain: str,
    *,
    fields: Mapping[str, Any] | None = None,
    series: Mapping[str, tuple[Any, ...]] | None = None,
    rows: tuple[str, tuple[dict[str, Any], ...]] | None = None,
) -> SampleEnterprise:
    """The enterprise with one record changed and the label added."""
    record: DomainRecord = enterprise.records[domain]
    tables = dict(record.tables)
    if rows is not None:
        tables[rows[0]] = tuple(tables.get(rows[0], ())) + rows[1]
    changed = replace(
        record,
        fields={**record.fields, **(fields or {})},
        series={**record.series, **(series or {})},
        tables=tables,
    )
    return replace(
        enterprise,
        records={**enterprise.records, domain: changed},
        planted=enterprise.planted | {label},
    )


def _party(enterprise: SampleEnterprise, relation: str, share: float) -> dict[str, Any]:
    return {
        "code": enterprise.code,
        "name": enterprise.name,
        "relation": relation,
        "share_pct": percent(share),
    }


def _circular(
    rng: np.random.Generator, members: list[SampleEnterprise], anchor: date
) -> list[SampleEnterprise]:
    """Money goes round the ring within three days, at least 90% of it, a few times in the last year."""
    rows: dict[str, list[dict[str, Any]]] = {member.code: [] for member in members}
    base = (
        min(float(Decimal(member.records["bank_credit"].fields["inflow_12m"])) for member in members) * 0.06
    )
    for _ in range(int(rng.integers(3, 6))):
        day = anchor - timedelta(days=int(rng.integers(10, 330)))
        amount = base * float(rng.uniform(0.7, 1.3))
        for place, sender in enumerate(members):
            receiver = members[(place + 1) % len(members)]
            text, when = money(amount), (day + timedelta(days=min(place, 3))).isoformat()
            rows[sender.code].append(
                {"day": when, "code": receiver.code, "name": receiver.name, "direction": "付", "amount": text}
            )
            rows[receiver.code].append(
                {"day": when, "code": sender.code, "name": sender.name, "direction": "收", "amount": text}
            )
            amount *= float(rng.uniform(0.97, 0.995))
    return [
        _edit(member, "circular_transfer", "bank_credit", rows=("transfers", tuple(rows[member.code])))
        for member in members
    ]


def _guarantees(rng: np.random.Generator, members: list[SampleEnterprise]) -> list[SampleEnterprise]:
    """Each guarantees the next one's loans, the last one the first's."""
    found = []
    for place, member in enumerate(members):
        other = members[(place + 1) % len(members)]
        amount = float(Decimal(other.records["bank_credit"].fields["total_assets"])) * float(
            rng.uniform(0.1, 0.35)
        )
        row = {"code": other.code, "name": other.name, "amount": money(amount)}
        found.append(_edit(member, "guarantee_circle", "bank_credit", rows=("guarantees", (row,))))
    return found


def _invoices(rng: np.random.Generator, members: list[SampleEnterprise]) -> list[SampleEnterprise]:
    """Invoices triple in the last four months, many are voided, and no payments follow."""
    found = []
    for member in members:
        tax = member.records["tax"]
        values = np.array([float(value) for value in tax.series["invoiced"]])
        values[-4:] *= rng.uniform(3.0, 4.5, 4)
        series = money_series(values)
        fields = {"invoiced_12m": str(total(series)), "void_ratio_pct": percent(float(rng.uniform(22, 38)))}
        found.append(_edit(member, "invoice_ring", "tax", fields=fields, series={"invoiced": series}))
    return found


def _shells(members: list[SampleEnterprise]) -> list[SampleEnterprise]:
    """One address, one person behind all, nobody or one person insured."""
    address = members[0].records["registration"].fields["address"]
    person = members[0].records["registration"].fields["legal_person"]
    found = []
    for member in members:
        insured = tuple(min(1, int(value)) for value in member.records["social_insurance"].series["insured"])
        contribution = money_series([0.18 * value for value in insured])
        fields = {
            "insured_latest": insured[-1],
            "insured_change_3m_pct": "0.0",
            "contribution_12m": str(total(contribution)),
        }
        shell = _edit(
            member, "shell_group", "social_insurance",
            fields=fields, series={"insured": insured, "contribution": contribution},
        )  # fmt: skip
        found.append(
            _edit(
                shell,
                "shell_group",
                "registration",
                fields={"address": address, "legal_person": person, "employees": 1},
            )
        )
    return found


def _control(rng: np.random.Generator, members: list[SampleEnterprise]) -> list[SampleEnterprise]:
    """One person controls all of them; each record names the others."""
    person = members[0].records["registration"].fields["legal_person"]
    found = []
    for member in members:
        others = tuple(
            _party(other, "同一自然人控制", float(rng.uniform(51, 100)))
            for other in members
            if other is not member
        )
        found.append(
            _edit(
                member,
                "common_control",
                "registration",
                fields={"legal_person": person},
                rows=("related_parties", others),
            )
        )
    return found


def _single(rng: np.random.Generator, kind: str, enterprise: SampleEnterprise) -> SampleEnterprise:
    if kind == "smooth_flow":
        bank = enterprise.records["bank_credit"]
        level = float(np.mean([float(value) for value in bank.series["inflow"] if value is not None]))
        flat = money_series(level * (1 + rng.uniform(-0.03, 0.03, len(bank.months))))
        return _edit(
            enterprise, kind, "bank_credit", series={"inflow": flat}, fields={"inflow_12m": str(total(flat))}
        )
    if kind == "understated_tax":
        tax = enterprise.records["tax"]
        low = tuple(
            None if value is None else money(float(value) * 0.62) for value in tax.series["declared_revenue"]
        )
        return _edit(
            enterprise,
            kind,
            "tax",
            series={"declared_revenue": low},
            fields={"declared_revenue_12m": str(total(low))},
        )
    insured = int(enterprise.records["social_insurance"].fields["insured_latest"])
    claimed = round(insured * float(rng.uniform(1.8, 2.6))) + 5
    return _edit(enterprise, "headcount_conflict", "registration", fields={"employees": claimed})


def plant(
    rng: np.random.Generator, enterprises: tuple[SampleEnterprise, ...], anchor: date
) -> tuple[tuple[SampleEnterprise, ...], tuple[Ring, ...]]:
    """The sample with its groups and single patterns built in; showcase and very young firms stay ordinary."""
    if len(enterprises) < MINIMUM:
        return enterprises, ()
    current: Editable = {enterprise.code: enterprise for enterprise in enterprises}
    free = [
        enterprise.code
        for enterprise in enterprises[len(SHOWCASE) :]
        if enterprise.profile.months >= 24 and enterprise.profile.path != "distress"
    ]
    order = [free[i] for i in rng.permutation(len(free))]
    rings: list[Ring] = []
    for kind, size in _PLANS:
        codes, order = order[:size], order[size:]
        members = [current[code] for code in codes]
        if kind == "circular_transfer":
            changed = _circular(rng, members, anchor)
        elif kind == "guarantee_circle":
            changed = _guarantees(rng, members)
        elif kind == "invoice_ring":
            changed = _invoices(rng, members)
        elif kind == "shell_group":
            changed = _shells(members)
        else:
            changed = _control(rng, members)
        current |= {member.code: member for member in changed}
        rings.append(Ring(kind, tuple(sorted(codes))))
    for kind in _SINGLES:
        code, order = order[0], order[1:]
        current[code] = _single(rng, kind, current[code])
    return tuple(current[enterprise.code] for enterprise in enterprises), tuple(rings)
