"""Loan prime rate on a day, and the rate that a spread over it makes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from assistant.answer import Fact, RuleRef, ToolResult, ToolSource, TraceStep
from assistant.errors import InvalidRequest
from assistant.tools.context import ToolContext
from assistant.tools.rules.quotations import Quotation, Quotations, Tenor, quotations
from assistant.tools.tool import Arg, tool
from assistant.words.dates import PartialDate, partial_date
from assistant.words.numerals import plain

_TENORS: dict[Tenor, str] = {"1y": "1年期", "5y": "5年期以上"}
_NAME = "贷款市场报价利率（LPR）"


@tool(
    title="LPR与贷款定价",
    summary="查询某日、某月适用的贷款市场报价利率（LPR），按加减基点计算执行利率",
    examples=(
        "2025年3月的五年期LPR是多少",
        "现在的LPR是多少",
        "2024年8月五年期以上LPR报价多少",
        "去年10月的贷款市场报价利率是多少",
        "一年期LPR加50个基点，执行利率是多少",
        "按5年期LPR减20BP定价，利率多少",
        "2024年11月1日一年期LPR加80bp是几个点",
        "2025年5月LPR下调了吗，一年期和五年期各是多少",
        "当前LPR报价利率查一下",
        "LPR加0.5个百分点的利率怎么算",
        "2024年全年LPR变动过几次",
        "LPR最近有没有变化",
        "客户按最新一年期LPR上浮30个基点，执行多少利率",
    ),
)
async def loan_rate(
    ctx: ToolContext,
    day: Annotated[
        str | None,
        Field(pattern=r"^\d{4}(-(Q[1-4]|\d{2}(-\d{2})?))?$"),
        Arg("日期，可只到月或年（YYYY-MM-DD、YYYY-MM、YYYY）", "partial_date", ("", "日期", "LPR")),
    ] = None,
    tenor: Annotated[
        Tenor | None,
        Arg(
            "期限品种：1y为1年期，5y为5年期以上",
            "choice",
            choices={
                "1y": ("1年期", "一年期", "1年LPR", "一年LPR"),
                "5y": ("5年期", "五年期", "5年以上", "五年以上", "5年LPR", "五年LPR", "房贷"),
            },
        ),
    ] = None,
    spread_bp: Annotated[
        Decimal | None,
        Field(ge=-10_000, le=10_000, allow_inf_nan=False),
        Arg("在LPR上加减的基点", "bp", ("加", "加点", "上浮", "减", "下浮", "LPR"), "基点"),
    ] = None,
) -> ToolResult:
    span = _span(day, ctx.as_of)
    table = quotations()
    held = table.during(span)
    tenors: tuple[Tenor, ...] = (tenor,) if tenor else ("1y", "5y")
    inputs = {"day": span.iso(), "tenor": tenor, "spread_bp": spread_bp}
    if not held:
        return _not_known(table, span, tenors, spread_bp, ctx.as_of, inputs)
    return _known(table, held, span, tenors, spread_bp, ctx.as_of, inputs)


def _span(day: str | None, as_of: date) -> PartialDate:
    try:
        return partial_date(day or as_of.isoformat())
    except ValueError as error:
        raise InvalidRequest(
            f"日期“{day}”不存在，应为 YYYY-MM-DD、YYYY-MM 或 YYYY", param="day", code="invalid_arguments"
        ) from error


def _known(
    table: Quotations,
    held: tuple[Quotation, ...],
    span: PartialDate,
    tenors: tuple[Tenor, ...],
    spread_bp: Decimal | None,
    as_of: date,
    inputs: dict[str, object],
) -> ToolResult:
    last = held[-1]
    when = span.words()
    rates: dict[Tenor, Decimal] = {tenor: last.rate(tenor) for tenor in tenors}
    priced = _priced(rates, spread_bp)
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
    if len(held) > 1:
        earlier = "；".join(
            f"{quote.day.isoformat()}报价{_rates(quote, tenors, brief=True)}" for quote in held[:-1]
        )
        summary.append(f"{when}内此前适用的报价：{earlier}。")
        facts += [
            Fact(
                label=f"{_TENORS[tenor]}LPR",
                value=quote.rate(tenor),
                unit="%",
                period=f"{quote.day.isoformat()}起",
            )
            for quote in held[:-1]
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


def _not_known(
    table: Quotations,
    span: PartialDate,
    tenors: tuple[Tenor, ...],
    spread_bp: Decimal | None,
    as_of: date,
    inputs: dict[str, object],
) -> ToolResult:
    """A day before the first quotation held or after the last known day: said, with the nearest one known.

    A spread after the last known day is reckoned on that last quotation, as a reference and no more.
    """
    after = span.first_day > table.known_until
    near = table.quotes[-1] if after else table.quotes[0]
    reason = table.after if after else table.before
    which = f"截至{table.known_until.isoformat()}最后已知" if after else "最早收录"
    reckoned: list[str] = []
    priced = _priced({tenor: near.rate(tenor) for tenor in tenors}, spread_bp) if after else {}
    if spread_bp is not None and priced:
        reckoned = [
            f"如按最后已知的报价{_spread(spread_bp)}，利率{_listed(priced)}，仅供参考，须以最新报价为准。"
        ]
    return ToolResult(
        as_of=as_of,
        facts=(
            *(
                Fact(label=f"{_TENORS[tenor]}{_NAME}", value=near.rate(tenor), unit="%", period=which)
                for tenor in tenors
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


_PRICING = TraceStep(label="执行利率", detail="执行利率＝LPR＋基点÷100（1个基点为0.01个百分点）")


def _priced(rates: dict[Tenor, Decimal], spread_bp: Decimal | None) -> dict[Tenor, Decimal]:
    """Each rate with the spread on it; nothing where no spread is asked for."""
    return {} if spread_bp is None else {tenor: rate + spread_bp / 100 for tenor, rate in rates.items()}


def _price_facts(priced: dict[Tenor, Decimal], spread_bp: Decimal) -> list[Fact]:
    sign = "加" if spread_bp >= 0 else "减"
    return [
        Fact(label="加减基点", value=spread_bp, unit="个基点", source="提问人提供"),
        *(Fact(label=f"{_TENORS[t]}LPR{sign}点后的利率", value=rate, unit="%") for t, rate in priced.items()),
    ]


def _spread(spread_bp: Decimal) -> str:
    return f"{'加' if spread_bp >= 0 else '减'}{plain(abs(spread_bp))}个基点"


def _listed(priced: dict[Tenor, Decimal]) -> str:
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
