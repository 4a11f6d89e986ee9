"""Financing forecast: how much an enterprise may need, for how long and what for; advice to a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assistant.answer import ToolResult
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.enterprise_data.calendar import month_index, month_label
from assistant.tools.enterprise_data.delivery import latest_delivery
from assistant.tools.enterprise_data.reading import read_domains
from assistant.tools.financing_forecast.abstention import abstain, no_delivery
from assistant.tools.financing_forecast.compute import basis, months_behind
from assistant.tools.financing_forecast.examples import EXAMPLES
from assistant.tools.financing_forecast.report import forecast_report
from assistant.tools.forecasting.features import MINIMUM_MONTHS
from assistant.tools.forecasting.forecast import forecast
from assistant.tools.forecasting.history import HORIZON
from assistant.tools.forecasting.network import load_network
from assistant.tools.inputs import EnterpriseNamed, ToolInputs
from assistant.tools.tool import tool

_STALE_MONTHS = 3


class ForecastInputs(ToolInputs):
    enterprise: EnterpriseNamed = None
    horizon_months: Annotated[
        int,
        Field(ge=1, le=HORIZON),
        Arg("预测月数，1到12", "months", ("未来", "今后", "接下来", "预测"), "个月"),
    ] = 6


@tool(
    title="融资需求预测",
    summary="按银行流水预测企业未来1至12个月的融资需求规模（P10/P50/P90）、期限与用途，并列季节朴素基线",
    scope="enterprises",
    risk_level="high",
    examples=EXAMPLES,
)
async def financing_forecast(ctx: ToolContext, inputs: ForecastInputs) -> ToolResult:
    found, horizon = await ctx.find_enterprise(inputs.enterprise), inputs.horizon_months
    # Without consent for the bank's data there is nothing to forecast from: this one raises.
    bank = latest_delivery(await ctx.read_domain(found.code, "bank_credit"))
    if bank is None:
        return no_delivery(ctx.as_of, found, horizon)
    beside = await read_domains(ctx, found, ("tax",))
    tax = beside.deliveries.get("tax")
    made_of = basis(bank.payload, tax.payload if tax else None, found.industry_code, found.industry)
    history = made_of.history
    if history is None or history.months < MINIMUM_MONTHS:
        return abstain(ctx.as_of, found, bank, made_of.months, horizon, made_of.formula)
    network = load_network()
    made = forecast(network, history, horizon)
    missing = list(beside.closed_lines("未能与申报收入互核"))
    behind = months_behind(history, month_index(ctx.today))
    if behind >= _STALE_MONTHS:
        missing.append(f"银行流水截至{month_label(history.last)}，之后{behind}个月的数据尚未交付")
    return forecast_report(ctx.as_of, found, bank, tax, network, made, made_of, horizon, tuple(missing))
