"""The picture of a compensation adds up to what is paid."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tools.risk_pool_eligibility.compute import Finding, assess
from assistant.tools.risk_pool_eligibility.schemes import schemes
from assistant.tools.risk_pool_eligibility.waterfall import waterfall

MONEY = st.decimals(0, 100_000, places=2)
INPUTS = st.fixed_dictionaries(
    {"net_loss": MONEY, "principal_loss": MONEY},
    optional={
        "recovered": MONEY,
        "first_loan": st.booleans(),
        "pure_credit": st.booleans(),
        "pool_remaining": MONEY,
        "credit_share_pct": st.decimals(0, 100, places=1),
        "loan_type": st.sampled_from(["direct", "guaranteed"]),
    },
)


def finding(identity: str, inputs: dict, outcome="pass") -> Finding:
    found = assess(schemes()[identity][-1], None, inputs, date(2026, 11, 23))
    return replace(found, outcome=outcome)


@given(st.sampled_from(["zhuhai-2022", "anhui-2022", "shanghai-microtech"]), INPUTS)
def test_relative_steps_lead_from_each_total_to_the_next(identity: str, inputs: dict):
    found = finding(identity, inputs)
    picture = waterfall(found)
    if picture is None:
        assert found.payable is None or not found.payment.loss or found.payment.rate_pct is None
        return
    height = None
    for step in picture["steps"]:
        amount = Decimal(step["amount"])
        if step["total"]:
            assert amount >= 0 and height in (None, amount)
            height = amount
        else:
            assert height is not None and amount <= 0
            height += amount
    assert height == found.payable


@pytest.mark.parametrize("outcome", ["fail"])
def test_where_nothing_is_paid_nothing_is_drawn(outcome: str):
    assert waterfall(finding("zhuhai-2022", {"net_loss": Decimal(200)}, outcome)) is None
    assert waterfall(finding("gx-tech-loan", {"net_loss": Decimal(200)})) is None
