from __future__ import annotations

import json

import pytest
from fake_llm.server import Reply

from assistant.tools import catalogue


def run(live, name, arguments, role="rm", **beside):
    with live.client(role) as client:
        body = {"arguments": arguments, **({"bagui": beside} if beside else {})}
        return client.post(f"/v1/tools/{name}", json=body)


def test_the_catalogue_has_the_contracts_keys(live):
    with live.client("developer") as client:
        tools = client.get("/v1/tools").json()["tools"]
    assert [tool["name"] for tool in tools] == list(catalogue())
    for tool in tools:
        assert set(tool) == {"name", "title", "summary", "parameters", "scope", "risk_level"}
        assert tool["parameters"]["additionalProperties"] is False


def test_a_run_has_the_contracts_keys(live):
    arguments = {
        "revenue": 12000, "profit_margin_pct": 8, "growth_pct": 15, "inventory_days": 60, "receivable_days": 90,
        "payable_days": 45, "prepayment_days": 10, "advance_days": 15, "own_funds": 1000, "existing_loans": 800,
        "other_funding": 300,
    }  # fmt: skip
    call = run(live, "working_capital_need", arguments).json()
    assert set(call) == {"id", "name", "ok", "result", "error"}
    assert call["ok"] and call["error"] is None
    assert "1426.67" in json.dumps(call["result"]["value"])


@pytest.mark.parametrize(
    ("name", "arguments", "status", "code"),
    [
        ("no_such_tool", {}, 404, "tool_not_found"),
        ("loan_rate", {"tenor": "7y"}, 400, "invalid_arguments"),
        ("loan_rate", {"surprise": 1}, 400, "invalid_arguments"),
        ("search_knowledge", {"query": "贷款", "k": 201}, 400, "invalid_arguments"),
        ("working_capital_need", {"revenue": -5}, 400, "invalid_arguments"),
        ("enterprise_portrait", [], 400, "invalid_value"),
    ],
)
def test_bad_calls_are_errors(live, name, arguments, status, code):
    response = run(live, name, arguments)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_a_tools_own_failure_is_a_result(live):
    response = run(live, "enterprise_portrait", {"enterprise": "不存在的企业有限公司"})
    assert response.status_code == 200
    assert response.json()["ok"] is False and response.json()["error"]


def test_enterprise_tools_need_the_scope(live):
    response = run(live, "enterprise_portrait", {"enterprise": "x"}, role="developer")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "scope_missing")


def test_search_gives_the_rows_of_the_command(live):
    call = run(live, "search_knowledge", {"query": "流动资金贷款期限", "k": 3}).json()
    rows = call["result"]["value"]
    assert len(rows) == 3
    assert {"id", "source_id", "document_id", "title", "locator", "text", "score", "status"} <= set(rows[0])


SIX = {
    "search_knowledge": {"query": "流动资金贷款期限", "k": 3},
    "enterprise_portrait": {"enterprise": "{enterprise}", "domains": ["registration", "tax"]},
    "financing_forecast": {"enterprise": "{enterprise}", "horizon_months": 6},
    "risk_pool_eligibility": {"pool": "gx-ai-credit-pool"},
    "working_capital_need": {
        "revenue": "12000", "profit_margin_pct": "8", "growth_pct": "15", "inventory_days": "60",
        "receivable_days": "90", "payable_days": "45", "prepayment_days": "10", "advance_days": "15",
    },
    "loan_rate": {"day": "2025-06-30", "tenor": "1y"},
}  # fmt: skip


@pytest.mark.parametrize("name", SIX)
def test_a_tool_gives_one_result_whoever_calls(live, llm, name):
    """Over HTTP, from the command line, and called by a model."""
    enterprise = live.state.demo.enterprise
    arguments = {key: enterprise if value == "{enterprise}" else value for key, value in SIX[name].items()}
    over_http = run(live, name, arguments).json()
    from_command = live.operate("tool", name=name, arguments=arguments)
    llm.script.append(Reply(calls=((name, arguments),)))
    with live.client() as client:
        body = {"model": "bagui", "messages": [{"role": "user", "content": "请用工具回答贷款问题"}]}
        answer = client.post("/v1/chat/completions", json=body).json()["bagui"]
    by_model = next(call for call in answer["tool_calls"] if call["chosen_by"] == "model")
    assert over_http["ok"], over_http["error"]
    assert from_command["result"] == over_http["result"] == by_model["result"]
    assert (by_model["name"], by_model["ok"]) == (name, True)
