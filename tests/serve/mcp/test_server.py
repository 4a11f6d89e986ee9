"""`/mcp` with the official client: the catalogue of the API, run the same way, and every way in that stays shut."""

from __future__ import annotations

import ast
import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

WORKING_CAPITAL = {
    "revenue": "12000", "profit_margin_pct": "8", "growth_pct": "15", "inventory_days": "60",
    "receivable_days": "90", "payable_days": "45", "prepayment_days": "10", "advance_days": "15",
}  # fmt: skip
CALLS = {
    "search_knowledge": {"query": "流动资金贷款期限", "k": 3},
    "enterprise_portrait": {"enterprise": "{enterprise}", "domains": ["registration", "tax"]},
    "financing_forecast": {"enterprise": "{enterprise}", "horizon_months": 6},
    "risk_pool_eligibility": {"pool": "gx-ai-credit-pool"},
    "working_capital_need": WORKING_CAPITAL,
    "loan_rate": {"day": "2025-06-30", "tenor": "1y"},
}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@asynccontextmanager
async def connected(live, role: str = "rm", mode: str = "auto") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {live.key(role)}"}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
        Client(streamable_http_client(f"{live.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


def over_http(live, name: str, arguments: dict, role: str = "rm", **beside) -> dict:
    with live.client(role) as client:
        body = {"arguments": arguments, **({"bagui": beside} if beside else {})}
        return client.post(f"/v1/tools/{name}", json=body).json()


def audited(live) -> list[str]:
    with closing(sqlite3.connect(live.settings.home_path / "bagui.sqlite")) as database:
        return [what for (what,) in database.execute("SELECT what FROM audit ORDER BY seq")]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_catalogue_is_that_of_the_api(live, mode):
    async with connected(live, "developer", mode) as client:
        listed = (await client.list_tools()).tools
    with live.client("developer") as http:
        tools = http.get("/v1/tools").json()["tools"]
    assert [
        {
            "name": tool.name,
            "title": tool.title,
            "summary": tool.description,
            "parameters": tool.input_schema,
            "scope": tool.meta["bagui"]["scope"],
            "risk_level": tool.meta["bagui"]["risk_level"],
        }
        for tool in listed
    ] == tools
    assert {tool["name"] for tool in tools} == set(CALLS)
    assert all(tool.annotations.read_only_hint for tool in listed)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_tool_gives_what_it_gives_over_http(live, mode):
    enterprise = live.state.demo.enterprise
    async with connected(live, mode=mode) as client:
        for name, given in CALLS.items():
            arguments = {
                key: enterprise if value == "{enterprise}" else value for key, value in given.items()
            }
            expected = over_http(live, name, arguments)
            made = await client.call_tool(name, arguments)
            assert not made.is_error and expected["ok"], expected["error"]
            assert set(made.structured_content) == {"id", "name", "ok", "result", "error"}
            assert made.structured_content | {"id": ""} == expected | {"id": ""}
            assert json.loads(made.content[0].text) == made.structured_content


async def test_enterprise_and_day_travel_in_meta(live):
    enterprise = live.state.demo.enterprise
    beside = {"enterprise": enterprise, "as_of": "2024-03-01"}
    async with connected(live) as client:
        made = await client.call_tool(
            "risk_pool_eligibility", {"pool": "gx-tech-loan"}, meta={"bagui": beside}
        )
        wrong = await client.call_tool("loan_rate", {}, meta={"bagui": {"as_of": "2024-13-01"}})
        unknown = await client.call_tool("loan_rate", {}, meta={"bagui": {"day": "2024-01-01"}})
    expected = over_http(live, "risk_pool_eligibility", {"pool": "gx-tech-loan"}, **beside)
    assert made.structured_content["result"] == expected["result"]
    assert made.structured_content["result"]["as_of"] == "2024-03-01"
    assert (wrong.is_error, wrong.structured_content["error"]["param"]) == (True, "as_of")
    assert unknown.structured_content["error"]["code"] == "unknown_parameter"


@pytest.mark.parametrize(
    ("role", "name", "arguments", "code"),
    [
        ("rm", "loan_rate", {"tenor": "7y"}, "invalid_arguments"),
        ("rm", "loan_rate", {"surprise": 1}, "invalid_arguments"),
        ("rm", "search_knowledge", {"query": "贷款", "k": 201}, "invalid_arguments"),
        ("rm", "search_knowledge", {}, "invalid_arguments"),
        ("developer", "enterprise_portrait", {"enterprise": "x"}, "scope_missing"),
    ],
)
async def test_what_a_model_can_mend_is_a_result_with_the_apis_error(live, role, name, arguments, code):
    async with connected(live, role) as client:
        made = await client.call_tool(name, arguments)
    assert made.is_error and made.structured_content["error"]["code"] == code
    assert made.structured_content == over_http(live, name, arguments, role)


async def test_a_tools_own_failure_is_the_same_call_and_is_audited(live):
    """An unknown enterprise, and one whose tax data nobody opened."""
    codes = [row["code"] for row in live.operate("enterprises")]
    held = {row["enterprise"] for row in live.operate("consent_list")}
    closed = next(code for code in codes if code not in held)
    async with connected(live) as client:
        for enterprise in ("不存在的企业有限公司", closed):
            arguments = {"enterprise": enterprise, "domains": ["tax"]}
            before = len(audited(live))
            made = await client.call_tool("enterprise_portrait", arguments)
            assert audited(live)[before:] == ["tool.enterprise_portrait"]
            expected = over_http(live, "enterprise_portrait", arguments)
            assert made.is_error is not expected["ok"]
            assert made.structured_content | {"id": ""} == expected | {"id": ""}
            assert made.structured_content["error"] or made.structured_content["result"]["missing"]


async def test_an_unknown_tool_is_an_error_of_the_protocol(live):
    async with connected(live) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("no_such_tool", {})
    assert caught.value.code == -32602 and caught.value.data["code"] == "tool_not_found"


async def test_many_callers_at_once_each_get_their_own(live):
    async def ask(client: Client, days: int) -> dict:
        arguments = WORKING_CAPITAL | {"inventory_days": str(days)}
        return (await client.call_tool("working_capital_need", arguments)).structured_content

    async with connected(live) as one, connected(live, "developer") as other:
        made = await asyncio.gather(*(ask(one if days % 2 else other, days) for days in range(40, 60)))
    used = [call["result"]["inputs_used"]["inventory_days"] for call in made]
    assert [int(float(value)) for value in used] == list(range(40, 60))
    assert len({call["id"] for call in made}) == 20


def test_a_key_is_needed_and_every_wrong_one_reads_the_same(live):
    made = live.operate("key_create", role="developer")
    site = live.operate("site_create", origins=["https://park.example.cn"])
    with live.client(None) as client:

        def post(key: str | None) -> httpx.Response:
            headers = ACCEPT | ({"Authorization": f"Bearer {key}"} if key else {})
            return client.post("/mcp", json=LIST, headers=headers)

        opened = client.post(
            "/widget/session", json={"site": site["site_key"]}, headers={"Origin": "https://park.example.cn"}
        )
        assert post(made["key"]).status_code == 200
        live.operate("key_revoke", id=made["id"])
        refused = [post(None), post("bg_wrong"), post(made["key"])]
        visitor = post(opened.json()["token"])
        auditor = post(live.key("auditor"))
    for response in refused:
        assert (response.status_code, response.json()["error"]["code"]) == (401, "invalid_api_key")
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert response.json() == refused[0].json() and response.headers["x-request-id"]
    for response in (visitor, auditor):
        assert (response.status_code, response.json()["error"]["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"headers": {"Origin": "https://evil.example"}}, 403, "origin_denied"),
        ({"headers": {"Origin": "null"}}, 403, "origin_denied"),
        ({"method": "GET"}, 405, "method_not_allowed"),
        ({"method": "DELETE"}, 405, "method_not_allowed"),
        ({"headers": {"Content-Type": "text/plain"}}, 415, "unsupported_media_type"),
        ({"content": b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}'}, 400, "invalid_json"),
        ({"content": b'{"jsonrpc":"2.0","id":NaN,"method":"tools/list"}'}, 400, "invalid_json"),
        ({"content": b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}'}, 400, "invalid_text"),
        ({"content": b"x" * 300_001}, 413, "request_too_large"),
        ({"path": "/mcp/"}, 404, "not_found"),
    ],
)
def test_what_is_refused_before_the_protocol_begins(live, change, status, code):
    with live.client() as client:
        response = client.request(
            change.get("method", "POST"),
            change.get("path", "/mcp"),
            content=change.get("content", json.dumps(LIST).encode()),
            headers={"Content-Type": "application/json"} | ACCEPT | change.get("headers", {}),
        )
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("body", [[LIST], "x", {}, {"jsonrpc": "2.0", "id": 1}, LIST | {"method": "nothing"},
                                  LIST | {"method": "tools/call", "params": {"name": 7}}])  # fmt: skip
@pytest.mark.parametrize("version", [None, "2025-06-18", "2026-07-28", "1999-01-01"])
def test_a_message_out_of_shape_is_the_protocols_own_error(live, body, version):
    headers = ACCEPT | ({"MCP-Protocol-Version": version} if version else {})
    with live.client() as client:
        response = client.post("/mcp", json=body, headers=headers)
    assert response.status_code < 500
    assert response.json()["jsonrpc"] == "2.0" and response.json()["error"]["code"] < 0


async def test_a_fault_of_the_server_tells_nothing_of_the_inside(live, monkeypatch):
    async def broken(*_args, **_named):
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(live.state.bagui.assistant, "run_tool", broken)
    for mode in ("auto", "legacy"):
        async with connected(live, mode=mode) as client:
            with pytest.raises(MCPError) as caught:
                await client.call_tool("loan_rate", {})
        assert caught.value.data["code"] == "internal_error" and "req_" in caught.value.message
        assert "inside" not in str(caught.value.error)


def test_the_protocols_package_stays_in_its_file_and_out_of_the_start():
    room = Path(__file__).parents[3]
    for file in (
        file for name in ("serve", "assistant", "knowledge") for file in (room / name).rglob("*.py")
    ):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        names |= {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        if file.parts[-3:] != ("serve", "mcp", "server.py"):
            assert not {name for name in names if name.split(".")[0] in {"mcp", "mcp_types"}}, file
        at_once = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
        assert "serve.mcp.server" not in at_once, file
