"""The data contract: what a record of each domain holds, and a validator that refuses what breaks it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml

from assistant.errors import InvalidRequest

Kind = Literal["money", "percent", "count", "date", "text", "flag", "list"]
Sensitivity = Literal["C1", "C2", "C3"]
CONTRACT_FILE = Path(__file__).with_name("contract.yaml")

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_PERSONAL = (
    (re.compile(r"(?<!\w)[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d{4}[\dXx](?!\w)"), "身份证号"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "手机号"),
    (re.compile(r"(?<!\d)62\d{14,17}(?!\d)"), "银行卡号"),
)


class ContractBroken(InvalidRequest):
    """A record that the contract refuses; `problems` lists every reason, the message the first ones."""

    default_code = "contract_broken"

    def __init__(self, domain: str, problems: Sequence[str]) -> None:
        shown = "；".join(problems[:3]) + (f"（共{len(problems)}处）" if len(problems) > 3 else "")
        super().__init__(f"{domain} 数据不符合数据契约：{shown}", param=domain)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One entry of the field dictionary. `unit` is empty for dates, texts, flags and lists."""

    name: str
    title: str
    kind: Kind
    sensitivity: Sensitivity
    unit: str = ""
    optional: bool = False
    signed: bool = False


@dataclass(frozen=True, slots=True)
class DomainRule:
    """What one domain delivers, how late, and who may see it for which purpose (purpose -> roles)."""

    domain: str
    title: str
    source: str
    delay_days: int
    consent_required: bool
    readers: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, FieldRule]
    series: Mapping[str, FieldRule]
    tables: Mapping[str, Mapping[str, Kind]]


@dataclass(frozen=True, slots=True)
class DataContract:
    version: str
    forbidden: frozenset[str]
    purposes: Mapping[str, str]
    domains: Mapping[str, DomainRule]


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """One delivery of one domain: values up to `observed`, delivered at `delivered`.

    Money and percent are decimal text; a month without data is `None` in its series. `months` (`2026-10`) is
    shared by all series of the record.
    """

    domain: str
    source: str
    observed: date
    delivered: date
    fields: Mapping[str, Any]
    months: tuple[str, ...] = ()
    series: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """The JSON that the store keeps as the values of the delivery.

        `dictionary` (name -> title, unit, sensitivity) lets a reader show the figures without the contract file.
        """
        contract = load_contract()
        rule = contract.domains[self.domain]
        known = {**rule.fields, **rule.series}
        return {
            "contract": contract.version,
            "observed": self.observed.isoformat(),
            "dictionary": {
                name: [entry.title, entry.unit, entry.sensitivity] for name, entry in known.items()
            },
            "fields": dict(self.fields),
            "months": list(self.months),
            "series": {name: list(values) for name, values in self.series.items()},
            "tables": {name: [dict(row) for row in rows] for name, rows in self.tables.items()},
        }


def _rules(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, FieldRule]:
    return {name: FieldRule(name=name, **entry) for name, entry in entries.items()}


@cache
def load_contract(path: Path = CONTRACT_FILE) -> DataContract:
    """The contract as a value; a malformed file is a programmer's error and raises as such."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    domains = {
        name: DomainRule(
            domain=name,
            title=entry["title"],
            source=entry["source"],
            delay_days=entry["delay_days"],
            consent_required=entry["consent_required"],
            readers={purpose: tuple(roles) for purpose, roles in entry["readers"].items()},
            fields=_rules(entry["fields"]),
            series=_rules(entry.get("series", {})),
            tables={table: body["columns"] for table, body in entry.get("tables", {}).items()},
        )
        for name, entry in raw["domains"].items()
    }
    return DataContract(
        version=raw["version"],
        forbidden=frozenset(raw["forbidden"]),
        purposes=raw["purposes"],
        domains=domains,
    )


def _value_problem(kind: Kind, value: Any, *, signed: bool = False) -> str | None:
    if kind in ("money", "percent"):
        if not isinstance(value, str):
            return "应为十进制数字文本"
        try:
            number = Decimal(value)
        except InvalidOperation:
            return f"“{value}”不是数字"
        if not number.is_finite():
            return f"“{value}”不是有限数"
        return None if signed or number >= 0 else "不得为负"
    if kind == "count":
        if isinstance(value, bool) or not isinstance(value, int):
            return "应为整数"
        return None if value >= 0 else "不得为负"
    if kind == "flag":
        return None if isinstance(value, bool) else "应为是/否"
    if kind == "list":
        good = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return None if good else "应为文本列表"
    if not isinstance(value, str):
        return "应为文本"
    if kind == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            return f"“{value}”不是日期"
        return None
    found = next((name for pattern, name in _PERSONAL if pattern.search(value)), None)
    return f"含有疑似{found}" if found else None


def _series_problems(record: DomainRecord, rule: DomainRule) -> list[str]:
    problems: list[str] = []
    months = record.months
    if any(not _MONTH.fullmatch(month) for month in months):
        return ["月份格式应为 YYYY-MM"]
    numbers = [int(month[:4]) * 12 + int(month[5:]) for month in months]
    if any(later - earlier != 1 for earlier, later in pairwise(numbers)):
        problems.append("月份须连续递增（缺数月份留空值，不得跳过）")
    if months and months[-1] > record.observed.isoformat()[:7]:
        problems.append(f"月份 {months[-1]} 晚于数据截止日 {record.observed}")
    for name in sorted(rule.series.keys() - record.series.keys()):
        problems.append(f"缺少月度序列 {name}")
    for name, values in record.series.items():
        known = rule.series.get(name)
        if known is None:
            problems.append(f"契约没有月度序列 {name}")
            continue
        if len(values) != len(months):
            problems.append(f"序列 {name} 有{len(values)}个值，月份有{len(months)}个")
        for month, value in zip(months, values, strict=False):
            reason = None if value is None else _value_problem(known.kind, value, signed=known.signed)
            if reason:
                problems.append(f"{known.title}（{month}）{reason}")
    return problems


def contract_problems(record: DomainRecord, contract: DataContract) -> list[str]:
    """Everything in which the record breaks the contract, in Chinese; empty when it holds."""
    rule = contract.domains.get(record.domain)
    if rule is None:
        return [f"契约没有数据域 {record.domain}"]
    problems = [
        f"{name} 属于C3类鉴别信息，不得交付"
        for name in sorted(contract.forbidden & (record.fields.keys() | record.series.keys()))
    ]
    for name, known in rule.fields.items():
        if record.fields.get(name) is None:
            if not known.optional:
                problems.append(f"缺少字段 {name}（{known.title}）")
            continue
        reason = _value_problem(known.kind, record.fields[name], signed=known.signed)
        if reason:
            problems.append(f"{known.title}（{name}）{reason}")
    problems += [
        f"契约没有字段 {name}"
        for name in sorted(record.fields.keys() - rule.fields.keys() - contract.forbidden)
    ]
    if (record.delivered - record.observed).days < rule.delay_days:
        problems.append(f"交付日 {record.delivered} 早于约定延迟（截止日后{rule.delay_days}天）")
    problems += _series_problems(record, rule)
    for name, rows in record.tables.items():
        columns = rule.tables.get(name)
        if columns is None:
            problems.append(f"契约没有明细表 {name}")
            continue
        for place, row in enumerate(rows, start=1):
            if row.keys() != columns.keys():
                problems.append(f"明细表 {name} 第{place}行的列与契约不同")
                continue
            for column, kind in columns.items():
                reason = _value_problem(kind, row[column])
                if reason:
                    problems.append(f"明细表 {name} 第{place}行 {column} {reason}")
    return problems


def check_record(record: DomainRecord, contract: DataContract | None = None) -> DomainRecord:
    """The record itself, or `ContractBroken` naming what is wrong with it."""
    problems = contract_problems(record, contract or load_contract())
    if problems:
        raise ContractBroken(record.domain, problems)
    return record
