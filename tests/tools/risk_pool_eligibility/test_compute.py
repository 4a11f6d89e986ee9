from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tools.risk_pool_eligibility.compute import compensate
from assistant.tools.risk_pool_eligibility.scheme import Scheme
from assistant.tools.risk_pool_eligibility.schemes import schemes

CALCULATED = ["zhuhai-2022", "anhui-2022", "shanghai-microtech"]
MONEY = st.decimals(0, 100_000, places=2)
FLAG = st.sampled_from([True, False, None])


def scheme(identity: str) -> Scheme:
    return schemes()[identity][-1]


INPUTS = st.fixed_dictionaries(
    {},
    optional={
        "net_loss": MONEY,
        "principal_loss": MONEY,
        "recovered": MONEY,
        "first_loan": FLAG,
        "pure_credit": FLAG,
        "ip_pledge": FLAG,
        "receivable_inventory_pledge": FLAG,
        "credit_share_pct": st.decimals(0, 100, places=1),
        "loan_type": st.sampled_from(["direct", "guaranteed"]),
        "bank_duty": MONEY,
        "already_paid": MONEY,
        "pool_remaining": MONEY,
        "recorded_months": st.integers(0, 60),
        "only_project": FLAG,
        "already_compensated": FLAG,
    },
)


@given(st.sampled_from(CALCULATED), INPUTS)
def test_a_payment_stays_within_the_loss_its_rate_and_every_cap(identity: str, inputs: dict):
    found = compensate(scheme(identity), inputs)
    if found.amount is None or found.loss is None:
        return
    assert found.rate_pct is not None and 0 <= found.rate_pct <= 100
    assert 0 <= found.amount <= found.loss * found.rate_pct / 100 + Decimal("0.005")
    caps = scheme(identity).compensation.caps
    for limit in (caps.per_loan, caps.pool_total, inputs.get("pool_remaining")):
        assert limit is None or found.amount <= limit
    if caps.share_of_bank_duty_pct is not None and "bank_duty" in inputs:
        paid = inputs.get("already_paid", Decimal(0))
        bound = max(inputs["bank_duty"] * caps.share_of_bank_duty_pct / 100 - paid, Decimal(0))
        assert found.amount <= bound + Decimal("0.005")


@given(st.sampled_from(CALCULATED), INPUTS, MONEY)
def test_more_loss_never_pays_less_and_more_recovered_never_pays_more(
    identity: str, inputs: dict, more: Decimal
):
    name = "principal_loss" if identity == "anhui-2022" else "net_loss"
    base = inputs | {name: inputs.get(name, Decimal(0))}
    before = compensate(scheme(identity), base).amount
    lost = compensate(scheme(identity), base | {name: base[name] + more}).amount
    back = compensate(scheme(identity), base | {"recovered": base.get("recovered", Decimal(0)) + more}).amount
    if before is not None:
        assert lost is not None and back is not None
        assert back <= before <= lost


@given(MONEY, MONEY)
def test_recovered_money_reduces_the_loss_before_the_rate(loss: Decimal, recovered: Decimal):
    found = compensate(
        scheme("shanghai-microtech"), {"net_loss": loss, "recovered": recovered, "first_loan": False}
    )
    left = max(loss - recovered, Decimal(0))
    assert found.loss == left and found.amount is not None
    assert abs(found.amount - left * 55 / 100) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("inputs", "rate", "amount"),
    [
        ({"net_loss": 200, "credit_share_pct": 80, "first_loan": False}, 70, "140.00"),
        ({"net_loss": 200, "credit_share_pct": 80, "first_loan": True}, 90, "180.00"),
        ({"net_loss": 200, "credit_share_pct": 70, "first_loan": False}, 70, "140.00"),
        ({"net_loss": 200, "credit_share_pct": 50, "first_loan": False}, 0, "0.00"),
        ({"net_loss": 200, "credit_share_pct": Decimal("50.1"), "first_loan": False}, 50, "100.00"),
        ({"net_loss": 600, "credit_share_pct": 80, "first_loan": False}, 70, "300.00"),
        ({"net_loss": 600, "credit_share_pct": 80, "first_loan": False, "pool_remaining": 120}, 70, "120.00"),
    ],
)
def test_zhuhai_takes_the_highest_tier_and_never_adds(inputs: dict, rate: int, amount: str):
    found = compensate(scheme("zhuhai-2022"), inputs)
    assert found.rate_pct == rate and found.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("inputs", "rate", "amount"),
    [
        ({"principal_loss": 500, "loan_type": "direct", "first_loan": False}, 30, "150.00"),
        ({"principal_loss": 500, "loan_type": "direct", "first_loan": True}, 35, "175.00"),
        (
            {"principal_loss": 500, "loan_type": "direct", "first_loan": True, "pure_credit": True},
            35,
            "175.00",
        ),
        ({"principal_loss": 500, "loan_type": "guaranteed", "ip_pledge": True}, 25, "125.00"),
        ({"principal_loss": 500, "loan_type": "direct", "bank_duty": 100, "already_paid": 30}, 30, "50.00"),
    ],
)
def test_anhui_adds_five_points_once_and_stays_under_the_banks_duty(inputs: dict, rate: int, amount: str):
    found = compensate(scheme("anhui-2022"), inputs)
    assert found.rate_pct == rate and found.amount == Decimal(amount)


def test_shanghai_is_an_upper_bound():
    found = compensate(scheme("shanghai-microtech"), {"net_loss": 100, "first_loan": True})
    assert found.ceiling and found.rate_pct == 60 and found.amount == Decimal("60.00")


def test_a_loss_is_not_compensated_twice():
    found = compensate(
        scheme("zhuhai-2022"), {"net_loss": 200, "credit_share_pct": 80, "already_compensated": True}
    )
    assert found.repeated and found.amount == 0


@pytest.mark.parametrize("identity", ["gx-tech-loan", "gx-ai-credit-pool", "guangzhou-2025", "guangdong-ip"])
def test_a_rate_that_is_not_held_never_makes_an_amount(identity: str):
    found = compensate(scheme(identity), {"net_loss": 500, "first_loan": True, "established_months": 6})
    assert found.amount is None and found.rate_pct is None and found.not_held
