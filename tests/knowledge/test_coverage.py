"""Every fact that the assistant is to know stands in a document of the knowledge base."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "knowledge"
LISTS = ("coverage.yaml", "coverage_law.yaml")
SECTIONS = ["0", "1", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3"]
SECTIONS += ["5.1", "5.2", "5.3", "5.4", "6.1", "6.2", "6.3", "6.4", "7", "8", "9", "10", "11"]
# Rows of the sections that are numbered lists: the ten first facts, the proposal's systems, the golden questions.
ROWS = {"0": 10, "1": 34, "10": 15}


@pytest.fixture(scope="module")
def items() -> list[dict[str, Any]]:
    return [
        item for name in LISTS for item in yaml.safe_load((ROOT / "eval" / name).read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    """Text of every corpus document by id and by id@version, front matter included, and of every rule file."""
    texts: dict[str, str] = defaultdict(str)
    for path in sorted((KNOWLEDGE / "corpus").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        head = yaml.safe_load(text.split("---\n", 2)[1])
        texts[head["id"]] += text
        texts[f"{head['id']}@{head['version']}"] = text
    for path in sorted((KNOWLEDGE / "rules").rglob("*.yaml")):
        texts[path.relative_to(KNOWLEDGE).as_posix()] = path.read_text(encoding="utf-8")
    return dict(texts)


def test_every_fact_stands_in_its_document(items: list[dict[str, Any]], documents: dict[str, str]) -> None:
    missing: list[str] = []
    for item in items:
        text = documents.get(item["document"])
        if text is None:
            missing.append(f"{item['id']} {item['fact']}: no document {item['document']}")
            continue
        lost = [part for part in item["must_contain"] if part not in text]
        if lost:
            missing.append(f"{item['id']} {item['fact']}: {item['document']} lacks {lost}")
    assert not missing, "\n".join([f"{len(missing)} of {len(items)} facts are missing", *missing])


def test_every_section_is_covered_and_no_id_repeats(items: list[dict[str, Any]]) -> None:
    ids = [item["id"] for item in items]
    assert len(ids) == len(set(ids))
    assert all(item["fact"] and item["must_contain"] for item in items)
    covered = {identifier.rsplit("-", 1)[0] for identifier in ids}
    assert set(SECTIONS) <= covered


@pytest.mark.parametrize("section", sorted(ROWS))
def test_every_row_of_a_numbered_section_has_its_fact(items: list[dict[str, Any]], section: str) -> None:
    ids = {item["id"].rstrip("bc") for item in items}
    assert {f"{section}-{row:02d}" for row in range(1, ROWS[section] + 1)} <= ids


def test_every_document_is_there_for_a_fact(items: list[dict[str, Any]], documents: dict[str, str]) -> None:
    """A document nobody asks for is not knowledge. The fictional products have a test of their own."""
    named = {item["document"] for item in items} | {item["document"].split("@")[0] for item in items}
    products = {name for name, text in documents.items() if "\ncollection: products\n" in text}
    assert not {name for name in documents if "@" not in name} - named - products


def test_every_checked_article_has_its_fact(items: list[dict[str, Any]], documents: dict[str, str]) -> None:
    """Each article that a note explains is on the list, under the version of the law that says so."""
    listed = {(item["document"], item["must_contain"][0]) for item in items if item["id"].startswith("L:")}
    lost = [
        f"{name} {heading}"
        for name, text in documents.items()
        if "@" in name
        for heading in _articles(text)
        if (name, heading) not in listed
    ]
    assert not lost


def _articles(text: str) -> list[str]:
    lines = (line[3:].split(" {")[0] for line in text.splitlines() if line.startswith("## 第"))
    return [line for line in lines if "条" in line]
