from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ConfigurationError
from assistant.tools.loan_rate.quotation import Quotations
from assistant.tools.loan_rate.quotations import quotations
from assistant.tools.rules.load import load_rules
from assistant.words.dates import partial_date


@given(st.dates(date(2024, 2, 20), date(2026, 8, 20)))
def test_every_known_day_has_exactly_one_quotation(day: date):
    table = quotations()
    found = table.on(day)
    assert found is not None and found.day <= day
    assert not [quote for quote in table.quotes if found.day < quote.day <= day]
    assert table.during(partial_date(day.isoformat())) == (found,)


def test_a_broken_table_is_refused_by_name(tmp_path):
    path = tmp_path / "lpr.yaml"
    text = (
        "{id: lpr, version: '1', title: x, aliases: [], document: d, authority: national, confidence: H, "
        "jurisdiction: 全国, issued: null, effective_from: null, effective_to: null, tenors: {}, "
        "known_until: 2024-01-01, after: a, before: b, "
        "quotes: [{day: 2025-01-01, y1: '3', y5: '4', confidence: H}]}"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="known_until"):
        load_rules(path, Quotations)
