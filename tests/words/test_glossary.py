from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from assistant.words.glossary import Glossary, Term, expand, glossary, load_glossary

SMALL = Glossary(
    (
        Term(term="流动资金贷款", en="working_capital_loan", aliases=("流贷",)),
        Term(term="南A中心", en="nan_a", aliases=("中国—东盟国家人工智能应用合作中心",)),
        Term(term="质押", en="pledge"),
        Term(term="知识产权质押", en="ip_pledge", aliases=("知产质押",)),
    )
)


def test_short_names_bring_the_full_ones():
    assert expand("流贷最长几年", SMALL) == "流贷最长几年 流动资金贷款"
    assert "应用合作中心" in expand("南a中心是什么", SMALL)


def test_a_full_name_and_an_unknown_word_add_nothing():
    assert expand("流动资金贷款最长几年", SMALL) == "流动资金贷款最长几年"
    assert expand("天气怎么样", SMALL) == "天气怎么样"


def test_a_name_inside_a_longer_one_is_not_another_term():
    assert [term.en for term in SMALL.in_text("知识产权质押和流贷")] == ["ip_pledge", "working_capital_loan"]


def test_the_shipped_glossary_knows_the_field():
    known = glossary()
    assert known.find("lpr") is known.find("贷款市场报价利率")
    pledge, mortgage = known.find("质押"), known.find("抵押")
    assert pledge is not None and mortgage is not None
    assert "抵押" in pledge.forbidden and pledge.en == "pledge" and mortgage.en == "mortgage"
    assert "中国—东盟人工智能创新合作中心" in expand("南A中心在哪里")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {term: 甲, en: a, aliases: [丙]}\n- {term: 乙, en: b, aliases: [丙]}\n", "丙"),
        ("- {term: 甲}\n", "格式"),
        (":\n  - [", "格式"),
    ],
)
def test_a_broken_glossary_is_refused(tmp_path: Path, text: str, says: str):
    path = tmp_path / "glossary.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says):
        load_glossary(path)
