"""What a financing forecast says: facts, trace, sentences and chart of one result."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from assistant.answer import Fact, ToolResult, ToolSource, TraceStep
from assistant.store.enterprises import Enterprise
from assistant.tools.enterprise_data.calendar import month_label
from assistant.tools.enterprise_data.crosscheck import CrossCheck
from assistant.tools.enterprise_data.delivery import Delivery
from assistant.tools.financing_forecast.compute import Basis
from assistant.tools.forecasting.forecast import RESERVE_MONTHS, Forecast
from assistant.tools.forecasting.network import Network
from assistant.tools.formulas.working_capital import FORMULA
from assistant.tools.pictures import Fan, Quantiles

MODEL_ID = "bagui-forecaster"
MODEL_TITLE = "融资需求预测模型"
ADVICE = "预测仅供客户经理参考，须人工复核，不等于授信结论。"


def money(value: float) -> Decimal:
    """万元 to one decimal: more would pretend to a precision that a forecast has not."""
    return Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def share(value: float) -> Decimal:
    """A probability in whole percent."""
    return Decimal(str(value * 100)).quantize(Decimal(1), ROUND_HALF_UP)


def forecast_report(
    as_of: date,
    found: Enterprise,
    bank: Delivery,
    tax: Delivery | None,
    network: Network,
    made: Forecast,
    made_of: Basis,
    horizon: int,
    missing: tuple[str, ...],
) -> ToolResult:
    formula = made_of.formula
    low, middle, high = (money(value) for value in made.need)
    period = f"{month_label(made.months[0])}至{month_label(made.months[-1])}"
    gap = None if made.first_gap is None else month_label(made.first_gap)
    reference = formula.result.need if formula.result and formula.months >= 12 else None
    value: dict[str, Any] = {
        "enterprise": found.code,
        "horizon_months": horizon,
        "period": period,
        "p10": str(low),
        "p50": str(middle),
        "p90": str(high),
        "first_gap_month": gap,
        "gap_probability_pct": str(share(made.gap_share)),
        "term_months": made.term,
        "term_probabilities_pct": {str(months): str(share(part)) for months, part in made.terms.items()},
        "purpose": made.purpose,
        "purpose_probabilities_pct": {name: str(share(part)) for name, part in made.purposes.items()},
        "seasonal_naive": str(money(made.seasonal_naive)),
        "working_capital_reference": None if reference is None else str(reference),
        "contributions": [
            {"label": one.label, "effect": str(money(one.effect))} for one in made.contributions
        ],
    }
    return ToolResult(
        value=value,
        unit="万元",
        as_of=as_of,
        facts=_facts(found, made, (low, middle, high), period, gap, reference),
        trace=_trace(made, made_of.checks, reference),
        inputs_used={
            "enterprise": found.code,
            "horizon_months": horizon,
            "observed": bank.observed.isoformat() if bank.observed else None,
            "model_version": network.version,
        },
        missing=missing,
        sources=_sources(bank, tax, network, bank.observed),
        risk_level="high",
        requires_human=True,
        summary=_summary(found, made, (low, middle, high), period, gap, reference),
        picture=dict(_picture(made)),
    )


def _facts(
    found: Enterprise,
    made: Forecast,
    need: tuple[Decimal, Decimal, Decimal],
    period: str,
    gap: str | None,
    reference: Decimal | None,
) -> tuple[Fact, ...]:
    names = ("P10", "P50", "P90")
    facts = [
        Fact(label="企业", value=found.name),
        Fact(label="预测月数", value=Decimal(len(made.months)), unit="个月"),
        *(
            Fact(label=f"融资需求{name}", value=value, unit="万元", period=period, source=MODEL_ID)
            for name, value in zip(names, need, strict=True)
        ),
        Fact(
            label="出现资金缺口的概率", value=share(made.gap_share), unit="%", period=period, source=MODEL_ID
        ),
        Fact(label="首个缺口月份", value=gap or "无", period=period, source=MODEL_ID),
        Fact(label="融资期限", value=Decimal(made.term), unit="个月", source=MODEL_ID),
        *(
            Fact(label=f"期限{months}个月的概率", value=share(part), unit="%", source=MODEL_ID)
            for months, part in made.terms.items()
        ),
        *(
            Fact(label=f"用途为{name}的概率", value=share(part), unit="%", source=MODEL_ID)
            for name, part in made.purposes.items()
        ),
        Fact(label="季节朴素基线的融资需求", value=money(made.seasonal_naive), unit="万元", period=period),
        Fact(label="期初账户余额", value=money(made.balance), unit="万元"),
        Fact(label="最低现金储备", value=money(made.reserve), unit="万元"),
        Fact(label="预测期内到期本金", value=money(made.due), unit="万元", period=period),
        *(
            Fact(label=f"{one.label}的影响", value=money(one.effect), unit="万元")
            for one in made.contributions
        ),
    ]
    if reference is not None:
        facts.append(Fact(label="监管参考公式测算的新增流贷额度", value=reference, unit="万元"))
    return tuple(facts)


def _trace(
    made: Forecast, checks: tuple[CrossCheck, ...], reference: Decimal | None
) -> tuple[TraceStep, ...]:
    steps = [
        TraceStep(
            label="预测方法",
            detail="LSTM预测各月经营净流量的分位数，按历史误差的相关结构模拟路径，逐月扣减到期本金；"
            "需求＝最低现金储备－路径最低余额，小于0按0计",
        ),
        TraceStep(
            label="最低现金储备",
            detail=f"按近12个月月均支出的{RESERVE_MONTHS:g}个月计，为{money(made.reserve)}万元（测算假设）",
        ),
        TraceStep(
            label="季节朴素基线",
            detail=f"各月净流量取上年同月值，同一口径下需求为{money(made.seasonal_naive)}万元",
        ),
        *(
            TraceStep(label=one.label, detail=f"使P50需求变动{money(one.effect)}万元")
            for one in made.contributions
        ),
    ]
    if reference is not None:
        steps.append(
            TraceStep(
                label="与监管参考公式互核", detail=f"{FORMULA}；预计增长率按0%计，新增额度{reference}万元"
            )
        )
    steps += [TraceStep(label=one.title, detail=one.detail, outcome=one.outcome) for one in checks]
    return tuple(steps)


def _summary(
    found: Enterprise,
    made: Forecast,
    need: tuple[Decimal, Decimal, Decimal],
    period: str,
    gap: str | None,
    reference: Decimal | None,
) -> tuple[str, ...]:
    low, middle, high = need
    name = f"{found.short_name}（虚构示例企业）" if found.fictional else found.short_name
    said = [
        f"{name}未来{len(made.months)}个月（{period}）融资需求中位数（P50）为{middle}万元，P10为{low}万元，P90为{high}万元。",
        f"出现资金缺口的概率为{share(made.gap_share)}%，预计首个缺口月份为{gap}。"
        if gap
        else f"出现资金缺口的概率为{share(made.gap_share)}%，多数情形下预测期内无资金缺口。",
        f"如需融资，期限以{made.term}个月、用途以{made.purpose}的可能性最大（用途概率{share(made.purposes[made.purpose])}%）。",
        ADVICE,
        f"季节朴素基线测算的融资需求为{money(made.seasonal_naive)}万元，供对照。",
        f"测算口径：期初账户余额{money(made.balance)}万元，预测期内到期本金{money(made.due)}万元，"
        f"保留最低现金储备{money(made.reserve)}万元。",
    ]
    if reference is not None:
        said.append(f"按监管参考公式互核（预计增长率按0%计），新增流动资金贷款额度为{reference}万元。")
    return tuple(said)


def _sources(
    bank: Delivery, tax: Delivery | None, network: Network, observed: date | None
) -> tuple[ToolSource, ...]:
    model = ToolSource(
        kind="model",
        id=f"{MODEL_ID}@{network.version}",
        title=MODEL_TITLE,
        locator=f"第{network.version}版，以虚构样本训练",
        as_of=observed,
    )
    return (model, bank.origin(), *((tax.origin(),) if tax is not None else ()))


def _picture(made: Forecast) -> Fan:
    return {
        "kind": "fan",
        "months": [month_label(month) for month in made.months],
        "unit": "万元",
        "need": _quantiles(made.by_month),
        "net_flow": _quantiles(made.net_flow),
    }


def _quantiles(rows: np.ndarray) -> Quantiles:
    """Months x 3 as the three lines of a chart."""
    low, middle, high = ([str(money(float(row[k]))) for row in rows] for k in range(3))
    return {"p10": low, "p50": middle, "p90": high}
