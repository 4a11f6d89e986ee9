"""The calendar that moves a small firm's cash: Spring Festival (a moving holiday) and quarterly tax months."""

from __future__ import annotations

from datetime import date, timedelta

# First day of the lunar year, public calendar. Years outside the table have no festival effect.
SPRING_FESTIVAL: dict[int, date] = {
    2018: date(2018, 2, 16),
    2019: date(2019, 2, 5),
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
}
IDLE_DAYS = 21  # one week before the festival to two weeks after: factories and offices are mostly still
QUARTER_TAX_MONTHS = frozenset({1, 4, 7, 10})  # enterprise income tax is prepaid in the month after a quarter


def month_index(day: date) -> int:
    """Months since year 0: makes month arithmetic plain integer arithmetic."""
    return day.year * 12 + day.month - 1


def month_start(index: int) -> date:
    """First day of the month with this index."""
    return date(index // 12, index % 12 + 1, 1)


def month_end(index: int) -> date:
    """Last day of the month with this index."""
    return month_start(index + 1) - timedelta(days=1)


def month_label(index: int) -> str:
    """`2026-10`."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def festival_share(index: int) -> float:
    """Share (0 to 1) of the month's days that fall into the Spring Festival idle time."""
    first, last = month_start(index), month_end(index)
    festival = SPRING_FESTIVAL.get(first.year)
    if festival is None:
        return 0.0
    start = festival - timedelta(days=7)
    end = start + timedelta(days=IDLE_DAYS - 1)
    overlap = (min(last, end) - max(first, start)).days + 1
    return max(0, overlap) / ((last - first).days + 1)


def bonus_month(index: int) -> bool:
    """Whether year-end bonuses are paid in this month: the one that holds the day ten days before the festival."""
    festival = SPRING_FESTIVAL.get(index // 12)
    return festival is not None and month_index(festival - timedelta(days=10)) == index
