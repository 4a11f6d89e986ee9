"""Ask with OpenAI's package: the answer whole with its evidence, then another one streamed.

python examples/ask.py
"""

from address import KEY, URL
from openai import OpenAI

client = OpenAI(base_url=f"{URL}/v1", api_key=KEY)


def asked(question: str) -> dict:
    return {"model": "bagui", "messages": [{"role": "user", "content": question}]}


# Whole. The standard fields are OpenAI's; the evidence travels beside them in `bagui`.
done = client.chat.completions.create(**asked("2025年6月的一年期LPR是多少"))
answer = done.bagui
print(done.choices[0].message.content)
print("状态", answer["status"], "· 核对数字", answer["verification"]["checked_numbers"])
for source in answer["citations"]:
    print(f"[{source['n']}] {source['title']} {source['locator']}".rstrip())
for call in answer["tool_calls"]:
    print("工具", call["name"], call["arguments"], "由", call["chosen_by"], "选择")

# Streamed, for a day on which another rule was in force. A sentence arrives once it is verified; what happens on
# the way comes in `bagui` of chunks without text, and the whole answer in the chunk with the finish reason.
print()
stream = client.chat.completions.create(
    **asked("流动资金贷款期限最长几年"), stream=True, extra_body={"bagui": {"as_of": "2024-03-01"}}
)
for chunk in stream:
    choice, beside = chunk.choices[0], (chunk.model_extra or {}).get("bagui", {})
    print(choice.delta.content or "", end="", flush=True)
    if beside.get("event") == "retrieved":
        print(f"（检索到{beside['count']}段）")
    if choice.finish_reason:
        print("\n还缺：" + "；".join(beside["missing"]))
