"""What a scheme says of one loan, as facts, steps and ready sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.answer import Fact, TraceStep
from assistant.tools.rules.engine import BASE_INPUT, Outcome, Payment, Verdict, holds
from assistant.tools.rules.scheme import HOME, Clause, Input, Scheme
from assistant.words.numerals import plain

_OUTCOME = {"pass": "符合", "fail": "不符合", "unknown": "待核"}
_PARTIES = {"fund": "基金", "bank": "银行", "insurer": "保险", "appraiser": "评估机构"}
_BASES = {"net_loss": "净损失", "principal": "不良贷款本金"}


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


def clause_text(scheme: Scheme, clause: Clause) -> str:
    return f"《{scheme.title}》{clause.locator}"


def facts(finding: Finding) -> tuple[Fact, ...]:
    return tuple(_facts(finding))


def _facts(finding: Finding) -> Iterator[Fact]:
    scheme, payment = finding.scheme, finding.payment
    if finding.payable is not None:
        label = "补偿额上限" if payment.ceiling else "补偿额"
        yield Fact(label=label, value=finding.payable, unit="万元", source=scheme.id)
    if payment.rate_pct is not None:
        yield Fact(label="补偿比例", value=payment.rate_pct, unit="%", source=scheme.id)
    if payment.loss is not None:
        yield Fact(label="扣除追回后的损失", value=payment.loss, unit="万元")
    for limit in payment.limits:
        yield Fact(label=limit.label, value=limit.amount, unit="万元", source=scheme.id)
    yield Fact(label="规则说明", value=scheme.summary, source=scheme.id)
    if finding.comparable is not None:
        yield Fact(label="可对照的现行规则", value=finding.comparable.summary, source=finding.comparable.id)
    for party in scheme.parties:
        for name, share in party.shares.items():
            yield Fact(
                label=f"{party.label}{_PARTIES.get(name, name)}分担", value=share, unit="%", source=scheme.id
            )
    for outcome, count in _counts(finding.verdicts).items():
        yield Fact(label=f"{_OUTCOME[outcome]}条件数", value=Decimal(count), unit="条")
    for name, value in finding.inputs.items():
        declared = scheme.inputs.get(name)
        if declared is not None and value is not None:
            yield Fact(
                label=declared.label, value=input_value(declared, value), unit=declared.unit, source="输入"
            )


def input_value(declared: Input, value: Any) -> Decimal | str:
    """An input as it is shown."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(declared.choices.get(item, str(item)) for item in value) or "无"
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return declared.choices.get(str(value), str(value))


def _counts(verdicts: Sequence[Verdict]) -> dict[Outcome, int]:
    counts: dict[Outcome, int] = {}
    for verdict in verdicts:
        counts[verdict.outcome] = counts.get(verdict.outcome, 0) + 1
    return counts


def trace(finding: Finding) -> tuple[TraceStep, ...]:
    return tuple(_trace(finding))


def _trace(finding: Finding) -> Iterator[TraceStep]:
    scheme, payment = finding.scheme, finding.payment
    for verdict in finding.verdicts:
        condition = verdict.condition
        declared = scheme.inputs[condition.input]
        given = finding.inputs.get(condition.input)
        shown = "未提供" if given is None else _shown(declared, given)
        yield TraceStep(
            label=condition.label,
            detail=f"{declared.label}：{shown}",
            outcome=verdict.outcome,
            clause=clause_text(scheme, condition.clause),
        )
    for tier in scheme.compensation.tiers:
        met = holds(tier.when, finding.inputs)
        outcome: Outcome = "unknown" if met is None else "pass" if met else "fail"
        detail = "采用" if tier is payment.tier else (tier.not_held or "")
        yield TraceStep(
            label=f"档次：{tier.label}",
            detail=detail,
            outcome=outcome,
            clause=clause_text(scheme, tier.clause),
        )
    for addition in scheme.compensation.additions:
        met = holds(addition.when, finding.inputs)
        yield TraceStep(
            label=f"加成：{addition.label}",
            detail="采用" if addition in payment.additions else "",
            outcome="unknown" if met is None else "pass" if met else "fail",
            clause=clause_text(scheme, addition.clause),
        )
    if scheme.compensation.tiers:
        how = {"highest": "多档同时满足时从高，不叠加", "first": "按先后取第一档"}
        yield TraceStep(label="档次合并", detail=how.get(scheme.compensation.combine or "", ""))
    if payment.loss is not None:
        base = scheme.compensation.base or scheme.compensation.assumed_base or "net_loss"
        gross = _money(finding.inputs.get(BASE_INPUT[base]))
        back = _money(finding.inputs.get("recovered"))
        yield TraceStep(
            label="追回先冲减",
            detail=f"{_BASES[base]}{gross}万元－已追回{back}万元＝{plain(payment.loss)}万元",
        )
    if payment.amount is not None and payment.loss is not None and payment.rate_pct is not None:
        capped = "、".join(f"{limit.label}{plain(limit.amount)}万元" for limit in payment.limits)
        yield TraceStep(
            label="补偿额",
            detail=f"{plain(payment.loss)}万元×{plain(payment.rate_pct)}%"
            + (f"，不超过{capped}" if capped else "")
            + f"＝{plain(payment.amount)}万元",
        )
    for assumption in scheme.assumptions:
        yield TraceStep(label="测算口径", detail=assumption)


def _money(value: Any) -> str:
    return plain(Decimal(value)) if value is not None else "0"


def _shown(declared: Input, value: Any) -> str:
    shown = input_value(declared, value)
    return f"{plain(shown)}{declared.unit}" if isinstance(shown, Decimal) else shown


def gaps(finding: Finding) -> tuple[str, ...]:
    """What stands between this loan and the scheme: failed conditions first, then open ones, then better tiers."""
    failed = [f"不符合：{v.condition.label}" for v in finding.verdicts if v.outcome == "fail"]
    open_ones = [f"待核：{v.condition.label}" for v in finding.verdicts if v.outcome == "unknown"]
    better = [
        f"可提高：{tier.label}"
        for tier in finding.scheme.compensation.tiers
        if tier.rate_pct is not None
        and finding.payment.rate_pct is not None
        and tier.rate_pct > finding.payment.rate_pct
    ]
    return tuple(failed + open_ones + better)


def summary(finding: Finding) -> tuple[str, ...]:
    return tuple(_summary(finding))


def _summary(finding: Finding) -> Iterator[str]:
    scheme = finding.scheme
    if scheme.mode == "proposal":
        yield scheme.summary
        if finding.comparable is not None:
            yield finding.comparable.summary
        return
    if finding.asked:
        yield from _judged(finding)
        yield from _cautions(finding)
        yield scheme.summary
        return
    yield scheme.summary
    if scheme.conditions:
        yield f"须同时符合：{'；'.join(condition.label for condition in scheme.conditions)}。"
    yield from _cautions(finding)


def _judged(finding: Finding) -> Iterator[str]:
    scheme, payment = finding.scheme, finding.payment
    failed = [v.condition.label for v in finding.verdicts if v.outcome == "fail"]
    unknown = [v.condition.label for v in finding.verdicts if v.outcome == "unknown"]
    if failed:
        yield f"对照{scheme.title}，不符合的条件是：{'；'.join(failed)}。"
    elif payment.repeated:
        yield f"同一笔损失已获补偿，{scheme.title}不重复补偿，补偿额为0万元。"
    elif finding.payable is not None and payment.loss is not None and payment.rate_pct is not None:
        kind = "最高补偿" if payment.ceiling else "补偿额为"
        capped = [limit for limit in payment.limits if limit.amount < payment.loss * payment.rate_pct / 100]
        bound = f"，受{capped[0].label}{plain(capped[0].amount)}万元限制" if capped else ""
        yield (
            f"按{scheme.title}测算，{kind}{plain(finding.payable)}万元"
            f"（损失{plain(payment.loss)}万元，补偿比例{plain(payment.rate_pct)}%{bound}）。"
        )
    elif finding.outcome == "pass":
        yield f"按已提供的信息，这笔贷款符合{scheme.title}的全部已知条件。"
    if unknown:
        yield f"尚待核实的条件是：{'；'.join(unknown)}。"
    if payment.unknown:
        labels = "、".join(scheme.inputs[name].label for name in payment.unknown if name in scheme.inputs)
        if labels:
            yield f"补偿额还取决于：{labels}。"


def _cautions(finding: Finding) -> Iterator[str]:
    """Where and when the scheme does not hold, in one sentence."""
    scheme = finding.scheme
    status = scheme.status(finding.as_of)
    parts: list[str] = []
    if scheme.jurisdiction != HOME:
        parts.append(f"该规则适用于{scheme.jurisdiction}，不适用于{HOME}的贷款，仅作对照")
    if status == "expired" and scheme.effective_to:
        parts.append(
            f"该规则的有效期到{scheme.effective_to.isoformat()}为止，在{finding.as_of.isoformat()}已失效"
        )
    elif status == "not_yet" and scheme.effective_from:
        parts.append(
            f"该规则自{scheme.effective_from.isoformat()}起施行，在{finding.as_of.isoformat()}尚未施行"
        )
    elif status == "unknown":
        parts.append("施行日未取得，时效待核")
    if parts:
        yield f"{'；'.join(parts)}。"
