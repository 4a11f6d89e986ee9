"""What a scheme says of one loan: value, facts, the steps of the judgement, what is missing, the sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from assistant.answer import Fact, RuleRef, ToolResult, ToolSource, TraceStep
from assistant.tools.risk_pool_eligibility.compute import BASE_INPUT, Finding
from assistant.tools.risk_pool_eligibility.enterprise_inputs import EnterpriseInputs
from assistant.tools.risk_pool_eligibility.scheme import Scheme
from assistant.tools.risk_pool_eligibility.sentences import gaps, summary
from assistant.tools.risk_pool_eligibility.waterfall import waterfall
from assistant.tools.rules.ruleset import Clause, Input
from assistant.tools.rules.verdict import Outcome, Verdict, holds, outcome_of
from assistant.words.numerals import plain

_OUTCOME = {"pass": "符合", "fail": "不符合", "unknown": "待核"}
_PARTIES = {"fund": "基金", "bank": "银行", "insurer": "保险", "appraiser": "评估机构"}
_BASES = {"net_loss": "净损失", "principal": "不良贷款本金"}


def pool_report(finding: Finding, known_of: EnterpriseInputs) -> ToolResult:
    """The result of a finding; `known_of` is what the enterprise's own data contributed."""
    scheme, comparable = finding.scheme, finding.comparable
    used = {*scheme.inputs, "loan_amount", "already_compensated"}
    picture = waterfall(finding)
    return ToolResult(
        value=_value(finding),
        unit="万元",
        as_of=finding.as_of,
        facts=tuple(_facts(finding)),
        rule=RuleRef(id=scheme.id, version=scheme.version, status=scheme.status(finding.as_of)),
        trace=tuple(_trace(finding)),
        inputs_used={name: value for name, value in finding.inputs.items() if name in used},
        missing=(*known_of.missing, *_missing(finding)),
        sources=(*_sources(scheme), *(_sources(comparable) if comparable else ()), *known_of.sources),
        risk_level="high",
        requires_human=True,
        summary=summary(finding),
        picture=None if picture is None else dict(picture),
    )


def _clause_text(scheme: Scheme, clause: Clause) -> str:
    return f"《{scheme.title}》{clause.locator}"


def _value(finding: Finding) -> dict[str, Any]:
    payment = finding.payment
    return {
        "pool": finding.scheme.id,
        "title": finding.scheme.title,
        "mode": finding.scheme.mode,
        "eligible": finding.outcome,
        "conditions": [
            {
                "id": verdict.condition.id,
                "label": verdict.condition.label,
                "outcome": verdict.outcome,
                "clause": _clause_text(finding.scheme, verdict.condition.clause),
            }
            for verdict in finding.verdicts
        ],
        "compensation": None if finding.payable is None else str(finding.payable),
        "rate_pct": None if payment.rate_pct is None else plain(payment.rate_pct),
        "is_ceiling": payment.ceiling,
        "caps": [{"label": limit.label, "amount": plain(limit.amount)} for limit in payment.limits],
        "gaps": list(gaps(finding)),
        "materials": list(finding.scheme.materials.items),
        "comparable": finding.comparable.id if finding.comparable else None,
    }


def _missing(finding: Finding) -> tuple[str, ...]:
    """Inputs not given that decide something, then what the rule set itself does not hold."""
    scheme = finding.scheme
    named = [verdict.condition.input for verdict in finding.verdicts if verdict.outcome == "unknown"]
    named += finding.payment.unknown if finding.asked else ()
    inputs = tuple(
        f"未提供：{scheme.inputs[name].label}" for name in dict.fromkeys(named) if name in scheme.inputs
    )
    return (*inputs, *scheme.not_held)


def _sources(scheme: Scheme) -> tuple[ToolSource, ...]:
    common: dict[str, Any] = {"confidence": scheme.confidence, "authority": scheme.authority}
    return (
        ToolSource(
            kind="rule", id=scheme.id, title=scheme.title, locator=f"规则版本{scheme.version}", **common
        ),
        ToolSource(kind="document", id=scheme.document, title=scheme.title, **common),
    )


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
                label=declared.label, value=_input_value(declared, value), unit=declared.unit, source="输入"
            )


def _input_value(declared: Input, value: Any) -> Decimal | str:
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
            clause=_clause_text(scheme, condition.clause),
        )
    for tier in scheme.compensation.tiers:
        met = holds(tier.when, finding.inputs)
        detail = "采用" if tier is payment.tier else (tier.not_held or "")
        yield TraceStep(
            label=f"档次：{tier.label}",
            detail=detail,
            outcome=outcome_of(met),
            clause=_clause_text(scheme, tier.clause),
        )
    for addition in scheme.compensation.additions:
        met = holds(addition.when, finding.inputs)
        yield TraceStep(
            label=f"加成：{addition.label}",
            detail="采用" if addition in payment.additions else "",
            outcome=outcome_of(met),
            clause=_clause_text(scheme, addition.clause),
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
    shown = _input_value(declared, value)
    return f"{plain(shown)}{declared.unit}" if isinstance(shown, Decimal) else shown
