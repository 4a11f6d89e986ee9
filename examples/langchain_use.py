"""Bagui in a LangChain program: as the chat model of a chain, and its tools as LangChain tools for an agent of yours.

python examples/langchain_use.py
"""

import httpx
from address import KEY, URL
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI

# 1. The assistant is a chat model. It calls its own tools and verifies its own sentences.
bagui = ChatOpenAI(model="bagui", base_url=f"{URL}/v1", api_key=KEY)
chain = ChatPromptTemplate.from_template("{month}的一年期LPR是多少") | bagui | StrOutputParser()
print(chain.invoke({"month": "2025年6月"}))
print("".join(chain.stream({"month": "2024年8月"})))

# 2. The catalogue as LangChain tools: name, description and schema come from the server, the server computes.
server = httpx.Client(base_url=f"{URL}/v1", headers={"Authorization": f"Bearer {KEY}"}, timeout=60)


def as_tool(card: dict) -> StructuredTool:
    def run(**arguments: object) -> dict:
        answer = server.post(f"/tools/{card['name']}", json={"arguments": arguments}).json()
        return answer.get("result") or answer  # a failure says why

    return StructuredTool.from_function(
        run, name=card["name"], description=card["summary"], args_schema=card["parameters"]
    )


tools = {card["name"]: as_tool(card) for card in server.get("/tools").json()["tools"]}
rate = tools["loan_rate"].invoke({"day": "2025-06-30", "tenor": "1y"})
print(rate["summary"][0])
# from langchain.agents import create_agent
# create_agent(your_own_model, list(tools.values()))
