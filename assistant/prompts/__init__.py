"""The texts a model is given."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib.resources import files

_DIGITS = 12


@cache
def system_prompt() -> str:
    return files("assistant.prompts").joinpath("system.zh.md").read_text(encoding="utf-8").strip()


@cache
def prompt_version() -> str:
    """The beginning of the SHA-256 of every prompt file and of this one, which joins them; stored with every answer."""
    digest = hashlib.sha256()
    for part in sorted(files("assistant.prompts").iterdir(), key=lambda one: one.name):
        if part.name.endswith((".md", ".py")):
            digest.update(part.name.encode() + b"\0" + part.read_bytes() + b"\0")
    return digest.hexdigest()[:_DIGITS]


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
