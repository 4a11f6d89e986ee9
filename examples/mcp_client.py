"""The tools over the Model Context Protocol, with the official package.

python examples/mcp_client.py
"""

import asyncio

import httpx2
from address import KEY, URL
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=60)
    async with http, Client(streamable_http_client(f"{URL}/mcp", http_client=http)) as client:
        for tool in (await client.list_tools()).tools:
            print(tool.name, tool.title)
        # What travels in `bagui` over HTTP (enterprise, as_of) travels in `_meta` here.
        made = await client.call_tool(
            "search_knowledge", {"query": "流动资金贷款期限", "k": 2}, meta={"bagui": {"as_of": "2025-06-30"}}
        )
        for row in made.structured_content["result"]["value"]:
            print(f"\n{row['title']} {row['locator']}（{row['status']}）\n{row['text'][:60]}")
        # A failure of the tool is a result as well, so that a model reads why.
        refused = await client.call_tool("enterprise_portrait", {"enterprise": "某企业"})
        print("\n出错" if refused.is_error else "", refused.structured_content["error"]["message"])


asyncio.run(main())
