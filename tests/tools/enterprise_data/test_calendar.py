"""The moving holiday: shares of months, and the month in which bonuses are paid."""

from datetime import date

import pytest

from assistant.tools.enterprise_data.calendar import (
    SPRING_FESTIVAL,
    bonus_month,
    festival_share,
    month_end,
    month_index,
    month_label,
)


@pytest.mark.parametrize("year", sorted(SPRING_FESTIVAL))
def test_idle_days_of_a_year_are_three_weeks(year):
    shares = [festival_share(month_index(date(year, month, 1))) for month in range(1, 13)]
    days = sum(
        share * month_end(month_index(date(year, month, 1))).day for month, share in enumerate(shares, 1)
    )
    assert days == pytest.approx(21)
    assert sum(shares[3:]) == 0


def test_early_and_late_festivals_differ():
    assert festival_share(month_index(date(2023, 1, 1))) > festival_share(month_index(date(2023, 2, 1)))
    assert festival_share(month_index(date(2026, 1, 1))) == 0
    assert bonus_month(month_index(date(2026, 2, 1)))
    assert bonus_month(month_index(date(2023, 1, 1)))


def test_years_outside_the_table_have_no_effect():
    assert festival_share(month_index(date(1999, 2, 1))) == 0


def test_labels_and_ends():
    assert month_label(month_index(date(2026, 9, 30))) == "2026-09"
    assert month_end(month_index(date(2024, 2, 3))) == date(2024, 2, 29)
