from datetime import date
from decimal import Decimal

import pytest
from people import principal_for

from assistant.tools.context import ToolContext
from assistant.tools.loan_rate.tool import loan_rate
from assistant.tools.tool import run_tool


async def run(as_of: date = date(2026, 11, 23), **arguments):
    async def search(query, k, collection, day):
        return []

    context = ToolContext(
        principal=principal_for("developer", "t"),
        as_of=as_of,
        today=date(2026, 11, 23),
        store=None,  # pyright: ignore[reportArgumentType]
        search=search,
    )
    call = await run_tool({"loan_rate": loan_rate}, "loan_rate", arguments, context)
    return call


async def result(as_of: date = date(2026, 11, 23), **arguments):
    call = await run(as_of, **arguments)
    assert call.ok and call.result is not None, call.error
    return call.result


async def test_june_2025():
    found = await result(day="2025-06", tenor="1y")
    assert found.value == Decimal("3.00") and found.unit == "%"
    assert found.summary[0] == "2025年6月，1年期贷款市场报价利率（LPR）为3.00%（2025-05-20报价）。"
    assert found.sources[0].confidence == "H" and found.missing == ()


@pytest.mark.parametrize(
    ("day", "one", "five"),
    [
        ("2024-02-20", "3.45", "3.95"),
        ("2024-07-21", "3.45", "3.95"),
        ("2024-07-22", "3.35", "3.85"),
        ("2024-10-20", "3.35", "3.85"),
        ("2024-10-21", "3.10", "3.60"),
        ("2025-05-19", "3.10", "3.60"),
        ("2025-05-20", "3.00", "3.50"),
        ("2026-08-20", "3.00", "3.50"),
        ("2025-05", "3.00", "3.50"),
        ("2025-Q1", "3.10", "3.60"),
    ],
)
async def test_the_latest_quotation_up_to_the_day_is_in_force(day: str, one: str, five: str):
    assert (await result(day=day)).value == {"1y": one, "5y": five}


async def test_confidence_is_that_of_the_quotation():
    assert (await result(day="2024-03-01")).sources[0].confidence == "B-H"


@pytest.mark.parametrize("day", ["2024-02-19", "2019-08", "2026-08-21", "2026-09", None])
async def test_days_outside_what_is_known_are_said_to_be_unknown(day: str | None):
    found = await result(**({"day": day} if day else {}))
    assert found.value is None and found.missing
    assert "未收录" in found.summary[0]
    assert found.rule is not None and found.rule.status == "unknown"


async def test_after_the_last_known_day_the_last_rate_is_given_with_its_date():
    found = await result(tenor="1y")
    assert (
        "2026-08-20" in found.summary[1] and "3.00%" in found.summary[1] and "2025-05-20" in found.summary[1]
    )


async def test_a_year_with_changes_lists_the_earlier_quotations():
    found = await result(day="2024", tenor="5y")
    assert found.value == Decimal("3.60")
    assert "2024-02-20报价" in found.summary[1] and "3.85%" in found.summary[1]


async def test_the_day_of_the_question_is_the_default():
    assert (await result(as_of=date(2024, 8, 1), tenor="1y")).value == Decimal("3.35")


@pytest.mark.parametrize(
    ("spread", "rate"), [(50, "3.50"), (-20, "2.80"), (0, "3.00"), ("0.5个百分点", "3.50")]
)
async def test_a_spread_prices_the_loan(spread, rate: str):
    found = await result(day="2025-06", tenor="1y", spread_bp=spread)
    assert found.value == Decimal(rate)
    assert f"{rate}%" in found.summary[0]


@pytest.mark.parametrize("day", ["2025-13", "2025-02-30"])
async def test_a_day_that_is_none_is_a_failed_call(day: str):
    call = await run(day=day)
    assert not call.ok and "不存在" in (call.error or "")
