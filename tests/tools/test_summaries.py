"""A ready sentence may say nothing that the facts, inputs or sources of the same result do not hold."""

from datetime import date
from typing import Any

import pytest
from people import principal_for

from assistant.answer import ToolResult
from assistant.evidence.verification import claims_of
from assistant.tools import catalogue
from assistant.tools.context import ToolContext
from assistant.tools.tool import run_tool

TODAY = date(2026, 11, 23)
CAPITAL = {
    "revenue": 12000,
    "profit_margin_pct": 8,
    "growth_pct": 15,
    "inventory_days": 60,
    "receivable_days": 90,
    "payable_days": 45,
    "prepayment_days": 10,
    "advance_days": 15,
}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("working_capital_need", CAPITAL | {"own_funds": 1000, "existing_loans": 800, "other_funding": 300}),
    ("working_capital_need", CAPITAL | {"advance_days": 200}),
    ("working_capital_need", CAPITAL | {"own_funds": 9000}),
    ("loan_rate", {"day": "2025-06", "tenor": "1y"}),
    ("loan_rate", {"day": "2024", "spread_bp": 50}),
    ("loan_rate", {"day": "2025-06-01", "tenor": "5y", "spread_bp": -35}),
    ("loan_rate", {"day": "2019-01"}),
    ("loan_rate", {}),
    ("risk_pool_eligibility", {}),
    ("risk_pool_eligibility", {"pool": "gx-ai-credit-pool"}),
    ("risk_pool_eligibility", {"pool": "珠海", "net_loss": 620, "credit_share_pct": 80, "recovered": 20}),
    (
        "risk_pool_eligibility",
        {"pool": "安徽", "principal_loss": 500, "loan_type": "direct", "bank_duty": 100},
    ),
    ("risk_pool_eligibility", {"pool": "上海", "net_loss": 100, "first_loan": True}),
    ("risk_pool_eligibility", {"pool": "广州", "scheme_mode": "gov_bank"}),
    ("risk_pool_eligibility", {"pool": "广东"}),
    ("risk_pool_eligibility", {"labels": ["high_tech"], "confirmed": True, "established_months": 20}),
]


def held(result: ToolResult) -> set[tuple[str, ...]]:
    lines = [fact.text() for fact in result.facts]
    lines += [f"{step.label}：{step.detail}" for step in result.trace]
    lines += [source.title for source in result.sources]
    if result.rule:
        lines.append(result.as_of.isoformat())
    return {claim.key for line in lines for claim in claims_of(line, TODAY)}


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=lambda value: str(value)[:40])
async def test_every_claim_of_a_summary_rests_on_the_result(name: str, arguments: dict[str, Any]):
    async def search(query, k, collection, as_of):
        return []

    context = ToolContext(
        principal=principal_for("rm", "t"),
        as_of=TODAY,
        today=TODAY,
        store=None,  # pyright: ignore[reportArgumentType]
        search=search,
    )
    call = await run_tool(catalogue(), name, arguments, context)
    assert call.result is not None and call.result.summary
    known = held(call.result)
    figures = {key[1] for key in known}
    open_claims = [
        claim.text
        for sentence in call.result.summary
        for claim in claims_of(sentence, TODAY)
        if claim.key not in known and claim.key[1] not in figures
    ]
    assert open_claims == []
    assert all(sentence.endswith("。") for sentence in call.result.summary)
