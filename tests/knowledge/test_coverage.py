"""Every fact that the assistant is to know stands in a document of the knowledge base."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "knowledge"
SECTIONS = ["2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3"]
SECTIONS += ["5.1", "5.2", "5.3", "5.4", "6.1", "6.2", "6.3", "6.4", "7", "9"]


@pytest.fixture(scope="module")
def items() -> list[dict[str, Any]]:
    return yaml.safe_load((ROOT / "eval" / "coverage.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    """Text of every corpus document by id, all its versions together, front matter included."""
    texts: dict[str, str] = defaultdict(str)
    for path in sorted((KNOWLEDGE / "corpus").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        head = yaml.safe_load(text.split("---\n", 2)[1])
        texts[head["id"]] += text
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
    assert all(item["must_contain"] for item in items)
    covered = {identifier.rsplit("-", 1)[0] for identifier in ids}
    assert set(SECTIONS) <= covered
