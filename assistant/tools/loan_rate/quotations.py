"""The table of loan prime rates that is held."""

from __future__ import annotations

from functools import cache

from assistant.tools.loan_rate.quotation import Quotations
from assistant.tools.rules.load import load_rules, rules_path


@cache
def quotations() -> Quotations:
    return load_rules(rules_path() / "lpr.yaml", Quotations)
