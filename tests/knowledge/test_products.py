"""The sample products are fictional, say so in every section, and keep to the national terms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CORPUS = Path(__file__).parents[2] / "knowledge" / "corpus"
PRODUCTS = sorted((CORPUS / "products").glob("*.md"))
PARTS = ["额度、期限和利率", "适合谁", "准入条件", "担保和还款", "申请材料", "用途限制"]


def test_there_are_twenty_products() -> None:
    assert len(PRODUCTS) == 20


def test_nothing_outside_the_products_is_marked_fictional() -> None:
    for path in CORPUS.rglob("*.md"):
        head = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n", 2)[1])
        assert (head["authority"] == "fictional") == (path.parent.name == "products"), path.name


@pytest.mark.parametrize("path", PRODUCTS, ids=lambda path: path.stem)
def test_a_product_says_in_title_and_every_section_that_it_is_fictional(path: Path) -> None:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    head = yaml.safe_load(front)
    assert head["authority"] == "fictional" and "示例产品（虚构）" in head["title"]
    assert "虚构" in head["issuer"]
    parts = body.split("\n## ")[1:]
    assert [part.splitlines()[0] for part in parts][: len(PARTS)] == PARTS
    for part in parts:
        assert "（示例产品，虚构）" in part.splitlines()[1], part


@pytest.mark.parametrize("path", PRODUCTS, ids=lambda path: path.stem)
def test_a_product_keeps_to_the_national_terms(path: Path) -> None:
    """Working capital at most 36 months, fixed assets at most 120; the prime rate's tenor fits the term."""
    text = path.read_text(encoding="utf-8")
    months = int(re.findall(r"期限最长(\d+)个月", text)[0])
    if "是固定资产贷款" in text:
        assert 60 < months <= 120 and "五年期以上LPR" in text
    else:
        assert months <= 36 and "一年期LPR" in text
        assert "股东分红" in text and "股权投资" in text
