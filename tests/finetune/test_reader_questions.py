"""The reader's questions: labels from a closed list, marks that close, every kind there often enough to be learned."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from finetune.reader.questions import Labelled, read_pairs, read_questions

ACTS = {"rule", "data", "compute", "compare", "list", "draft", "front_end", "chat", "person", "out"}
CATEGORIES = {
    "falsify", "evade_controls", "launder", "loan_fraud", "tax_fraud", "promise_approval", "change_score", "instructions", "credentials",
    "personal_data", "others_data", "discrimination", "bribery", "coercive_collection", "illegal_fundraising", "cyber_attack", "insider_leak",
    "harmful_content",
}  # fmt: skip
TOOLS = {
    "search_knowledge", "enterprise_portrait", "financing_forecast", "risk_pool_eligibility", "cash_flow_monitor", "early_warning",
    "ai_enterprise_assessment", "ip_valuation", "pledge_registration", "lifecycle_plan", "subsidy_calculator", "sme_qualification",
    "working_capital_need", "repayment_plan", "project_matching", "fraud_check", "loan_rate", "portfolio",
}  # fmt: skip
WHOSE = {"none", "own", "selected", "named", "several", "portfolio", "other", "figures"}


@pytest.fixture(scope="module")
def questions() -> list[Labelled]:
    return read_questions()


def test_labels_are_from_the_list(questions: list[Labelled]) -> None:
    for one in questions:
        plain = {act for act in one.acts if not act.startswith("refuse:")}
        assert plain <= ACTS, one
        assert not one.category or one.category in CATEGORIES, one
        assert one.tools <= TOOLS and one.whose in WHOSE, one


def test_marks_are_closed_and_leave_no_trace(questions: list[Labelled]) -> None:
    assert [one.question for one in questions if re.search(r"\|[a-z_]*\}|\{[^{}]*\|", one.question)] == []


def test_every_tool_and_act_has_questions(questions: list[Labelled]) -> None:
    tools = Counter(tool for one in questions for tool in one.tools)
    acts = Counter(act for one in questions for act in one.acts)
    assert min(tools[name] for name in TOOLS - {"search_knowledge"}) >= 80
    assert min(acts[name] for name in ACTS) >= 40


def test_what_is_declined_has_as_many_that_only_sound_like_it(questions: list[Labelled]) -> None:
    declined = Counter(one.category for one in questions if one.source.startswith("refuse"))
    harmless = declined.pop("")
    assert min(declined.values()) >= 75 and harmless >= 0.9 * sum(declined.values())


RELATIONS = {"new", "subject", "firm", "value", "day", "aspect", "fill", "refine", "pronoun"}


def test_pairs_name_what_the_second_turn_takes_over() -> None:
    pairs = read_pairs()
    assert {pair.relation for pair in pairs} == RELATIONS
    assert 0.3 <= sum(pair.relation == "new" for pair in pairs) / len(pairs) <= 0.5
    for pair in pairs:
        assert pair.whole.whose in WHOSE and pair.whole.tools <= TOOLS, pair
        assert pair.relation != "new" or pair.whole.question == pair.second, pair
