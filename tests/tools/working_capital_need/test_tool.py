from datetime import date
from decimal import Decimal

from people import principal_for

from assistant.tools.context import ToolContext
from assistant.tools.tool import run_tool
from assistant.tools.working_capital_need.tool import working_capital_need

CATALOGUE = {"working_capital_need": working_capital_need}
GOLDEN = {
    "revenue": 12000,
    "profit_margin_pct": 8,
    "growth_pct": 15,
    "inventory_days": 60,
    "receivable_days": 90,
    "payable_days": 45,
    "prepayment_days": 10,
    "advance_days": 15,
}


def context(as_of: date = date(2026, 11, 23)) -> ToolContext:
    async def search(query, k, collection, day):
        return []

    return ToolContext(
        principal=principal_for("developer", "t"),
        as_of=as_of,
        today=date(2026, 11, 23),
        store=None,  # pyright: ignore[reportArgumentType]
        search=search,
    )


async def run(as_of: date = date(2026, 11, 23), **arguments):
    call = await run_tool(CATALOGUE, "working_capital_need", GOLDEN | arguments, context(as_of))
    assert call.ok and call.result is not None
    return call.result


async def test_the_golden_case():
    result = await run(own_funds=1000, existing_loans=800, other_funding=300)
    assert result.value == Decimal("1426.67") and result.unit == "万元"
    figures = {fact.label: fact.value for fact in result.facts}
    assert figures["营运资金量"] == Decimal("3526.67")
    assert figures["周转次数"] == Decimal("3.60") and figures["周转天数合计"] == 100
    assert result.summary[0] == "按监管参考公式测算，新增流动资金贷款额度为1426.67万元。"
    assert result.rule is not None and result.rule.id == "working-capital-loans"
    assert result.sources[0].confidence == "H"
    assert not result.requires_human and result.missing == ()
    assert result.model_dump(mode="json")["value"] == "1426.67"


async def test_without_other_sources_the_whole_capital_is_the_need():
    assert (await run()).value == Decimal("3526.67")


async def test_enough_money_means_no_need():
    result = await run(own_funds=5000)
    assert result.value == Decimal("0.00")
    assert "需求为0万元" in result.summary[0]
    assert any("按0计" in step.detail for step in result.trace)


async def test_a_cycle_of_no_days_goes_to_a_person():
    for advance in (115, 400):
        result = await run(advance_days=advance)
        assert result.value is None and result.requires_human
        assert "不适用" in result.missing[0]


async def test_every_figure_of_the_summary_is_a_fact():
    result = await run(own_funds=1000, existing_loans=800, other_funding=300)
    held = {
        f"{fact.value:f}".rstrip("0").rstrip(".") if "." in f"{fact.value:f}" else f"{fact.value:f}"
        for fact in result.facts
    }
    for figure in ("1426.67", "3526.67", "1000", "800", "300", "100", "3.6"):
        assert figure in held


async def test_before_the_measures_took_effect_the_rule_says_so():
    result = await run(as_of=date(2024, 3, 1))
    assert result.rule is not None and result.rule.status == "not_yet"
