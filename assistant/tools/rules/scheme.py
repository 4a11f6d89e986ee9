"""A risk compensation scheme as a validated value: the shape of `knowledge/rules/pools/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from assistant.answer import Authority, Confidence, LegalStatus
from assistant.document import legal_status
from assistant.errors import ConfigurationError
from assistant.tools.rules.load import load_rules, rules_path

Mode = Literal["calculate", "conditions_only", "facts_only", "proposal"]
HOME = "广西"
_HUNDRED = Decimal(100)


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(_Shape):
    document: str
    locator: str


class Input(_Shape):
    """What a condition, tier or addition may ask for."""

    label: str
    type: Literal["bool", "money", "percent", "int", "choice", "list"]
    unit: str = ""
    choices: dict[str, str] = {}


class When(_Shape):
    """A test over the inputs: one comparison, or `any`/`all` of several."""

    input: str | None = None
    op: Literal["eq", "ne", "gt", "ge", "lt", "le", "in"] | None = None
    value: Any = None
    any: tuple[When, ...] = ()
    all: tuple[When, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> When:
        if sum((self.input is not None, bool(self.any), bool(self.all))) != 1:
            raise ValueError("a test is one comparison, or any, or all")
        if self.input is not None and self.op is None:
            raise ValueError("a comparison needs op")
        return self

    def inputs(self) -> tuple[str, ...]:
        named = (self.input,) if self.input else ()
        return named + tuple(name for part in (*self.any, *self.all) for name in part.inputs())


class Condition(_Shape):
    id: str
    label: str
    kind: Literal["flag", "max", "min", "one_of", "eligible_label"]
    input: str
    value: Any
    unit: str | None = None
    clause: Clause
    confidence: Confidence


class Tier(_Shape):
    id: str
    label: str
    when: When
    rate_pct: Decimal | None = Field(default=None, ge=0, le=100)
    not_held: str | None = None
    clause: Clause
    confidence: Confidence


class Addition(_Shape):
    id: str
    label: str
    when: When
    pp: Decimal = Field(gt=0, le=100)
    clause: Clause
    confidence: Confidence


class Caps(_Shape):
    """万元, and percent for the last; `None` where there is none or it is not held."""

    per_loan: Decimal | None = Field(default=None, ge=0)
    per_firm: Decimal | None = Field(default=None, ge=0)
    annual_pool: Decimal | None = Field(default=None, ge=0)
    pool_total: Decimal | None = Field(default=None, ge=0)
    share_of_bank_duty_pct: Decimal | None = Field(default=None, ge=0, le=100)


class Compensation(_Shape):
    base: Literal["net_loss", "principal"] | None
    assumed_base: Literal["net_loss", "principal"] | None
    rate_pct: Decimal | None = Field(ge=0, le=100)
    outside_tiers: Literal["none"] | None = None
    rate_is_ceiling: bool
    not_held: str | None
    tiers: tuple[Tier, ...]
    combine: Literal["highest", "first"] | None
    additions: tuple[Addition, ...]
    additions_combine: Literal["once", "each"] | None
    caps: Caps

    @model_validator(mode="after")
    def _explicit(self) -> Compensation:
        if self.tiers and self.combine is None:
            raise ValueError("tiers need combine")
        if self.additions and self.additions_combine is None:
            raise ValueError("additions need additions_combine")
        return self


class Party(_Shape):
    """Who bears which share of a loss, in percent points."""

    id: str
    label: str
    shares: dict[str, Decimal]
    clause: Clause
    confidence: Confidence

    @field_validator("shares")
    @classmethod
    def _whole(cls, shares: dict[str, Decimal]) -> dict[str, Decimal]:
        if sum(shares.values()) != _HUNDRED or any(share < 0 for share in shares.values()):
            raise ValueError("shares must sum to 100")
        return shares


class Materials(_Shape):
    items: tuple[str, ...]
    not_held: str | None


class Scheme(_Shape):
    """One version of one scheme."""

    id: str
    version: str
    title: str
    aliases: tuple[str, ...]
    authority: Authority
    document: str
    jurisdiction: str
    issued: date | None
    effective_from: date | None
    effective_to: date | None
    confidence: Confidence
    mode: Mode
    comparable: str | None
    summary: str
    not_held: tuple[str, ...]
    assumptions: tuple[str, ...]
    inputs: dict[str, Input]
    conditions: tuple[Condition, ...]
    compensation: Compensation
    parties: tuple[Party, ...]
    materials: Materials
    invariants: tuple[
        Literal["shares_sum_100", "within_loss", "recovered_first", "no_double", "explicit_combine"], ...
    ]

    @model_validator(mode="after")
    def _inputs_declared(self) -> Scheme:
        rules = (*self.compensation.tiers, *self.compensation.additions)
        named = {condition.input for condition in self.conditions}
        named |= {name for rule in rules for name in rule.when.inputs()}
        if unknown := named - set(self.inputs):
            raise ValueError(f"inputs not declared: {', '.join(sorted(unknown))}")
        return self

    def status(self, as_of: date) -> LegalStatus:
        return legal_status(self.effective_from, self.effective_to, as_of)


Schemes = Mapping[str, tuple[Scheme, ...]]


def load_schemes(folder: Path) -> dict[str, tuple[Scheme, ...]]:
    """Every scheme of a folder by id, versions oldest first. Raises `ConfigurationError` for a broken file."""
    found: dict[str, list[Scheme]] = {}
    for path in sorted(folder.glob("*.yaml")):
        scheme = load_rules(path, Scheme)
        found.setdefault(scheme.id, []).append(scheme)
    if not found:
        raise ConfigurationError(f"规则目录 {folder.name} 中没有规则文件", code="rules_missing")
    return {
        identity: tuple(sorted(versions, key=lambda s: s.effective_from or date.min))
        for identity, versions in found.items()
    }


@cache
def schemes() -> dict[str, tuple[Scheme, ...]]:
    return load_schemes(rules_path() / "pools")


def version_on(versions: tuple[Scheme, ...], as_of: date) -> Scheme:
    """The version in force on a day; with none in force the latest that has begun, else the first to come."""
    in_force = [scheme for scheme in versions if scheme.status(as_of) == "in_force"]
    if in_force:
        return in_force[-1]
    begun = [scheme for scheme in versions if scheme.effective_from is None or scheme.effective_from <= as_of]
    return begun[-1] if begun else versions[0]


def find_scheme(known: Schemes, name: str, as_of: date) -> Scheme | None:
    """The scheme meant by an id, title, alias or region; `None` when no name fits.

    The longest name contained in the text wins; then, of the names that contain the text, one of the home region's
    scheme in force, else the shortest; a region alone means its scheme that exists rather than a proposal.
    """
    wanted = _plain(name)
    if not wanted:
        return None
    candidates = [version_on(versions, as_of) for versions in known.values()]
    names = [(alias, scheme) for scheme in candidates for alias in (scheme.id, scheme.title, *scheme.aliases)]
    for fits in (
        [(len(alias), scheme) for alias, scheme in names if _plain(alias) == wanted],
        [(len(alias), scheme) for alias, scheme in names if _plain(alias) in wanted],
        [
            (_home(scheme) * 100 - len(alias), scheme)
            for alias, scheme in names
            if len(wanted) >= 2 and wanted in _plain(alias)
        ],
        [(int(_home(scheme)), scheme) for scheme in candidates if scheme.jurisdiction in wanted],
    ):
        if fits:
            return max(fits, key=lambda fit: fit[0])[1]
    return None


def _home(scheme: Scheme) -> bool:
    return scheme.jurisdiction == HOME and scheme.mode != "proposal"


def _plain(name: str) -> str:
    return "".join(name.split()).replace("人工智能", "AI").upper()
