from datetime import date
from decimal import Decimal

import pytest
from people import principal_for

from assistant.tools.risk_pool_eligibility.tool import risk_pool_eligibility
from assistant.tools.tool import run_tool

CATALOGUE = {"risk_pool_eligibility": risk_pool_eligibility}


@pytest.fixture
def ask(context):
    async def run(_principal=None, _as_of=None, **arguments):
        changes = {"as_of": _as_of} if _as_of else {}
        call = await run_tool(CATALOGUE, "risk_pool_eligibility", arguments, context(_principal, **changes))
        assert call.ok and call.result is not None, call.error
        return call.result

    return run


def outcomes(result) -> dict[str, str]:
    return {condition["id"]: condition["outcome"] for condition in result.value["conditions"]}


async def test_the_proposed_pool_has_no_ratio_and_names_the_scheme_in_force(ask):
    result = await ask(pool="自治区人工智能信贷风险补偿资金池")
    text = "".join(result.summary)
    assert "立项倡议" in text and "没有实施细则" in text and "广西科技贷款风险补偿" in text
    assert "%" not in text and "％" not in text
    assert result.value["rate_pct"] is None and result.value["compensation"] is None
    assert result.value["comparable"] == "gx-tech-loan"
    assert result.sources[0].authority == "proposal"
    assert result.requires_human and result.risk_level == "high"
    assert result.missing


async def test_the_default_is_the_guangxi_scheme_and_lists_its_conditions(ask):
    result = await ask()
    assert result.value["pool"] == "gx-tech-loan"
    assert set(outcomes(result).values()) == {"unknown"}
    assert "须同时符合" in result.summary[1]
    assert any("补偿比例原文未取得" in line for line in result.missing)


async def test_every_condition_carries_its_clause(ask):
    result = await ask(labels=["high_tech"], confirmed=False)
    steps = {step.label: step for step in result.trace if step.outcome}
    assert all(step.clause for step in steps.values())
    assert outcomes(result) == {
        "label": "pass",
        "confirmed": "fail",
        "in_statistics": "unknown",
        "written_off": "unknown",
    }
    assert result.value["eligible"] == "fail"
    assert result.value["gaps"][0] == "不符合：企业经自治区科技厅或工信厅确认"
    assert "不符合的条件是：企业经自治区科技厅或工信厅确认" in result.summary[0]


async def test_a_payment_that_is_capped_says_by_what(ask):
    result = await ask(
        pool="珠海",
        net_loss=600,
        recovered=100,
        credit_share_pct=80,
        first_loan=False,
        recorded_months=12,
        only_project=True,
    )
    assert result.value["compensation"] == "300.00" and result.value["eligible"] == "pass"
    assert (
        "300万元" in result.summary[0] and "70%" in result.summary[0] and "单笔补偿上限" in result.summary[0]
    )
    assert any("不适用于广西" in line for line in result.summary)
    assert {fact.label: fact.value for fact in result.facts}["补偿额"] == Decimal("300.00")


async def test_a_failed_condition_pays_nothing(ask):
    result = await ask(pool="珠海", net_loss=100, credit_share_pct=80, recorded_months=30, only_project=True)
    assert result.value["eligible"] == "fail" and result.value["compensation"] is None
    assert "企业入库不超过2年" in result.summary[0]


async def test_an_unknown_pool_is_a_failed_call_that_lists_the_known_ones(context):
    call = await run_tool(CATALOGUE, "risk_pool_eligibility", {"pool": "北京"}, context())
    assert (
        not call.ok and call.error_code == "pool_not_found" and "广西科技贷款风险补偿" in (call.error or "")
    )


@pytest.mark.parametrize("arguments", [{"net_loss": -1}, {"credit_share_pct": 101}, {"labels": ["rich"]}])
async def test_arguments_out_of_range_are_refused(context, arguments):
    from assistant.errors import InvalidRequest

    with pytest.raises(InvalidRequest):
        await run_tool(CATALOGUE, "risk_pool_eligibility", arguments, context())


async def test_before_its_announcement_the_scheme_was_not_in_force(ask):
    result = await ask(_as_of=date(2025, 6, 1))
    assert result.rule.status == "not_yet"
    assert any("尚未施行" in line for line in result.summary)


async def test_the_register_answers_what_it_can_and_explicit_arguments_win(ask, few):
    certified = next(one for one in few.enterprises if "高新技术企业" in one.labels)
    result = await ask(enterprise=certified.name)
    assert outcomes(result)["label"] == "pass"
    assert "high_tech" in result.inputs_used["labels"]
    assert result.inputs_used["established_months"] > 0
    uses = [source.data for source in result.sources if source.data]
    assert any(use.domain == "registration" and use.enterprise == certified.code for use in uses)
    overruled = await ask(enterprise=certified.name, labels=[], established_months=3)
    assert outcomes(overruled)["label"] == "fail"
    assert overruled.inputs_used["established_months"] == 3


async def test_without_consent_bank_data_is_missing_and_nothing_of_it_shows(ask, few):
    closed = next(one for one in few.enterprises if one.consent_kind == "none")
    result = await ask(enterprise=closed.code)
    assert "first_loan" not in result.inputs_used
    assert any("授权" in line and "首贷" in line for line in result.missing)
    assert all(source.data.domain == "registration" for source in result.sources if source.data)
    asked_not = await ask(enterprise=closed.code, first_loan=True)
    assert not any("授权" in line for line in asked_not.missing)


async def test_a_loan_on_record_is_no_first_loan(ask, few):
    borrower = next(
        one
        for one in few.enterprises
        if one.consent_kind == "full" and one.records["bank_credit"].tables.get("loans")
    )
    result = await ask(enterprise=borrower.short_name)
    assert result.inputs_used["first_loan"] is False
    uses = [source.data for source in result.sources if source.data]
    assert next(use for use in uses if use.domain == "bank_credit").consent


async def test_an_enterprise_outside_the_portfolio_is_not_found(context, few):
    own, other = few.enterprises[0].code, few.enterprises[1].code
    principal = principal_for("enterprise", "e", enterprise=own)
    call = await run_tool(CATALOGUE, "risk_pool_eligibility", {"enterprise": other}, context(principal))
    assert not call.ok and call.error_code == "enterprise_not_found"
