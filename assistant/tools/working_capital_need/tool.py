"""Working-capital need: the reference formula in the annex of 流动资金贷款管理办法, on figures that were given."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from assistant.answer import ToolResult
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.formulas.working_capital import Turnover
from assistant.tools.inputs import Days, Money, ToolInputs
from assistant.tools.tool import tool
from assistant.tools.working_capital_need.compute import Case, Funding, need
from assistant.tools.working_capital_need.examples import EXAMPLES
from assistant.tools.working_capital_need.report import need_report


class WorkingCapitalInputs(ToolInputs):
    revenue: Annotated[
        Money,
        Arg(
            "上年销售收入",
            "money",
            ("销售收入", "营业收入", "年收入", "收入", "营收", "销售额", "年销售额", "营业额", "年营业额"),
            "万元",
        ),
    ]
    profit_margin_pct: Annotated[
        Decimal,
        Field(ge=-1000, le=100, allow_inf_nan=False),
        Arg("上年销售利润率", "percent", ("销售利润率", "利润率", "净利率", "净利润率", "净利", "利润"), "%"),
    ]
    growth_pct: Annotated[
        Decimal,
        Field(ge=-100, le=1000, allow_inf_nan=False),
        Arg(
            "预计销售收入年增长率",
            "percent",
            ("预计增长", "增长率", "预计增速", "增速", "增长", "预计", "增幅", "涨", "涨幅"),
            "%",
        ),
    ]
    inventory_days: Annotated[
        Days, Arg("存货周转天数", "days", ("存货周转天数", "存货周转", "存货", "库存周转", "库存"), "天")
    ]
    receivable_days: Annotated[
        Days,
        Arg(
            "应收账款周转天数", "days", ("应收账款周转天数", "应收账款周转", "应收账款", "应收", "账期"), "天"
        ),
    ]
    payable_days: Annotated[
        Days, Arg("应付账款周转天数", "days", ("应付账款周转天数", "应付账款周转", "应付账款", "应付"), "天")
    ]
    prepayment_days: Annotated[
        Days,
        Arg(
            "预付账款周转天数",
            "days",
            ("预付账款周转天数", "预付账款周转", "预付账款", "预付款", "预付"),
            "天",
        ),
    ]
    advance_days: Annotated[
        Days,
        Arg(
            "预收账款周转天数",
            "days",
            ("预收账款周转天数", "预收账款周转", "预收账款", "预收款", "预收"),
            "天",
        ),
    ]
    own_funds: Annotated[Money, Arg("借款人自有资金", "money", ("自有资金", "自有", "自筹"), "万元")] = (
        Decimal(0)
    )
    existing_loans: Annotated[
        Money,
        Arg(
            "现有流动资金贷款",
            "money",
            (
                "现有流动资金贷款",
                "现有流贷",
                "已有流贷",
                "存量流贷",
                "他行流贷",
                "现有贷款",
                "已有贷款",
                "流贷余额",
            ),
            "万元",
        ),
    ] = Decimal(0)
    other_funding: Annotated[
        Money,
        Arg(
            "其他渠道提供的营运资金",
            "money",
            ("其他渠道", "其他资金", "其它渠道", "其他融资", "股东借款"),
            "万元",
        ),
    ] = Decimal(0)


@tool(
    title="流动资金贷款需求测算",
    summary="按监管参考公式测算营运资金量和新增流动资金贷款额度，需要收入、利润率、增长率和五项周转天数",
    risk_level="medium",
    examples=EXAMPLES,
)
async def working_capital_need(ctx: ToolContext, inputs: WorkingCapitalInputs) -> ToolResult:
    case = Case(
        revenue=inputs.revenue,
        profit_margin_pct=inputs.profit_margin_pct,
        growth_pct=inputs.growth_pct,
        turnover=Turnover(
            inventory_days=inputs.inventory_days,
            receivable_days=inputs.receivable_days,
            payable_days=inputs.payable_days,
            prepayment_days=inputs.prepayment_days,
            advance_days=inputs.advance_days,
        ),
        funding=Funding(inputs.own_funds, inputs.existing_loans, inputs.other_funding),
    )
    given = {name: getattr(inputs, name) for name in WorkingCapitalInputs.model_fields}
    return need_report(case, need(case), given, working_capital_need.args, ctx.as_of)
