"""Run one deterministic tool over HTTP: the same computation that the assistant calls, without a language model.

python examples/tools.py
"""

import httpx
from address import KEY, URL

client = httpx.Client(base_url=f"{URL}/v1", headers={"Authorization": f"Bearer {KEY}"}, timeout=60)

for tool in client.get("/tools").raise_for_status().json()["tools"]:
    print(tool["name"], tool["title"])

# Money is in 万元. A day beside the arguments decides which rules are read.
arguments = {
    "revenue": 12000, "profit_margin_pct": 8, "growth_pct": 15, "inventory_days": 60, "receivable_days": 90,
    "payable_days": 45, "prepayment_days": 10, "advance_days": 15, "own_funds": 1000,
}  # fmt: skip
body = {"arguments": arguments, "bagui": {"as_of": "2025-06-30"}}
call = client.post("/tools/working_capital_need", json=body).raise_for_status().json()
result = call["result"]
print("\n新增流动资金贷款额度", result["value"], result["unit"])
print("规则", result["rule"]["id"], result["rule"]["version"], result["rule"]["status"])
for step in result["trace"]:
    print(" ", step["label"], step["detail"])
print("须人工复核" if result["requires_human"] else "无须人工复核")

# What a tool itself cannot do is a result that says why; a wrong request is an HTTP error.
wrong = client.post("/tools/working_capital_need", json={"arguments": {"revenue": -5}})
print(wrong.status_code, wrong.json()["error"]["message"])
