"""What the embedded model may write: calls that can be run with the question's own values, and nothing else."""

import re

import pytest

from assistant.llm.embedded_grammar import available_marks, available_placeholders, grammar
from assistant.llm.embedded_prompt import REFUSAL
from assistant.tools import catalogue

FUNCTIONS = [
    {"name": name, "description": tool.summary, "parameters": tool.parameters}
    for name, tool in catalogue().items()
]
FIGURES = "问题：收入⟨M1⟩，利润率⟨P1⟩，增长⟨P2⟩，存货⟨T1⟩应收⟨T2⟩应付⟨T3⟩预付⟨T4⟩预收⟨T5⟩，缺口多大"


def rule(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{name} ::= "))


def field(text: str, argument: str) -> str:
    return next(line for line in text.splitlines() if f'\\"{argument}\\": ' in line)


def made(question: str, marks: list[str] | None = None, **kept) -> str:
    return grammar(FUNCTIONS, available_placeholders(question), marks or [], **kept)


def test_an_argument_takes_placeholders_of_its_own_kind_only():
    text = made(FIGURES)
    assert re.findall(r"⟨.\d⟩", field(text, "revenue")) == ["⟨M1⟩"]
    assert re.findall(r"⟨.\d⟩", field(text, "growth_pct")) == ["⟨P1⟩", "⟨P2⟩"]
    assert re.findall(r"⟨.\d⟩", field(text, "payable_days")) == [f"⟨T{n}⟩" for n in range(1, 6)]
    assert re.findall(r"⟨.\d⟩", field(text, "spread_bp")) == ["⟨P1⟩", "⟨P2⟩"]


def test_a_tool_without_its_figures_cannot_be_called():
    assert "working_capital_need" in made(FIGURES)
    assert "working_capital_need" not in made("问题：收入⟨M1⟩，流动资金缺口多大")


def test_no_number_can_be_written_out():
    text = made(FIGURES + "⟨E1⟩")
    for argument in ("revenue", "spread_bp", "loan_amount", "horizon_months"):
        assert not re.search(r"\[0-9\]|\\d", field(text, argument))


def test_placeholders_inside_evidence_are_not_the_users():
    assert available_placeholders("问题：⟨E1⟩\n证据：\n⟨S1⟩收入⟨M1⟩") == {"E": ["⟨E1⟩"]}


def test_an_unknown_enterprise_may_be_named_and_a_known_one_only_by_its_placeholder():
    assert "[A-Z" in field(made("问题：某某公司的画像"), "enterprise")
    assert "[A-Z" not in field(made("问题：⟨E1⟩的画像"), "enterprise")


def test_choices_come_from_the_schema():
    assert '\\"1y\\"' in field(made(FIGURES), "tenor")
    assert "30y" not in field(made(FIGURES), "tenor")


def test_an_answer_quotes_evidence_at_hand_or_declines():
    text = grammar([], {}, available_marks(["⟨S2⟩甲。", "⟨S7⟩乙。⟨S2⟩"]))
    assert rule(text, "mark") == 'mark ::= "⟨S2⟩" | "⟨S7⟩"'
    assert REFUSAL in rule(text, "answer")
    assert rule(grammar([], {}, []), "answer") == f'answer ::= "{REFUSAL}"'


@pytest.mark.parametrize("answer", [True, False])
def test_a_call_can_be_required(answer: bool):
    assert ("answer" in rule(made(FIGURES, answer=answer), "root")) is answer


def test_with_nothing_to_call_there_is_always_an_answer():
    assert "answer" in rule(grammar([], {}, [], answer=False), "root")
