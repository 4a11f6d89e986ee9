"""Small turns of numbers that every domain record needs: money text, twelve-month sums, gaps in a series."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import numpy as np


def money(value: float) -> str:
    """Decimal text in 万元 with two places."""
    return f"{max(value, 0.0) + 0.0:.2f}"


def signed(value: float) -> str:
    """As `money`, negative values kept."""
    return f"{round(float(value), 2) + 0.0:.2f}"


def percent(value: float) -> str:
    """Percent points with one place."""
    return f"{round(float(value), 1) + 0.0:.1f}"


def money_series(values: Iterable[float]) -> tuple[str, ...]:
    return tuple(money(float(value)) for value in values)


def total(values: tuple[str | None, ...], months: int = 12) -> Decimal:
    """Sum of the last `months` values that are there."""
    return sum((Decimal(value) for value in values[-months:] if value is not None), Decimal(0))


def with_gaps(rng: np.random.Generator, values: tuple[str, ...], share: float) -> tuple[str | None, ...]:
    """Each month missing with probability `share`; the first three and the last one are kept."""
    missing = rng.random(len(values)) < share
    last = len(values) - 1
    return tuple(
        None if missing[i] and 3 <= i < last else value  # a delivery never starts or ends with a gap
        for i, value in enumerate(values)
    )
