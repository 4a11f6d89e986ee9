"""Loan prime rate quotations: which one is in force on a day, and what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.answer import Authority, Confidence
from assistant.tools.rules.load import load_rules, rules_path
from assistant.words.dates import PartialDate

Tenor = Literal["1y", "5y"]


class Quotation(BaseModel):
    """Both rates, in percent, as quoted on `day`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    y1: Decimal = Field(gt=0, lt=100)
    y5: Decimal = Field(gt=0, lt=100)
    confidence: Confidence
    source: str = ""

    def rate(self, tenor: Tenor) -> Decimal:
        return self.y1 if tenor == "1y" else self.y5


class Quotations(BaseModel):
    """`knowledge/rules/lpr.yaml`. A quotation holds until the day before the next one, the last until `known_until`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    version: str
    title: str
    document: str
    authority: Authority
    confidence: Confidence
    quotes: tuple[Quotation, ...] = Field(min_length=1)
    known_until: date
    after: str
    before: str

    @model_validator(mode="after")
    def _in_order(self) -> Quotations:
        days = [quote.day for quote in self.quotes]
        if days != sorted(set(days)):
            raise ValueError("quotes must be in order of their days, each day once")
        if self.known_until < days[-1]:
            raise ValueError("known_until lies before the last quotation")
        return self

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


@cache
def quotations() -> Quotations:
    return load_rules(rules_path() / "lpr.yaml", Quotations)
