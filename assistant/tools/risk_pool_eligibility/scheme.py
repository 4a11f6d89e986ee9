"""A risk compensation scheme as a value: the shape of `knowledge/rules/pools/*.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

from assistant.document import Confidence
from assistant.tools.rules.ruleset import STRICT, Clause, Condition, Input, RuleSet, When

Mode = Literal["calculate", "conditions_only", "facts_only", "proposal"]
HOME = "广西"
_HUNDRED = Decimal(100)


def _within(name: str, value: Decimal | None, most: Decimal | None = None) -> None:
    if value is not None and (not value.is_finite() or value < 0 or (most is not None and value > most)):
        raise ValueError(f"{name} is out of range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    __pydantic_config__: ClassVar[Any] = STRICT

    id: str
    label: str
    when: When
    rate_pct: Decimal | None = None
    not_held: str | None = None
    clause: Clause
    confidence: Confidence

    def __post_init__(self) -> None:
        _within("rate_pct", self.rate_pct, _HUNDRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    __pydantic_config__: ClassVar[Any] = STRICT

    id: str
    label: str
    when: When
    pp: Decimal
    clause: Clause
    confidence: Confidence

    def __post_init__(self) -> None:
        if not 0 < self.pp <= _HUNDRED:
            raise ValueError("pp must be above 0 and at most 100")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """万元, and percent for the last; `None` where there is none or it is not held."""

    __pydantic_config__: ClassVar[Any] = STRICT

    per_loan: Decimal | None = None
    per_firm: Decimal | None = None
    annual_pool: Decimal | None = None
    pool_total: Decimal | None = None
    share_of_bank_duty_pct: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("per_loan", "per_firm", "annual_pool", "pool_total"):
            _within(name, getattr(self, name))
        _within("share_of_bank_duty_pct", self.share_of_bank_duty_pct, _HUNDRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    __pydantic_config__: ClassVar[Any] = STRICT

    base: Literal["net_loss", "principal"] | None
    assumed_base: Literal["net_loss", "principal"] | None
    rate_pct: Decimal | None
    outside_tiers: Literal["none"] | None = None
    rate_is_ceiling: bool
    not_held: str | None
    tiers: tuple[Tier, ...]
    combine: Literal["highest", "first"] | None
    additions: tuple[Addition, ...]
    additions_combine: Literal["once", "each"] | None
    caps: Caps

    def __post_init__(self) -> None:
        _within("rate_pct", self.rate_pct, _HUNDRED)
        if self.tiers and self.combine is None:
            raise ValueError("tiers need combine")
        if self.additions and self.additions_combine is None:
            raise ValueError("additions need additions_combine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who bears which share of a loss, in percent points."""

    __pydantic_config__: ClassVar[Any] = STRICT

    id: str
    label: str
    shares: dict[str, Decimal]
    clause: Clause
    confidence: Confidence

    def __post_init__(self) -> None:
        if sum(self.shares.values()) != _HUNDRED or any(share < 0 for share in self.shares.values()):
            raise ValueError("shares must sum to 100")


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    __pydantic_config__: ClassVar[Any] = STRICT

    items: tuple[str, ...]
    not_held: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme(RuleSet):
    """One version of one scheme."""

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

    def __post_init__(self) -> None:
        rules = (*self.compensation.tiers, *self.compensation.additions)
        named = {condition.input for condition in self.conditions}
        named |= {name for rule in rules for name in rule.when.inputs()}
        if unknown := named - set(self.inputs):
            raise ValueError(f"inputs not declared: {', '.join(sorted(unknown))}")

    @property
    def at_home(self) -> bool:
        """Whether it is a scheme of the home region that exists."""
        return self.jurisdiction == HOME and self.mode != "proposal"
