"""The glossary decides names: one meaning a name, and the field's English names are the code's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

GLOSSARY = Path(__file__).parents[2] / "knowledge" / "glossary.yaml"


@pytest.fixture(scope="module")
def terms() -> list[dict[str, Any]]:
    return yaml.safe_load(GLOSSARY.read_text(encoding="utf-8"))


def test_every_term_has_the_same_five_fields(terms: list[dict[str, Any]]) -> None:
    for term in terms:
        assert list(term) == ["term", "en", "aliases", "not", "note"]
        assert all(isinstance(name, str) for name in [term["term"], *term["aliases"], *term["not"]])


def test_a_name_means_one_term(terms: list[dict[str, Any]]) -> None:
    names = [name for term in terms for name in [term["term"], *term["aliases"]]]
    assert len(names) == len(set(names))
    assert len({term["en"] for term in terms}) == len(terms)
    for term in terms:
        assert not set(term["not"]) & {term["term"], *term["aliases"]}


def test_the_names_that_the_code_uses(terms: list[dict[str, Any]]) -> None:
    english = {term["term"]: term["en"] for term in terms}
    assert english["企业画像"] == "enterprise_portrait"
    assert english["风险补偿资金池"] == "risk_compensation_pool"
    assert (english["质押"], english["抵押"]) == ("pledge", "mortgage")
    assert (english["授信额度"], english["预警"]) == ("credit_line", "early_warning")
    assert (english["代偿"], english["展期"], english["续贷"]) == (
        "compensation_payment",
        "extension",
        "renewal",
    )


def test_the_ambiguous_short_name_and_the_old_policy_are_told_apart(terms: list[dict[str, Any]]) -> None:
    by_term = {term["term"]: term for term in terms}
    assert "中国—东盟人工智能创新合作中心" in by_term["南A中心"]["aliases"]
    assert "金融惠企财政贴息" in by_term["桂惠贷"]["not"]
    assert "广西科技贷款风险补偿" in by_term["自治区人工智能信贷风险补偿资金池"]["not"]
