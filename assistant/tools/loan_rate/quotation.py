"""Loan prime rate quotations: which one is in force on a day, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from assistant.document import Confidence
from assistant.tools.rules.ruleset import STRICT, RuleSet
from assistant.words.dates import PartialDate

Tenor = Literal["1y", "5y"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Both rates, in percent, as quoted on `day`."""

    __pydantic_config__: ClassVar[Any] = STRICT

    day: date
    y1: Decimal
    y5: Decimal
    confidence: Confidence
    source: str = ""

    def __post_init__(self) -> None:
        if not (0 < self.y1 < 100 and 0 < self.y5 < 100):
            raise ValueError("rates must lie between 0 and 100")

    def rate(self, tenor: Tenor) -> Decimal:
        return self.y1 if tenor == "1y" else self.y5


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotations(RuleSet):
    """`knowledge/rules/lpr.yaml`. A quotation holds until the day before the next one, the last until `known_until`."""

    tenors: dict[str, str]
    quotes: tuple[Quotation, ...]
    known_until: date
    after: str
    before: str

    def __post_init__(self) -> None:
        days = [quote.day for quote in self.quotes]
        if not days or days != sorted(set(days)):
            raise ValueError("quotes must be in order of their days, each day once")
        if self.known_until < days[-1]:
            raise ValueError("known_until lies before the last quotation")

    def on(self, day: date) -> Quotation | None:
        """The quotation in force on a day; `None` before the first one and after `known_until`."""
        if day > self.known_until:
            return None
        return next((quote for quote in reversed(self.quotes) if quote.day <= day), None)

    def during(self, span: PartialDate) -> tuple[Quotation, ...]:
        """Every quotation in force on some known day of the span, oldest first."""
        last = min(span.last_day, self.known_until)
        if span.first_day > last:
            return ()
        opening = self.on(span.first_day)
        later = (quote for quote in self.quotes if span.first_day < quote.day <= last)
        return ((opening,) if opening else ()) + tuple(later)
