"""A question that names its source."""

import pytest

from assistant.retrieval.naming import articles_in, asked_articles, named, title_book

TITLES = (
    "中华人民共和国个人信息保护法",
    "保障中小企业款项支付条例（2025年修订）",
    "科技贷款风险补偿实施办法",
    "广西科技贷款风险补偿实施办法",
    "贷款",
    "中华人民共和国公司法（2023年修订）",
    "最高人民法院关于审理民间借贷案件适用法律若干问题的规定",
    "中华人民共和国民法典·第三编 合同",
    "中华人民共和国企业破产法",
    "中华人民共和国消费者权益保护法",
    "示例机构大额往来报告管理办法",
    "某行金融消费者权益保护实施办法",
)
BOOK = title_book(TITLES)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("个人信息保护法怎么规定自动化决策", TITLES[0]),
        ("《中华人民共和国个人信息保护法》第二十四条", TITLES[0]),
        ("个保法第24条", TITLES[0]),
        ("《款项支付条例》规定多少天付款", TITLES[1]),
        ("广西科技贷款风险补偿实施办法补多少", TITLES[3]),
        ("公司法第十五条", TITLES[5]),
        ("2023年修订的公司法对担保怎么说", TITLES[5]),
        ("民间借贷司法解释第二十五条", TITLES[6]),
        ("审理民间借贷案件的规定里利率上限", TITLES[6]),
        ("民法典第五百零九条", TITLES[7]),
        ("破产法第四十六条", TITLES[8]),
        ("大额往来报告管理办法第五条", TITLES[10]),
        ("消保办法怎么管营销", TITLES[11]),
    ],
)
def test_titles_as_people_say_them(query: str, title: str) -> None:
    assert named(query, BOOK).titles == {title}


@pytest.mark.parametrize(
    "query",
    [
        "贷款期限最长几年",
        "有限公司法人是谁",
        "还款方法有几种",
        "这个办法好吗",
        "实施办法什么时候出",
        "保护法",
    ],
)
def test_nothing_named(query: str) -> None:
    found = named(query, BOOK)
    assert not found.titles and not found.articles


def test_articles_in_chinese_and_arabic_numbers() -> None:
    assert articles_in("第二十三条和第23条之一") == {(23, 0), (23, 1)}
    assert articles_in("第 7 条") == {(7, 0)}
    assert articles_in("三条建议") == frozenset()


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("商业银行法第四十条至第四十二条", {40, 41, 42}),
        ("第40-42条", {40, 41, 42}),
        ("第三、五条和第九条", {3, 5, 9}),
        ("刑法186条", {186}),
        ("《支付条例》十七条", {17}),
        ("给我三条建议", set()),
        ("第一条至第九百条", {1, 900}),
    ],
)
def test_articles_as_people_ask_for_them(query: str, numbers: set[int]) -> None:
    assert {number for number, part in asked_articles(query) if not part} == numbers
