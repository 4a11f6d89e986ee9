"""The forecast tool: consent first, quantiles in order, a person decides, and no figure from too little history."""

from datetime import date
from decimal import Decimal

import pytest

from assistant.errors import InvalidRequest
from assistant.store import consents
from assistant.tools.financing_forecast.tool import financing_forecast
from assistant.tools.tool import run_tool

CATALOGUE = {"financing_forecast": financing_forecast}
OPEN, YOUNG, CLOSED = 1, 4, 5


async def predict(context, **arguments):
    return await run_tool(CATALOGUE, "financing_forecast", arguments, context)


async def test_quantiles_term_purpose_and_baseline(context, few):
    call = await predict(context(), enterprise=few.enterprises[OPEN].code)
    assert call.ok
    value = call.result.value
    assert Decimal(0) <= Decimal(value["p10"]) <= Decimal(value["p50"]) <= Decimal(value["p90"])
    assert call.result.unit == "万元"
    assert value["term_months"] in (6, 12, 24, 36)
    assert abs(sum(int(p) for p in value["purpose_probabilities_pct"].values()) - 100) <= 2
    assert abs(sum(int(p) for p in value["term_probabilities_pct"].values()) - 100) <= 2
    assert Decimal(value["seasonal_naive"]) >= 0
    assert value["period"] == "2026-10至2027-03"
    assert call.result.requires_human
    assert call.result.risk_level == "high"


async def test_need_grows_with_the_horizon(context, few):
    ctx = context()
    for enterprise in few.enterprises[:4]:
        found = [
            Decimal(
                (await predict(ctx, enterprise=enterprise.code, horizon_months=months)).result.value["p50"]
            )
            for months in (1, 6, 12)
        ]
        assert found == sorted(found)


async def test_the_same_question_has_the_same_answer(context, few):
    first = await predict(context(), enterprise=few.enterprises[2].code)
    second = await predict(context(), enterprise=few.enterprises[2].code)
    assert first.result == second.result


async def test_every_figure_of_the_sentences_is_a_fact(context, few):
    call = await predict(context(), enterprise=few.enterprises[3].code)
    said = "".join(call.result.summary)
    facts = {fact.label: fact for fact in call.result.facts}
    for label in ("融资需求P10", "融资需求P50", "融资需求P90", "季节朴素基线的融资需求", "期初账户余额"):
        assert f"{facts[label].value}万元" in said
    assert "须人工复核" in said
    assert "（虚构示例企业）" in said


async def test_sources_name_model_and_consent(context, few):
    call = await predict(context(), enterprise=few.enterprises[OPEN].code)
    kinds = [source.kind for source in call.result.sources]
    assert kinds[0] == "model"
    used = {source.data.domain: source.data.consent for source in call.result.sources if source.data}
    assert set(used) == {"bank_credit", "tax"}
    assert all(used.values())


async def test_without_bank_consent_there_is_no_forecast(context, few):
    call = await predict(context(), enterprise=few.enterprises[CLOSED].code)
    assert not call.ok
    assert call.error_code == "consent_required"
    assert call.result is None


async def test_without_tax_consent_it_says_what_it_could_not_compare(context, few, store):
    chosen, ctx = few.enterprises[OPEN].code, context()
    async with store.writing() as session:
        await consents.revoke_domain(session, ctx.principal, enterprise=chosen, domain="tax")
    call = await predict(ctx, enterprise=chosen)
    assert call.ok
    assert any("税务" in line and "授权后可查" in line for line in call.result.missing)
    assert all(source.data is None or source.data.domain != "tax" for source in call.result.sources)


async def test_under_twelve_months_it_abstains_and_gives_the_formula(context, few):
    chosen = few.enterprises[YOUNG]
    months = len(chosen.records["bank_credit"].months)
    assert months < 12
    call = await predict(context(), enterprise=chosen.code)
    assert call.ok
    assert call.result.value is None
    assert f"只有{months}个月" in call.result.missing[0]
    assert call.result.requires_human
    labels = {fact.label: fact for fact in call.result.facts}
    assert "参考公式新增流贷额度" in labels
    assert "融资需求P50" not in labels
    assert any("周转次数" in line for line in call.result.summary)
    fields = chosen.records["bank_credit"].fields
    yearly = Decimal(fields["statement_revenue"]) * 12 / months
    assert abs(labels["公式所用销售收入"].value - yearly) < Decimal("0.01")


@pytest.mark.parametrize("horizon", [0, 13, -1, "许多"])
async def test_horizon_out_of_range_is_a_bad_argument(context, few, horizon):
    with pytest.raises(InvalidRequest):
        await predict(context(), enterprise=few.enterprises[OPEN].code, horizon_months=horizon)


async def test_old_flows_are_said_to_be_old(context, few):
    call = await predict(context(today=date(2027, 3, 1)), enterprise=few.enterprises[OPEN].code)
    assert any("尚未交付" in line for line in call.result.missing)
