"""Which quotations applied in a span of days, and the rates that a spread over them makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assistant.tools.loan_rate.quotation import Quotation, Quotations, Tenor
from assistant.words.dates import PartialDate


@dataclass(frozen=True, slots=True)
class RateFound:
    """What the table says of a span.

    `quote` is the last quotation in force in the span, `earlier` those in force before it within the span. Where
    none is known, `known` is false and `quote` is the nearest one held: the last one where the span lies `after`
    what is known, else the first. `rates` and `priced` are percent; `priced` is empty without a spread, and before
    the first quotation.
    """

    table: Quotations
    span: PartialDate
    tenors: tuple[Tenor, ...]
    spread_bp: Decimal | None
    known: bool
    after: bool
    quote: Quotation
    earlier: tuple[Quotation, ...]
    rates: Mapping[Tenor, Decimal]
    priced: Mapping[Tenor, Decimal]


def look_up(
    table: Quotations, span: PartialDate, tenors: tuple[Tenor, ...], spread_bp: Decimal | None
) -> RateFound:
    held = table.during(span)
    after = span.first_day > table.known_until
    quote = held[-1] if held else table.quotes[-1] if after else table.quotes[0]
    rates: dict[Tenor, Decimal] = {tenor: quote.rate(tenor) for tenor in tenors}
    return RateFound(
        table=table,
        span=span,
        tenors=tenors,
        spread_bp=spread_bp,
        known=bool(held),
        after=after,
        quote=quote,
        earlier=held[:-1],
        rates=rates,
        priced=priced(rates, spread_bp) if held or after else {},
    )


def priced(rates: Mapping[Tenor, Decimal], spread_bp: Decimal | None) -> dict[Tenor, Decimal]:
    """Each rate with the spread on it; nothing where no spread is asked for."""
    return {} if spread_bp is None else {tenor: rate + spread_bp / 100 for tenor, rate in rates.items()}
