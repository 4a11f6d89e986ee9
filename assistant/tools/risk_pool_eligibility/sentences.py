"""What a scheme says of one loan in ready sentences, and what stands between the two."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.tools.risk_pool_eligibility.compute import Finding
from assistant.tools.risk_pool_eligibility.scheme import HOME
from assistant.words.numerals import plain


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
