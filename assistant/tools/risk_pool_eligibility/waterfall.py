"""The picture of a compensation: from the loss to what is paid, step by step, in 万元."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from assistant.tools.pictures import Step, Waterfall
from assistant.tools.risk_pool_eligibility.compute import Finding

_CENT = Decimal("0.01")


def waterfall(finding: Finding) -> Waterfall | None:
    """Chart data whose relative steps add up to its totals; `None` where no amount was computed."""
    payment = finding.payment
    if finding.payable is None or not payment.loss or payment.rate_pct is None:
        return None
    loss, paid = _cents(payment.loss), _cents(finding.payable)
    recovered = _cents(Decimal(finding.inputs.get("recovered") or 0))
    by_rate = _cents(payment.loss * payment.rate_pct / 100)
    steps: list[Step] = []
    if recovered:
        steps += [_step("追回前", loss + recovered, total=True), _step("已追回", -recovered)]
    steps.append(_step("扣除追回后" if recovered else "损失", loss, total=True))
    steps.append(_step("银行承担", by_rate - loss))
    if paid < by_rate:
        steps.append(_step("超过上限", paid - by_rate))
    steps.append(_step("补偿额上限" if payment.ceiling else "补偿额", paid, total=True))
    return {"kind": "waterfall", "unit": "万元", "steps": steps}


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _step(label: str, amount: Decimal, *, total: bool = False) -> Step:
    return {"label": label, "amount": str(amount), "total": total}
