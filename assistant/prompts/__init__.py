"""The texts a model is given. `PROMPT_VERSION` changes with any of them and is stored with every answer."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

PROMPT_VERSION = "2026-11-1"


@cache
def system_prompt() -> str:
    return files("assistant.prompts").joinpath("system.zh.md").read_text(encoding="utf-8").strip()


def question_message(question: str, values: str, as_of: date, evidence: str) -> str:
    """The user turn: the day, the question with placeholders, what they stand for, and the evidence.

    `values` is a line such as `⟨M1⟩=12000万元 ⟨P1⟩=8%`, empty when the question names no value.
    """
    lines = [f"日期：{as_of.isoformat()}", f"问题：{question}"]
    if values:
        lines.append(f"数值：{values}")
    if evidence:
        lines.append(f"证据：\n{evidence}")
    return "\n".join(lines)
