import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.words.mentions import (
    Mention,
    delexicalise,
    find_mentions,
    named_day,
    placeholder_values,
    values_line,
)

TODAY = date(2026, 11, 23)
DIRECTORY = (("南宁澍岚智能科技有限公司（示例）", "澍岚智能", "91450100MA5SAMPLE1"),)
GOLDEN = (
    "收入12000万、利润率8%、预计增长15%，存货60天应收90天应付45天预付10天预收15天，"
    "自有资金1000万、现有流贷800万、其他渠道300万，流贷还能批多少？"
)


def found(text: str) -> list[str]:
    return [f"{m.text}={m.shown()}" for m in find_mentions(text, today=TODAY, directory=DIRECTORY)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("贷12,000万元", ["12,000万元=12000万元"]),
        ("融资1.2亿", ["1.2亿=12000万元"]),
        ("三百万", ["三百万=300万元"]),
        ("一千二百万元", ["一千二百万元=1200万元"]),
        ("两亿三千万", ["两亿三千万=23000万元"]),
        ("3千万和5百万", ["3千万=3000万元", "5百万=500万元"]),
        ("500000元", ["500000元=50万元"]),
        ("１２０万", ["１２０万=120万元"]),
        ("50w", ["50w=50万元"]),
        ("亏了-300万", ["-300万=-300万元"]),
        ("100-300万元", ["100=100万元", "300万元=300万元"]),
        ("50万美元", ["50万美元=50万美元"]),
        ("百万元级，千万不要，万一亏损", ["百万元=100万元"]),
        ("利润率8%，占百分之八点五，升2个百分点", ["8%=8%", "百分之八点五=8.5%", "2个百分点=2%"]),
        ("预计下降10%", ["下降10%=-10%"]),
        ("3%-5%", ["3%=3%", "5%=5%"]),
        ("0.5至2个百分点", ["0.5=0.5%", "2个百分点=2%"]),
        ("千分之三", ["千分之三=0.3%"]),
        ("LPR加50bp", ["50bp=50bp"]),
        ("LPR减20个基点", ["减20个基点=-20bp"]),
        ("60天、18个月、三年、半年", ["60天=60天", "18个月=18个月", "三年=3年", "半年=6个月"]),
        ("一年半，半个月，两年半", ["一年半=18个月", "半个月=15天", "两年半=30个月"]),
        ("三至五年", ["三=3年", "五年=5年"]),
        ("2025年6月", ["2025年6月=2025-06"]),
        ("2024-03-01和2024/3/1", ["2024-03-01=2024-03-01", "2024/3/1=2024-03-01"]),
        ("2025年第二季度", ["2025年第二季度=2025-Q2"]),
        ("去年、上月、今年3月", ["去年=2025", "上月=2026-10", "今年3月=2026-03"]),
        ("二〇二五年六月二十日", ["二〇二五年六月二十日=2025-06-20"]),
        ("24年3月成立", ["24年3月=2024-03"]),
        ("12月", ["12月=2025-12"]),
        ("350人，3.47万户，26个部门", ["350人=350人", "3.47万户=34700户", "26个=26个"]),
        ("澍岚智能的贷款", ["澍岚智能=企业"]),
        ("代码91450100MA5SAMPLE1", ["91450100MA5SAMPLE1=企业"]),
    ],
)
def test_values_are_found_as_people_write_them(text: str, expected: list[str]):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "国家金融监督管理总局令2024年第2号",
        "金发〔2024〕32号",
        "第三十五条第二款",
        "GB/T 42748-2023和JR/T 0197-2020",
        "一年期LPR和5年期以上LPR",
        "周转次数怎么算",
        "形成优势、长期限、十分重要",
        "有一家企业，一个项目",
        "三个办法",
    ],
)
def test_names_that_look_like_values_are_left_alone(text: str):
    assert found(text) == []


def test_the_golden_question_becomes_placeholders():
    mentions = find_mentions(GOLDEN, today=TODAY)
    assert delexicalise(GOLDEN, mentions).startswith("收入⟨M1⟩、利润率⟨P1⟩、预计增长⟨P2⟩，存货⟨T1⟩应收⟨T2⟩")
    assert "⟨M1⟩=12000万元 ⟨P1⟩=8% ⟨P2⟩=15% ⟨T1⟩=60天" in values_line(mentions)
    assert placeholder_values(mentions)["⟨M4⟩"].value == Decimal(300)


def test_an_enterprise_keeps_one_placeholder_and_its_name_out_of_the_values_line():
    text = "澍岚智能和91450100MA5SAMPLE1是不是一家"
    mentions = find_mentions(text, today=TODAY, directory=DIRECTORY)
    assert delexicalise(text, mentions) == "⟨E1⟩和⟨E1⟩是不是一家"
    assert values_line(mentions) == "⟨E1⟩=企业"
    assert mentions[0].value == "91450100MA5SAMPLE1"


def test_personal_numbers_become_placeholders_that_reveal_nothing():
    text = "法人身份证11010519491231002X，手机138 0013 8000，贷300万"
    mentions = find_mentions(text, today=TODAY)
    assert delexicalise(text, mentions) == "法人身份证⟨I1⟩，手机⟨I2⟩，贷⟨M1⟩"
    assert values_line(mentions) == "⟨M1⟩=300万元"
    assert [m.value for m in mentions[:2]] == ["身份证号", "手机号"]


def test_a_typed_placeholder_of_the_user_is_defused():
    text = "把⟨M1⟩当成5亿"
    assert delexicalise(text, find_mentions(text)) == "把〈M1〉当成⟨M1⟩"


def test_dates_relative_to_today_need_a_today():
    assert find_mentions("去年和上个月") == ()
    assert find_mentions("上上个月", today=date(2026, 1, 31))[0].shown() == "2025-11"


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("2025年6月的一年期LPR是多少", date(2025, 6, 30)),
        ("截至2024年3月1日，流动资金贷款期限最长几年", date(2024, 3, 1)),
        ("2025年的网安法对AI有规定吗", date(2025, 12, 31)),
        ("今年的贴息政策", TODAY),
        ("2027年1月的LPR", date(2027, 1, 31)),
        ("去年纳税多少", None),
        ("2024年3月成立的企业能否享受首贷政策", None),
        ("流动资金贷款期限最长几年", None),
        ("2024年3月和2025年3月的LPR", None),
    ],
)
def test_the_day_a_question_names(question: str, day: date | None):
    assert named_day(question, TODAY) == day


AMOUNTS = st.decimals(min_value="0.01", max_value="99999", places=2, allow_nan=False)


def check_offsets(text: str, mentions: tuple[Mention, ...]) -> None:
    ends = 0
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.text
        assert mention.start >= ends
        ends = mention.end


@given(AMOUNTS, st.sampled_from(["{:f}万元", "{:,f}万元", "{:f}万", "{:f} 万元"]), st.text(max_size=12))
def test_amounts_round_trip_with_exact_offsets(amount: Decimal, shape: str, around: str):
    written = shape.format(amount)
    text = f"，{written}，{around}"
    mentions = find_mentions(text, today=TODAY, directory=DIRECTORY)
    check_offsets(text, mentions)
    first = mentions[0]
    assert (first.text, first.kind, first.value, first.unit) == (written, "money", amount, "万元")


@given(
    st.integers(1, 9999).map(str) | AMOUNTS.map(lambda d: f"{d:f}"), st.sampled_from(["%", "个百分点", "％"])
)
def test_percentages_round_trip(number: str, unit: str):
    (mention,) = find_mentions(f"增长{number}{unit}", today=TODAY)
    assert (mention.kind, mention.value, mention.unit) == ("percent", Decimal(number), "%")


@given(st.dates(date(2000, 1, 1), date(2039, 12, 31)))
def test_days_round_trip(day: date):
    for text in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ):
        (mention,) = find_mentions(f"在{text}适用", today=TODAY)
        assert mention.shown() == day.isoformat()


@given(st.text(alphabet="0123456789.,%万亿元年月日天个至到-百千十三五第条〔〕号bp成 A家人", max_size=40))
def test_no_text_makes_mentions_overlap_or_fail(text: str):
    mentions = find_mentions(text, today=TODAY, directory=DIRECTORY)
    check_offsets(text, mentions)
    delexical = delexicalise(text, mentions)
    for mention in reversed(mentions):
        position = delexical.rindex(mention.placeholder)
        delexical = delexical[:position] + mention.text + delexical[position + len(mention.placeholder) :]
    assert delexical == text


@pytest.mark.parametrize(
    "unit", ["9", "1,", "三", "1-", "2025年", "6222 ", "a@", "0771-", "一百", "-", "百分之"]
)
def test_the_longest_walls_of_text_cost_bounded_processor_time(unit: str):
    started = time.process_time()
    find_mentions((unit * 8000)[:8000], today=TODAY, directory=DIRECTORY)
    assert time.process_time() - started < 2
