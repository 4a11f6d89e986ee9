from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assistant.tools.formulas.working_capital import RULE, Turnover, working_capital

MONEY = st.decimals(0, 1_000_000, places=2)
DAYS = st.integers(0, 720).map(Decimal)


@given(
    MONEY,
    st.decimals(-50, 99, places=1),
    st.decimals(-90, 200, places=1),
    DAYS,
    DAYS,
    DAYS,
    DAYS,
    DAYS,
    MONEY,
)
def test_the_formula_in_its_own_words(revenue, margin, growth, a, b, c, d, e, others):
    turnover = Turnover(a, b, c, d, e)
    result = working_capital(revenue, margin, growth, turnover, others)
    days = a + b - c + d - e
    if days <= 0:
        assert result is None
        return
    assert result is not None
    turns = Decimal(360) / days
    expected = revenue * (1 - margin / 100) * (1 + growth / 100) / turns
    assert abs(result.capital - expected) <= Decimal("0.006")
    assert result.need == max(result.gap, Decimal(0))
    more = working_capital(revenue, margin, growth, turnover, others + 1)
    assert more is not None and more.need <= result.need


def test_the_formula_is_dated():
    assert RULE.status(date(2024, 6, 30)) == "not_yet" and RULE.status(date(2024, 7, 1)) == "in_force"
