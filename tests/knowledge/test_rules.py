"""The rule sets are complete, dated and tied to the documents they were read from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
RULES = KNOWLEDGE / "rules"
POOLS = sorted((RULES / "pools").glob("*.yaml"))
HEAD = {"id", "version", "title", "aliases", "authority", "document", "jurisdiction"}
HEAD |= {"issued", "effective_from", "effective_to", "confidence"}
OPERATORS = {"eq", "ne", "gt", "ge", "lt", "le", "in"}


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def sections() -> dict[str, set[str]]:
    """Section headings of every corpus document by its id."""
    found: dict[str, set[str]] = {}
    for path in (KNOWLEDGE / "corpus").rglob("*.md"):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        titles = {line[3:].split("{")[0].strip() for line in body.splitlines() if line.startswith("## ")}
        found.setdefault(yaml.safe_load(head)["id"], set()).update(titles)
    return found


def clauses(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if "clause" in value:
            yield value["clause"]
        for part in value.values():
            yield from clauses(part)
    elif isinstance(value, list):
        for part in value:
            yield from clauses(part)


def conditions_of(when: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for group in ("any", "all"):
        if group in when:
            for part in when[group]:
                yield from conditions_of(part)
            return
    yield when


@pytest.mark.parametrize("path", sorted(RULES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_a_rule_set_names_its_document_version_and_dates(path: Path) -> None:
    rules = read(path)
    assert set(rules) >= HEAD
    assert isinstance(rules["version"], str)
    known = sections()
    assert rules["document"] in known
    for clause in clauses(rules):
        assert clause["locator"] in known[clause["document"]], clause
    for name in ("issued", "effective_from", "effective_to"):
        assert rules[name] is None or isinstance(rules[name], date)


@pytest.mark.parametrize("path", POOLS, ids=lambda path: path.stem)
def test_a_pool_declares_every_input_and_says_why_a_rate_is_absent(path: Path) -> None:
    pool = read(path)
    assert pool["id"] == path.stem
    used = {condition["input"] for condition in pool["conditions"]}
    pay = pool["compensation"]
    for item in [*pay["tiers"], *pay["additions"]]:
        for when in conditions_of(item["when"]):
            assert when["op"] in OPERATORS
            used.add(when["input"])
    assert used <= set(pool["inputs"])
    if pool["mode"] != "calculate":
        assert pay["rate_pct"] is None and pay["not_held"]
        assert all(tier["rate_pct"] is None and tier["not_held"] for tier in pay["tiers"])
    if len(pay["tiers"]) > 1:
        assert pay["combine"] in {"highest", "first"}
    if pay["additions"]:
        assert pay["additions_combine"] in {"once", "each"}


@pytest.mark.parametrize("path", POOLS, ids=lambda path: path.stem)
def test_loss_shares_sum_to_one_hundred(path: Path) -> None:
    for party in read(path)["parties"]:
        assert sum(party["shares"].values()) == 100


def test_the_proposed_pool_holds_no_figure_and_names_a_scheme_in_force() -> None:
    pool = read(RULES / "pools" / "gx-ai-credit-pool.yaml")
    assert pool["authority"] == "proposal" and pool["effective_from"] is None
    assert not pool["compensation"]["tiers"]
    assert all(value is None for value in pool["compensation"]["caps"].values())
    comparable = read(RULES / "pools" / f"{pool['comparable']}.yaml")
    assert comparable["authority"] == "local" and comparable["effective_from"] is not None
    assert comparable["title"] in pool["summary"]


def test_prime_rate_quotations_are_in_order_and_end_at_a_known_day() -> None:
    rates = read(RULES / "lpr.yaml")
    days = [quote["day"] for quote in rates["quotes"]]
    assert days == sorted(days) and days[-1] < rates["known_until"]
    assert all(Decimal(quote["y1"]) < Decimal(quote["y5"]) for quote in rates["quotes"])
    june = [quote for quote in rates["quotes"] if quote["day"] <= date(2025, 6, 1)][-1]
    assert (june["y1"], june["y5"]) == ("3.00", "3.50")


def test_the_compute_voucher_truncates_as_in_the_official_example() -> None:
    rules = read(RULES / "compute_voucher.yaml")
    places = Decimal(1).scaleb(-rules["rounding"]["places"])
    for case in rules["golden"]:
        settled = Decimal(case["part"]) / Decimal(case["total"]) * Decimal(case["contract_amount"])
        settled = settled.quantize(places, ROUND_DOWN)
        voucher = (settled * Decimal(rules["rate_pct"]) / 100).quantize(places, ROUND_DOWN)
        assert (str(settled), str(voucher)) == (case["settled"], case["voucher"])


def size_of(industry: dict[str, Any], figures: dict[str, int]) -> str:
    if not any(figures[name] < limit for name, limit in industry["sme_below"].items()):
        return "large"
    for size in ("medium", "small"):
        if all(figures[name] >= floor for name, floor in industry[size].items()):
            return size
    return "micro"


def test_size_classes_agree_with_the_note_and_the_golden_case() -> None:
    rules = read(RULES / "sme_size.yaml")
    paths = (KNOWLEDGE / "corpus" / "standards").glob("sme-size-classification*.md")
    note = "".join(path.read_text(encoding="utf-8") for path in paths)
    for industry in rules["industries"].values():
        assert f"## {industry['label']}划型标准" in note
        start = note.index(f"## {industry['label']}划型标准")
        text = note[start : note.index("\n\n", start) if "\n\n" in note[start:] else None]
        for part in ("sme_below", "medium", "small"):
            for value in industry[part].values():
                assert str(value) in text, (industry["label"], part, value)
    for case in rules["golden"]:
        figures = {"staff": case["staff"], "revenue": case["revenue"], "assets": 0}
        assert size_of(rules["industries"][case["industry"]], figures) == case["size"]
