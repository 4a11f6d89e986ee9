"""What is said instead of a forecast: why there is none, and the working-capital formula as far as data go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from assistant.answer import Fact, ToolResult, TraceStep
from assistant.store.enterprises import Enterprise
from assistant.tools.enterprise_data.delivery import Delivery
from assistant.tools.financing_forecast.report import ADVICE
from assistant.tools.financing_forecast.statement import StatementNeed
from assistant.tools.forecasting.features import MINIMUM_MONTHS
from assistant.tools.formulas.working_capital import FORMULA


def abstain(
    as_of: date, found: Enterprise, bank: Delivery, months: int, horizon: int, formula: StatementNeed
) -> ToolResult:
    """Too little history: no figure, and the working-capital formula with what the statements give."""
    name = f"{found.short_name}（虚构示例企业）" if found.fictional else found.short_name
    reason = f"银行流水只有{months}个月，少于{MINIMUM_MONTHS}个月，不足以预测融资需求"
    missing = [reason]
    facts = [
        Fact(label="企业", value=found.name),
        Fact(label="已有银行流水月数", value=Decimal(months), unit="个月"),
        Fact(label="预测所需最少月数", value=Decimal(MINIMUM_MONTHS), unit="个月"),
        Fact(label="流动资金贷款需求参考公式", value=FORMULA),
    ]
    said = [f"{name}{reason}，本工具不给出预测数。", f"可改用监管参考公式测算：{FORMULA}。"]
    if formula.result is not None and formula.revenue is not None:
        scaled = formula.months < 12
        how = f"销售收入按{formula.months}个月报表折成全年" if scaled else "销售收入取报表全年数"
        facts += [
            Fact(
                label="公式所用销售收入", value=formula.revenue, unit="万元", period=how, source=bank.source
            ),
            Fact(label="参考公式营运资金量", value=formula.result.capital, unit="万元"),
            Fact(label="参考公式新增流贷额度", value=formula.result.need, unit="万元"),
        ]
        said.append(
            f"{how}为{formula.revenue}万元、预计增长率按0%计，参考公式的新增流动资金贷款额度为{formula.result.need}万元。"
        )
        if scaled:
            missing.append("上年全年销售收入与预计增长率（公式现按折算收入和0%增长计）")
    else:
        needed = "、".join(formula.missing)
        missing.append(f"参考公式还需要：{needed}、预计增长率")
        said.append(f"参考公式还需要补充：{needed}、预计增长率。")
    said.append(ADVICE)
    return ToolResult(
        value=None,
        as_of=as_of,
        facts=tuple(facts),
        trace=(
            TraceStep(
                label="历史长度",
                detail=f"有{months}个月，需要{MINIMUM_MONTHS}个月",
                outcome="fail",
            ),
            TraceStep(label="流动资金贷款需求参考公式", detail=FORMULA),
        ),
        inputs_used={"enterprise": found.code, "horizon_months": horizon},
        missing=tuple(missing),
        sources=(bank.origin(),),
        risk_level="high",
        requires_human=True,
        summary=tuple(said),
    )


def no_delivery(as_of: date, found: Enterprise, horizon: int) -> ToolResult:
    return ToolResult(
        value=None,
        as_of=as_of,
        facts=(Fact(label="企业", value=found.name), Fact(label="流动资金贷款需求参考公式", value=FORMULA)),
        inputs_used={"enterprise": found.code, "horizon_months": horizon},
        missing=("银行流水与信用数据尚未交付",),
        risk_level="high",
        requires_human=True,
        summary=("银行流水与信用数据尚未交付，无法预测融资需求。", f"可改用监管参考公式测算：{FORMULA}。"),
    )
