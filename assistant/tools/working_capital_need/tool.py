"""Working-capital need: the reference formula in the annex of 流动资金贷款管理办法, computed exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field

from assistant.answer import Fact, RuleRef, ToolResult, ToolSource, TraceStep
from assistant.document import legal_status
from assistant.tools.context import ToolContext
from assistant.tools.tool import Arg, tool
from assistant.words.numerals import plain

DOCUMENT = "working-capital-loans"
TITLE = "流动资金贷款管理办法"
LOCATOR = "贷款需求测算"
VERSION = "2024"
IN_FORCE_FROM = date(2024, 7, 1)
DAYS_IN_YEAR = Decimal(360)
_CENT = Decimal("0.01")
_USER = "提问人提供"

Money = Annotated[Decimal, Field(ge=0, le=100_000_000, allow_inf_nan=False)]
Days = Annotated[Decimal, Field(ge=0, le=3600, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Turnover:
    """Average days each item binds or frees money; the year has 360 days."""

    inventory_days: Decimal
    receivable_days: Decimal
    payable_days: Decimal
    prepayment_days: Decimal
    advance_days: Decimal

    @property
    def days(self) -> Decimal:
        return (
            self.inventory_days
            + self.receivable_days
            - self.payable_days
            + self.prepayment_days
            - self.advance_days
        )


@dataclass(frozen=True, slots=True)
class WorkingCapital:
    """`capital` is 营运资金量, `need` what a new loan may cover; both in 万元, rounded half up to 0.01."""

    days: Decimal
    turns: Decimal
    capital: Decimal
    gap: Decimal
    need: Decimal


def working_capital(
    revenue: Decimal,
    profit_margin_pct: Decimal,
    growth_pct: Decimal,
    turnover: Turnover,
    other_sources: Decimal = Decimal(0),
) -> WorkingCapital | None:
    """The formula; `None` where the cycle is zero or negative days, for which it is not usable.

    营运资金量 = 上年销售收入 × (1 − 上年销售利润率) × (1 + 预计增长率) ÷ 周转次数，周转次数 = 360 ÷ 周转天数。
    `other_sources` are own funds, existing loans and other funding together. A negative gap is no need.
    """
    days = turnover.days
    if days <= 0:
        return None
    # Multiplying by days / 360 keeps one division, at the end, so nothing is rounded on the way.
    capital = revenue * (100 - profit_margin_pct) * (100 + growth_pct) * days / (10_000 * DAYS_IN_YEAR)
    gap = capital - other_sources
    return WorkingCapital(
        days=days,
        turns=_cents(DAYS_IN_YEAR / days),
        capital=_cents(capital),
        gap=_cents(gap),
        need=_cents(max(gap, Decimal(0))),
    )


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, rounding=ROUND_HALF_UP)


@tool(
    title="流动资金贷款需求测算",
    summary="按监管参考公式测算营运资金量和新增流动资金贷款额度，需要收入、利润率、增长率和五项周转天数",
    risk_level="medium",
    examples=(
        "收入5000万、利润率10%、预计增长20%，存货30天应收60天应付30天预付5天预收10天，自有资金500万，还能批多少流贷？",
        "去年销售收入1.2亿，利润率6%，增长12%，存货周转45天、应收账款周转75天、应付账款周转40天、预付8天、预收12天，流动资金贷款额度是多少",
        "帮我测算流动资金需求：营收8000万元，销售利润率9%，明年预计增长10%，存货50天，应收80天，应付35天，预付12天，预收20天，现有流贷1000万",
        "企业上年收入3亿元，利润率5%，预计增长8%，存货周转天数90天，应收70天，应付60天，预付15天，预收5天，自有资金2000万，现有流动资金贷款3000万，其他渠道500万，新增额度多少",
        "营运资金量怎么算出来：销售收入2000万，利润率15%，增长30%，存货20天，应收45天，应付15天，预付0天，预收0天",
        "存货60天应收90天应付30天预付10天预收20天，年收入6000万利润率7%增长5%，扣掉自有资金800万还缺多少流动资金",
        "按流贷测算公式，收入1亿，利润率12%，预计增长25%，存货40天、应收100天、应付50天、预付20天、预收30天，缺口多大？",
        "我们公司去年营业收入4500万元，利润率8.5%，今年预计增长18%，存货、应收、应付、预付、预收分别是35天、55天、25天、6天、9天，可以申请多少流动资金贷款",
        "测一下营运资金需求，收入900万利润率4%增长率0%，存货15天应收30天应付20天预付3天预收2天",
        "客户年销售额7000万，利润率11%，预计下降5%，存货80天应收65天应付55天预付7天预收18天，他行流贷1200万，还有多少流贷空间",
    ),
)
async def working_capital_need(
    ctx: ToolContext,
    revenue: Annotated[
        Money,
        Arg(
            "上年销售收入",
            "money",
            ("销售收入", "营业收入", "年收入", "收入", "营收", "销售额", "年销售额", "营业额", "年营业额"),
            "万元",
        ),
    ],
    profit_margin_pct: Annotated[
        Decimal,
        Field(ge=-1000, le=100, allow_inf_nan=False),
        Arg("上年销售利润率", "percent", ("销售利润率", "利润率", "净利率", "净利润率", "净利", "利润"), "%"),
    ],
    growth_pct: Annotated[
        Decimal,
        Field(ge=-100, le=1000, allow_inf_nan=False),
        Arg(
            "预计销售收入年增长率",
            "percent",
            ("预计增长", "增长率", "预计增速", "增速", "增长", "预计", "增幅", "涨", "涨幅"),
            "%",
        ),
    ],
    inventory_days: Annotated[
        Days, Arg("存货周转天数", "days", ("存货周转天数", "存货周转", "存货", "库存周转", "库存"), "天")
    ],
    receivable_days: Annotated[
        Days,
        Arg(
            "应收账款周转天数", "days", ("应收账款周转天数", "应收账款周转", "应收账款", "应收", "账期"), "天"
        ),
    ],
    payable_days: Annotated[
        Days, Arg("应付账款周转天数", "days", ("应付账款周转天数", "应付账款周转", "应付账款", "应付"), "天")
    ],
    prepayment_days: Annotated[
        Days,
        Arg(
            "预付账款周转天数",
            "days",
            ("预付账款周转天数", "预付账款周转", "预付账款", "预付款", "预付"),
            "天",
        ),
    ],
    advance_days: Annotated[
        Days,
        Arg(
            "预收账款周转天数",
            "days",
            ("预收账款周转天数", "预收账款周转", "预收账款", "预收款", "预收"),
            "天",
        ),
    ],
    own_funds: Annotated[
        Money, Arg("借款人自有资金", "money", ("自有资金", "自有", "自筹"), "万元")
    ] = Decimal(0),
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
    ] = Decimal(0),
    other_funding: Annotated[
        Money,
        Arg(
            "其他渠道提供的营运资金",
            "money",
            ("其他渠道", "其他资金", "其它渠道", "其他融资", "股东借款"),
            "万元",
        ),
    ] = Decimal(0),
) -> ToolResult:
    turnover = Turnover(inventory_days, receivable_days, payable_days, prepayment_days, advance_days)
    others = own_funds + existing_loans + other_funding
    result = working_capital(revenue, profit_margin_pct, growth_pct, turnover, others)
    inputs = {
        "revenue": revenue,
        "profit_margin_pct": profit_margin_pct,
        "growth_pct": growth_pct,
        "inventory_days": inventory_days,
        "receivable_days": receivable_days,
        "payable_days": payable_days,
        "prepayment_days": prepayment_days,
        "advance_days": advance_days,
        "own_funds": own_funds,
        "existing_loans": existing_loans,
        "other_funding": other_funding,
    }
    given = _input_facts(inputs)
    common = {
        "as_of": ctx.as_of,
        "rule": RuleRef(id=DOCUMENT, version=VERSION, status=legal_status(IN_FORCE_FROM, None, ctx.as_of)),
        "inputs_used": inputs,
        "sources": (
            ToolSource(
                kind="document",
                id=DOCUMENT,
                title=TITLE,
                locator=LOCATOR,
                confidence="H",
                authority="national",
            ),
        ),
        "risk_level": "medium",
    }
    cycle = TraceStep(
        label="周转天数合计",
        detail=f"{plain(inventory_days)}＋{plain(receivable_days)}－{plain(payable_days)}"
        f"＋{plain(prepayment_days)}－{plain(advance_days)}＝{plain(turnover.days)}天",
        clause=f"《{TITLE}》{LOCATOR}",
    )
    if result is None:
        days = Fact(label="周转天数合计", value=turnover.days, unit="天")
        return ToolResult(
            **common,
            facts=(days, *given),
            trace=(cycle,),
            missing=("周转天数合计不大于0，参考公式不适用，须改用其他方法并由人工测算",),
            requires_human=True,
            summary=(
                f"周转天数合计为{plain(turnover.days)}天，不大于0，监管参考公式不适用，无法据此测算流动资金贷款需求。",
                "预收款较多的企业请转人工，按实际资金需求另行测算。",
            ),
        )
    none_needed = result.gap < 0
    return ToolResult(
        **common,
        value=result.need,
        unit="万元",
        facts=(
            Fact(label="新增流动资金贷款额度", value=result.need, unit="万元"),
            Fact(label="营运资金量", value=result.capital, unit="万元"),
            Fact(label="周转天数合计", value=result.days, unit="天"),
            Fact(label="周转次数", value=result.turns, unit="次"),
            *given,
        ),
        trace=(
            cycle,
            TraceStep(label="周转次数", detail=f"360÷{plain(result.days)}＝{plain(result.turns)}次"),
            TraceStep(
                label="营运资金量",
                detail=f"{plain(revenue)}×(1－{plain(profit_margin_pct)}%)×(1＋{plain(growth_pct)}%)"
                f"÷周转次数＝{result.capital}万元",
                clause=f"《{TITLE}》{LOCATOR}",
            ),
            TraceStep(
                label="新增流动资金贷款额度",
                detail=f"{result.capital}－{plain(own_funds)}－{plain(existing_loans)}－{plain(other_funding)}"
                f"＝{result.gap}万元" + ("，小于0，按0计" if none_needed else ""),
                clause=f"《{TITLE}》{LOCATOR}",
            ),
            TraceStep(label="增长率", detail="预计增长率为输入值，是否超过所在行业的合理水平须人工核定"),
        ),
        summary=(
            f"按监管参考公式测算，新增流动资金贷款额度为{result.need}万元。"
            if not none_needed
            else "按监管参考公式测算，现有资金已覆盖营运资金量，新增流动资金贷款需求为0万元。",
            f"营运资金量为{result.capital}万元，扣除自有资金{plain(own_funds)}万元、现有流动资金贷款"
            f"{plain(existing_loans)}万元、其他渠道资金{plain(other_funding)}万元。",
            f"周转天数合计{plain(result.days)}天，年周转次数为{plain(result.turns)}次。",
            "以上为额度参考，不等于银行已经同意授信。",
        ),
    )


def _input_facts(inputs: dict[str, Decimal]) -> tuple[Fact, ...]:
    args = working_capital_need.args
    return tuple(
        Fact(label=args[name].title, value=value, unit=args[name].unit, source=_USER)
        for name, value in inputs.items()
    )
