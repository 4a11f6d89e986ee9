"""What a loan prime rate says: facts, steps and ready sentences, also where the day is not known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.answer import Fact, RuleRef, ToolResult, ToolSource, TraceStep
from assistant.tools.loan_rate.compute import RateFound
from assistant.tools.loan_rate.quotation import Quotation, Quotations, Tenor
from assistant.words.numerals import plain

_TENORS: dict[Tenor, str] = {"1y": "1年期", "5y": "5年期以上"}
_NAME = "贷款市场报价利率（LPR）"
_PRICING = TraceStep(label="执行利率", detail="执行利率＝LPR＋基点÷100（1个基点为0.01个百分点）")


def rate_report(found: RateFound, as_of: date, used: dict[str, Any]) -> ToolResult:
    """The result of a look-up. `used` are the inputs with the span they were read as."""
    return _known(found, as_of, used) if found.known else _not_known(found, as_of, used)


def _known(found: RateFound, as_of: date, inputs: dict[str, Any]) -> ToolResult:
    table, span, tenors, spread_bp = found.table, found.span, found.tenors, found.spread_bp
    last, rates, priced = found.quote, found.rates, found.priced
    when = span.words()
    facts = [
        Fact(label=f"{_TENORS[tenor]}{_NAME}", value=rate, unit="%", period=when, source=last.day.isoformat())
        for tenor, rate in rates.items()
    ]
    facts.append(Fact(label="报价日", value=last.day.isoformat(), source=table.id))
    summary = [f"{when}，{_rates(last, tenors)}（{last.day.isoformat()}报价）。"]
    trace = [
        TraceStep(
            label="适用报价", detail=f"{span.last_day.isoformat()}及以前最近一次报价为{last.day.isoformat()}"
        )
    ]
    if spread_bp is not None:
        facts += _price_facts(priced, spread_bp)
        trace.append(_PRICING)
        summary.insert(0, f"按LPR{_spread(spread_bp)}计算，执行利率{_listed(priced)}。")
    if found.earlier:
        earlier = "；".join(
            f"{quote.day.isoformat()}报价{_rates(quote, tenors, brief=True)}" for quote in found.earlier
        )
        summary.append(f"{when}内此前适用的报价：{earlier}。")
        facts += [
            Fact(
                label=f"{_TENORS[tenor]}LPR",
                value=quote.rate(tenor),
                unit="%",
                period=f"{quote.day.isoformat()}起",
            )
            for quote in found.earlier
            for tenor in tenors
        ]
    missing: tuple[str, ...] = ()
    if span.last_day > table.known_until and span.precision != "day":
        missing = (table.after,)
    elif any(rate <= 0 for rate in priced.values()):
        missing = ("减点后利率不大于0，请核对基点数",)
    values = priced or rates
    return ToolResult(
        value=next(iter(values.values())) if len(values) == 1 else {t: str(v) for t, v in values.items()},
        unit="%",
        as_of=as_of,
        facts=tuple(facts),
        rule=RuleRef(id=table.id, version=table.version, status="in_force"),
        trace=tuple(trace),
        inputs_used=inputs,
        missing=missing,
        sources=_sources(table, last),
        risk_level="low",
        summary=tuple(summary),
    )


def _not_known(found: RateFound, as_of: date, inputs: dict[str, Any]) -> ToolResult:
    """A day before the first quotation held or after the last known day: said, with the nearest one known.

    A spread after the last known day is reckoned on that last quotation, as a reference and no more.
    """
    table, span, tenors, spread_bp = found.table, found.span, found.tenors, found.spread_bp
    near, priced = found.quote, found.priced
    reason = table.after if found.after else table.before
    which = f"截至{table.known_until.isoformat()}最后已知" if found.after else "最早收录"
    reckoned: list[str] = []
    if spread_bp is not None and priced:
        reckoned = [
            f"如按最后已知的报价{_spread(spread_bp)}，利率{_listed(priced)}，仅供参考，须以最新报价为准。"
        ]
    return ToolResult(
        as_of=as_of,
        facts=(
            *(
                Fact(label=f"{_TENORS[tenor]}{_NAME}", value=rate, unit="%", period=which)
                for tenor, rate in found.rates.items()
            ),
            Fact(label="报价日", value=near.day.isoformat(), source=table.id),
            Fact(label="查询日期", value=span.words()),
            Fact(label="收录说明", value=reason, source=table.id),
            *(_price_facts(priced, spread_bp) if spread_bp is not None else ()),
        ),
        rule=RuleRef(id=table.id, version=table.version, status="unknown"),
        trace=(_PRICING,) if priced else (),
        inputs_used=inputs,
        missing=(reason,),
        sources=_sources(table, near),
        risk_level="low",
        summary=(
            f"{span.words()}的{_NAME}本库未收录。",
            f"{which}的报价：{_rates(near, tenors)}（{near.day.isoformat()}报价）。",
            *reckoned,
            reason,
        ),
    )


def _price_facts(priced: Mapping[Tenor, Decimal], spread_bp: Decimal) -> list[Fact]:
    sign = "加" if spread_bp >= 0 else "减"
    return [
        Fact(label="加减基点", value=spread_bp, unit="个基点", source="提问人提供"),
        *(Fact(label=f"{_TENORS[t]}LPR{sign}点后的利率", value=rate, unit="%") for t, rate in priced.items()),
    ]


def _spread(spread_bp: Decimal) -> str:
    return f"{'加' if spread_bp >= 0 else '减'}{plain(abs(spread_bp))}个基点"


def _listed(priced: Mapping[Tenor, Decimal]) -> str:
    return "，".join(f"{_TENORS[tenor]}为{_percent(rate)}" for tenor, rate in priced.items())


def _rates(quote: Quotation, tenors: tuple[Tenor, ...], *, brief: bool = False) -> str:
    name = "" if brief else _NAME
    parts = [f"{_TENORS[t]}{name if i == 0 else ''}为{_percent(quote.rate(t))}" for i, t in enumerate(tenors)]
    return "，".join(parts)


def _percent(rate: Decimal) -> str:
    """Two decimals as rates are quoted, more where a spread needs them."""
    shown = rate.quantize(Decimal("0.01"))
    return f"{shown if shown == rate else plain(rate)}%"


def _sources(table: Quotations, quote: Quotation) -> tuple[ToolSource, ...]:
    common: dict[str, Any] = {"confidence": quote.confidence, "authority": table.authority}
    return (
        ToolSource(
            kind="rule",
            id=table.id,
            title=table.title,
            locator=f"{quote.day.isoformat()}报价",
            as_of=quote.day,
            **common,
        ),
        ToolSource(kind="document", id=table.document, title=table.title, **common),
    )
