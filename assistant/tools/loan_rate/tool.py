"""Loan prime rate on a day, and the rate that a spread over it makes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from assistant.answer import ToolResult
from assistant.errors import InvalidRequest
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.inputs import ToolInputs
from assistant.tools.loan_rate.compute import look_up
from assistant.tools.loan_rate.examples import EXAMPLES
from assistant.tools.loan_rate.quotation import Tenor
from assistant.tools.loan_rate.quotations import quotations
from assistant.tools.loan_rate.report import rate_report
from assistant.tools.tool import tool
from assistant.words.dates import PartialDate, partial_date


class LoanRateInputs(ToolInputs):
    day: Annotated[
        str | None,
        Field(pattern=r"^\d{4}(-(Q[1-4]|\d{2}(-\d{2})?))?$"),
        Arg("日期，可只到月或年（YYYY-MM-DD、YYYY-MM、YYYY）", "partial_date", ("", "日期", "LPR")),
    ] = None
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
    ] = None
    spread_bp: Annotated[
        Decimal | None,
        Field(ge=-10_000, le=10_000, allow_inf_nan=False),
        Arg("在LPR上加减的基点", "bp", ("加", "加点", "上浮", "减", "下浮", "LPR"), "基点"),
    ] = None


@tool(
    title="LPR与贷款定价",
    summary="查询某日、某月适用的贷款市场报价利率（LPR），按加减基点计算执行利率",
    examples=EXAMPLES,
)
async def loan_rate(ctx: ToolContext, inputs: LoanRateInputs) -> ToolResult:
    span = _span(inputs.day, ctx.as_of)
    tenors: tuple[Tenor, ...] = (inputs.tenor,) if inputs.tenor else ("1y", "5y")
    found = look_up(quotations(), span, tenors, inputs.spread_bp)
    used = {"day": span.iso(), "tenor": inputs.tenor, "spread_bp": inputs.spread_bp}
    return rate_report(found, ctx.as_of, used)


def _span(day: str | None, as_of: date) -> PartialDate:
    try:
        return partial_date(day or as_of.isoformat())
    except ValueError as error:
        raise InvalidRequest(
            f"日期“{day}”不存在，应为 YYYY-MM-DD、YYYY-MM 或 YYYY", param="day", code="invalid_arguments"
        ) from error
