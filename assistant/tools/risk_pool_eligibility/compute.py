"""A scheme applied to one loan: its conditions, and the compensation with its tiers, additions and caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assistant.tools.risk_pool_eligibility.scheme import Addition, Scheme, Tier
from assistant.tools.rules.verdict import Given, Outcome, Verdict, holds, judge, overall

_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)
BASE_INPUT = {"net_loss": "net_loss", "principal": "principal_loss"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One upper bound that was applied: its name, its amount in 万元."""

    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """Compensation in 万元 (rounded half up to 0.01), and how it came about.

    `loss` is what remains after recovered money. `amount` is `None` when a figure that it needs is not held or
    was not given; `unknown` names the inputs, `not_held` the reason. `ceiling` marks an upper bound,
    `repeated` a loss that was compensated already and is not paid twice.
    """

    amount: Decimal | None
    loss: Decimal | None = None
    rate_pct: Decimal | None = None
    tier: Tier | None = None
    additions: tuple[Addition, ...] = ()
    limits: tuple[Limit, ...] = ()
    ceiling: bool = False
    repeated: bool = False
    unknown: tuple[str, ...] = ()
    not_held: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A scheme applied to one loan on one day."""

    scheme: Scheme
    comparable: Scheme | None
    as_of: date
    inputs: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    outcome: Outcome
    payment: Payment

    @property
    def asked(self) -> bool:
        """Whether anything of a loan was given that this scheme looks at."""
        looked_at = (*self.scheme.inputs, "already_compensated")
        return any(self.inputs.get(name) is not None for name in looked_at)

    @property
    def payable(self) -> Decimal | None:
        """The compensation where no condition fails."""
        return None if self.outcome == "fail" else self.payment.amount


def assess(scheme: Scheme, comparable: Scheme | None, inputs: Given, as_of: date) -> Finding:
    """The scheme applied to one loan: its conditions judged, and apart from them what it would pay."""
    verdicts = judge(scheme.conditions, inputs)
    return Finding(
        scheme=scheme,
        comparable=comparable,
        as_of=as_of,
        inputs=inputs,
        verdicts=verdicts,
        outcome=overall(verdicts),
        payment=compensate(scheme, inputs),
    )


def compensate(scheme: Scheme, inputs: Given) -> Payment:
    """What the scheme pays for one loss.

    Recovered money reduces the loss before the rate applies; tiers and additions combine only as the scheme
    states; what was already paid counts against every cap. The conditions are judged apart.
    """
    rules = scheme.compensation
    if inputs.get("already_compensated") and "no_double" in scheme.invariants:
        return Payment(Decimal("0.00"), rate_pct=Decimal(0), repeated=True)
    if scheme.mode != "calculate":
        return Payment(None, not_held=rules.not_held or "补偿比例未收录")
    base = rules.base or rules.assumed_base
    if base is None:
        return Payment(None, not_held="补偿基数未收录")
    loss_input = BASE_INPUT[base]
    gross = inputs.get(loss_input)
    loss = (
        max(Decimal(gross) - Decimal(inputs.get("recovered") or 0), Decimal(0)) if gross is not None else None
    )
    tier, rate, open_tiers = _rate(scheme, inputs)
    additions, open_additions = _additions(scheme, inputs) if rate else ((), ())
    unknown = ((loss_input,) if loss is None else ()) + open_tiers + open_additions
    if rate is None or loss is None:
        return Payment(
            None,
            loss=loss,
            rate_pct=rate,
            tier=tier,
            unknown=tuple(dict.fromkeys(unknown)),
            not_held=(tier.not_held if tier else None) or (rules.not_held if not open_tiers else None),
        )
    total = min(rate + sum((addition.pp for addition in additions), Decimal(0)), _HUNDRED)
    limits = _limits(scheme, inputs)
    amount = min([loss * total / _HUNDRED, loss, *(limit.amount for limit in limits)])
    return Payment(
        amount=amount.quantize(_CENT, rounding=ROUND_HALF_UP),
        loss=loss,
        rate_pct=total,
        tier=tier,
        additions=additions,
        limits=limits,
        ceiling=rules.rate_is_ceiling,
        unknown=tuple(dict.fromkeys(unknown)),
    )


def _rate(scheme: Scheme, inputs: Given) -> tuple[Tier | None, Decimal | None, tuple[str, ...]]:
    """The tier that counts, its rate, and the inputs that could still change it."""
    rules = scheme.compensation
    holding = [tier for tier in rules.tiers if holds(tier.when, inputs)]
    open_inputs = tuple(
        name
        for tier in rules.tiers
        if holds(tier.when, inputs) is None
        for name in tier.when.inputs()
        if inputs.get(name) is None
    )
    if holding:
        if rules.combine == "first":
            best = holding[0]
        else:
            best = max(holding, key=lambda tier: Decimal(-1) if tier.rate_pct is None else tier.rate_pct)
        return best, best.rate_pct, open_inputs
    if rules.rate_pct is not None:
        return None, rules.rate_pct, open_inputs
    if rules.tiers and rules.outside_tiers == "none" and not open_inputs:
        return None, Decimal(0), ()
    return None, None, open_inputs


def _additions(scheme: Scheme, inputs: Given) -> tuple[tuple[Addition, ...], tuple[str, ...]]:
    rules = scheme.compensation
    held = tuple(addition for addition in rules.additions if holds(addition.when, inputs))
    if rules.additions_combine == "once" and held:
        return (max(held, key=lambda addition: addition.pp),), ()
    open_inputs = tuple(
        name
        for addition in rules.additions
        if holds(addition.when, inputs) is None
        for name in addition.when.inputs()
    )
    return held, open_inputs


def _limits(scheme: Scheme, inputs: Given) -> tuple[Limit, ...]:
    caps = scheme.compensation.caps
    paid = Decimal(inputs.get("already_paid") or 0)
    limits: list[Limit] = []
    if caps.per_loan is not None:
        limits.append(Limit("单笔补偿上限", caps.per_loan))
    if caps.per_firm is not None:
        limits.append(Limit("单户补偿上限扣除已获补偿", max(caps.per_firm - paid, Decimal(0))))
    if caps.annual_pool is not None:
        limits.append(Limit("年度资金规模", caps.annual_pool))
    if caps.pool_total is not None:
        limits.append(Limit("资金池规模", caps.pool_total))
    if (left := inputs.get("pool_remaining")) is not None:
        limits.append(Limit("额度余额", max(Decimal(left), Decimal(0))))
    if caps.share_of_bank_duty_pct is not None and (duty := inputs.get("bank_duty")) is not None:
        share = Decimal(duty) * caps.share_of_bank_duty_pct / _HUNDRED
        limits.append(Limit("累计补偿不超过实担责任的比例上限", max(share - paid, Decimal(0))))
    return tuple(limits)
