from datetime import date
from decimal import Decimal

import pytest

from assistant.errors import InvalidRequest
from assistant.tools.argument import ArgKind, resolve
from assistant.words.mentions import find_mentions, placeholder_values

TODAY = date(2026, 11, 23)


def value(text: str, kind: ArgKind):
    mentions = find_mentions(text, today=TODAY, directory=(("示例科技", "示例科", "91450100MA5SAMPLE1"),))
    return resolve(mentions[0].placeholder, placeholder_values(mentions), kind)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("1.2亿", "money", Decimal(12000)),
        ("8%", "percent", Decimal(8)),
        ("50bp", "percent", Decimal("0.5")),
        ("50bp", "bp", Decimal(50)),
        ("0.5个百分点", "bp", Decimal(50)),
        ("60天", "days", Decimal(60)),
        ("两个月", "days", Decimal(60)),
        ("一个季度", "days", Decimal(90)),
        ("1年", "days", Decimal(360)),
        ("三年", "months", Decimal(36)),
        ("半年", "months", Decimal(6)),
        ("90天", "months", Decimal(3)),
        ("350人", "count", Decimal(350)),
        ("2025年6月", "partial_date", "2025-06"),
        ("2025年6月", "date", date(2025, 6, 30)),
        ("示例科", "enterprise", "91450100MA5SAMPLE1"),
        ("2024年3月", "text", "2024-03"),
    ],
)
def test_a_placeholder_takes_the_unit_of_its_argument(text: str, kind: ArgKind, expected: object):
    assert value(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("50万美元", "money"),
        ("8%", "money"),
        ("300万", "percent"),
        ("45天", "months"),
        ("5个工作日", "days"),
        ("手机13800138000", "text"),
        ("手机13800138000", "enterprise"),
    ],
)
def test_a_mention_of_another_kind_is_a_bad_argument(text: str, kind: ArgKind):
    with pytest.raises(InvalidRequest) as caught:
        value(text, kind)
    assert "13800138000" not in caught.value.message


def test_values_written_as_people_write_them_need_no_placeholder():
    assert resolve("12,000万元", {}, "money") == Decimal(12000)
    assert resolve("半年", {}, "months") == Decimal(6)
    assert resolve("12,000", {}, "money") == "12000"
    assert resolve("2025年6月", {}, "partial_date") == "2025-06"
    assert resolve("2025/06", {}, "partial_date") == "2025-06"
    assert resolve("2025-06-30", {}, "date") == "2025-06-30"
    assert resolve("大约300万吧", {}, "money") == "大约300万吧"


def test_placeholders_inside_a_query_become_the_words_typed():
    mentions = find_mentions("净损失300万能补多少")
    assert resolve("净损失⟨M1⟩的补偿", placeholder_values(mentions), "text") == "净损失300万的补偿"


def test_an_unknown_placeholder_is_named():
    with pytest.raises(InvalidRequest, match="⟨M9⟩"):
        resolve("⟨M9⟩", {}, "money")
    with pytest.raises(InvalidRequest, match="⟨M9⟩"):
        resolve(["⟨M9⟩"], {}, "money")
