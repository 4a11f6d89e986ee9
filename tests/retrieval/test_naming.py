"""A question that names its source."""

import pytest

from assistant.retrieval.naming import articles_in, named
from assistant.retrieval.snapshot import short_title

TITLES = (
    "中华人民共和国个人信息保护法",
    "保障中小企业款项支付条例（2025年修订）",
    "科技贷款风险补偿实施办法",
    "广西科技贷款风险补偿实施办法",
    "贷款",
)
NAMES = tuple((short_title(title), title) for title in TITLES if len(short_title(title)) >= 4)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("个人信息保护法怎么规定自动化决策", TITLES[0]),
        ("《中华人民共和国个人信息保护法》第二十四条", TITLES[0]),
        ("《款项支付条例》规定多少天付款", TITLES[1]),
        ("广西科技贷款风险补偿实施办法补多少", TITLES[3]),
    ],
)
def test_titles_as_people_say_them(query: str, title: str) -> None:
    assert named(query, NAMES).titles == {title}


def test_nothing_named() -> None:
    found = named("贷款期限最长几年", NAMES)
    assert not found.titles and not found.articles


def test_articles_in_chinese_and_arabic_numbers() -> None:
    assert articles_in("第二十三条和第23条之一") == {(23, 0), (23, 1)}
    assert articles_in("第 7 条") == {(7, 0)}
    assert articles_in("三条建议") == frozenset()
