import pytest

from assistant.tools.risk_pool_eligibility.scheme import Scheme
from assistant.tools.risk_pool_eligibility.schemes import schemes
from assistant.tools.rules.ruleset import When
from assistant.tools.rules.verdict import holds, judge, overall


def scheme(identity: str) -> Scheme:
    return schemes()[identity][-1]


def test_what_is_not_given_is_unknown_never_failed():
    for versions in schemes().values():
        assert {verdict.outcome for verdict in judge(versions[-1].conditions, {})} <= {"unknown"}
    assert overall(()) == "unknown"


@pytest.mark.parametrize(
    ("labels", "outcome"),
    [(["high_tech"], "pass"), (["high_tech", "tech_sme"], "pass"), ([], "fail"), (None, "unknown")],
)
def test_a_label_of_the_list_opens_the_scheme(labels, outcome):
    verdicts = {
        v.condition.id: v.outcome for v in judge(scheme("gx-tech-loan").conditions, {"labels": labels})
    }
    assert verdicts["label"] == outcome


def test_one_failed_condition_decides_and_an_open_one_keeps_it_open():
    good = {"labels": ["tech_sme"], "confirmed": True, "in_statistics": True, "recovery_finished": True}
    tech = scheme("gx-tech-loan")
    assert overall(judge(tech.conditions, good)) == "pass"
    assert overall(judge(tech.conditions, good | {"confirmed": False})) == "fail"
    assert overall(judge(tech.conditions, good | {"confirmed": None})) == "unknown"
    assert overall(judge(tech.conditions, {"confirmed": False})) == "fail"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"established_months": 24}, True),
        ({"established_months": 25}, None),
        ({"established_months": 25, "first_loan": False}, False),
        ({"first_loan": True}, True),
        ({}, None),
    ],
)
def test_any_of_several_is_three_valued(inputs: dict, expected: bool | None):
    tier = scheme("gx-tech-loan").compensation.tiers[0]
    assert holds(tier.when, inputs) is expected


@pytest.mark.parametrize(
    ("op", "value", "given_", "expected"),
    [
        ("gt", 50, 50, False),
        ("ge", 50, 50, True),
        ("lt", 50, 50, False),
        ("ne", "a", "b", True),
        ("in", ["a"], "b", False),
    ],
)
def test_comparisons(op, value, given_, expected):
    assert holds(When(input="x", op=op, value=value), {"x": given_}) is expected
    assert holds(
        When(all=(When(input="x", op=op, value=value), When(input="y", op="eq", value=1))), {"x": given_}
    ) is (None if expected else False)
