"""Financing forecast: how much an enterprise may need, for how long and what for; advice to a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assistant.answer import ToolResult
from assistant.errors import ConsentRequired
from assistant.store.enterprises import Enterprise
from assistant.tools.context import ToolContext
from assistant.tools.enterprise_data.calendar import month_index, month_label
from assistant.tools.enterprise_data.crosscheck import cross_checks
from assistant.tools.enterprise_data.delivery import Delivery, latest_delivery
from assistant.tools.financing_forecast.abstention import abstain, no_delivery
from assistant.tools.financing_forecast.report import forecast_report
from assistant.tools.forecasting.features import MINIMUM_MONTHS
from assistant.tools.forecasting.forecast import forecast
from assistant.tools.forecasting.history import HORIZON, read_history
from assistant.tools.forecasting.network import load_network
from assistant.tools.statement import statement_need
from assistant.tools.tool import Arg, tool

_STALE_MONTHS = 3


@tool(
    title="融资需求预测",
    summary="按银行流水预测企业未来1至12个月的融资需求规模（P10/P50/P90）、期限与用途，并列季节朴素基线",
    scope="enterprises",
    risk_level="high",
    examples=(
        "预测一下璟笙视觉未来6个月的融资需求",
        "这家企业接下来半年会缺多少钱",
        "客户未来12个月的资金缺口有多大",
        "这户企业什么时候会出现资金缺口",
        "预计该公司下季度需要贷款多少，用途是什么",
        "璟笙视觉未来3个月融资需求的区间是多少",
        "这家公司需要多长期限的贷款",
        "帮我做一下这户的融资需求预测",
        "我们企业未来半年资金够不够用",
        "按流水看，客户明年的融资需求规模、期限、用途分别怎样",
    ),
)
async def financing_forecast(
    ctx: ToolContext,
    enterprise: Annotated[
        str | None,
        Field(max_length=100),
        Arg("企业（名称、简称或统一社会信用代码）", "enterprise", ("企业", "公司", "客户", "这家", "该户")),
    ] = None,
    horizon_months: Annotated[
        int,
        Field(ge=1, le=HORIZON),
        Arg("预测月数，1到12", "months", ("未来", "今后", "接下来", "预测"), "个月"),
    ] = 6,
) -> ToolResult:
    found = await ctx.find_enterprise(enterprise)
    bank = latest_delivery(await ctx.read_domain(found.code, "bank_credit"))
    if bank is None:
        return no_delivery(ctx, found, horizon_months)
    tax, closed = await _tax(ctx, found)
    checks = cross_checks({one.domain: one.payload for one in (bank, tax) if one is not None})
    history = read_history(bank.payload, found.industry_code, found.industry)
    formula = statement_need(bank.payload.get("fields", {}))
    if history is None or history.months < MINIMUM_MONTHS:
        months = 0 if history is None else history.months
        return abstain(ctx, found, bank, months, horizon_months, formula)
    network = load_network()
    made = forecast(network, history, horizon_months)
    missing = list(closed)
    behind = month_index(ctx.today) - history.last - 1
    if behind >= _STALE_MONTHS:
        missing.append(f"银行流水截至{month_label(history.last)}，之后{behind}个月的数据尚未交付")
    return forecast_report(
        ctx, found, bank, tax, network, made, formula, checks, horizon_months, tuple(missing)
    )


async def _tax(ctx: ToolContext, found: Enterprise) -> tuple[Delivery | None, tuple[str, ...]]:
    """The tax domain for the cross-check, where its consent is held."""
    try:
        return latest_delivery(await ctx.read_domain(found.code, "tax")), ()
    except ConsentRequired:
        return None, ("税务数据：未取得企业的有效授权，未能与申报收入互核，企业授权后可查",)
