"""What a working-capital need says: facts, the steps of the formula, and ready sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from assistant.answer import Fact, RuleRef, ToolResult, ToolSource, TraceStep
from assistant.tools.argument import Arg
from assistant.tools.formulas.working_capital import LOCATOR, RULE, WorkingCapital
from assistant.tools.working_capital_need.compute import Case
from assistant.words.numerals import plain

_CLAUSE = f"《{RULE.title}》{LOCATOR}"
_USER = "提问人提供"


def need_report(
    case: Case,
    result: WorkingCapital | None,
    given: dict[str, Decimal],
    meanings: Mapping[str, Arg],
    as_of: date,
) -> ToolResult:
    """`result` is what the formula gives for the case; `given` are its figures by the name of their argument."""
    turnover, funding = case.turnover, case.funding
    figures = tuple(
        Fact(label=meanings[name].title, value=value, unit=meanings[name].unit, source=_USER)
        for name, value in given.items()
    )
    common = {
        "as_of": as_of,
        "rule": RuleRef(id=RULE.id, version=RULE.version, status=RULE.status(as_of)),
        "inputs_used": given,
        "sources": (
            ToolSource(
                kind="document",
                id=RULE.document,
                title=RULE.title,
                locator=LOCATOR,
                confidence=RULE.confidence,
                authority=RULE.authority,
            ),
        ),
        "risk_level": "medium",
    }
    cycle = TraceStep(
        label="周转天数合计",
        detail=f"{plain(turnover.inventory_days)}＋{plain(turnover.receivable_days)}－{plain(turnover.payable_days)}"
        f"＋{plain(turnover.prepayment_days)}－{plain(turnover.advance_days)}＝{plain(turnover.days)}天",
        clause=_CLAUSE,
    )
    if result is None:
        days = Fact(label="周转天数合计", value=turnover.days, unit="天")
        return ToolResult(
            **common,
            facts=(days, *figures),
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
            *figures,
        ),
        trace=(
            cycle,
            TraceStep(label="周转次数", detail=f"360÷{plain(result.days)}＝{plain(result.turns)}次"),
            TraceStep(
                label="营运资金量",
                detail=f"{plain(case.revenue)}×(1－{plain(case.profit_margin_pct)}%)×(1＋{plain(case.growth_pct)}%)"
                f"÷周转次数＝{result.capital}万元",
                clause=_CLAUSE,
            ),
            TraceStep(
                label="新增流动资金贷款额度",
                detail=f"{result.capital}－{plain(funding.own_funds)}－{plain(funding.existing_loans)}－{plain(funding.other_funding)}"
                f"＝{result.gap}万元" + ("，小于0，按0计" if none_needed else ""),
                clause=_CLAUSE,
            ),
            TraceStep(label="增长率", detail="预计增长率为输入值，是否超过所在行业的合理水平须人工核定"),
        ),
        summary=(
            f"按监管参考公式测算，新增流动资金贷款额度为{result.need}万元。"
            if not none_needed
            else "按监管参考公式测算，现有资金已覆盖营运资金量，新增流动资金贷款需求为0万元。",
            f"营运资金量为{result.capital}万元，扣除自有资金{plain(funding.own_funds)}万元、现有流动资金贷款"
            f"{plain(funding.existing_loans)}万元、其他渠道资金{plain(funding.other_funding)}万元。",
            f"周转天数合计{plain(result.days)}天，年周转次数为{plain(result.turns)}次。",
            "以上为额度参考，不等于银行已经同意授信。",
        ),
    )
