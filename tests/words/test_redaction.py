import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from assistant.words.redaction import masked_spans, redact

POLICY_TEXTS = [
    "桂政办发〔2025〕4号(2025-01-10)：科创类中小微单户在保上限3000万元，2021十条单户≤1000万年化费率≤1%。",
    "2025-07-03至2025-12-18贴息贷款1328.55亿元、3.47万户，降成本14.16亿，完成目标的88.57%。",
    "2026-01归集638亿条、450余万户市场主体；7万家样本企业×370项指标；28类标签库。",
    "GB/T 42748-2023、JR/T 0197-2020、GB 45438-2025、GB/T 45654-2025、TC260-003。",
    "收入12000万、利润率8%、预计增长15%，存货60天应收90天应付45天预付10天预收15天，自有资金1000万。",
    "国家金融监督管理总局令2024年第2号自2024年7月1日起施行；银监会令2010年第1号至2024年6月30日止。",
    "LPR：2024-02-20为3.45/3.95，2025-05-20为3.00/3.50；加50个基点后3.50%。",
    "统一社会信用代码91350211M000100Y43的企业，合同编号HT-2025-000123，金额13800138000元。",
    "305/729×20万=8.3676万，×30%=2.5102万，保留4位小数截断。",
    "重要数据1000万人以上；罚款5000万元或上年营收5%；记录保存3年，交易记录10年。",
    "总资产3052.79亿元，不良率1.30%，资本充足率8%，流动性比例25%。",
]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证11010519491231002X办理", "身份证［身份证号］办理"),
        ("身份证 110105 19491231 002x", "身份证 ［身份证号］"),
        ("老身份证110105491231002", "老身份证［身份证号］"),
        ("电话１３８００１３８０００", "电话［手机号］"),
        ("+86 138-0013-8000", "［手机号］"),
        ("座机0771-5861234转8", "座机［固定电话］转8"),
        ("(0772)2861234", "［固定电话］"),
        ("卡号 6222 0200 0000 0000 000 收款", "卡号 ［银行卡号］ 收款"),
        ("发到 zhang.san@example.com 或微信", "发到 ［邮箱］ 或微信"),
        ("护照E12345678", "护照［护照号］"),
        ("车牌桂A12345和桂AD12345", "车牌［车牌号］和［车牌号］"),
        ("手机13800138000，备用13900139000", "手机［手机号］，备用［手机号］"),
    ],
)
def test_identifiers_are_masked_by_kind(text: str, masked: str):
    assert redact(text) == masked


@pytest.mark.parametrize("text", POLICY_TEXTS)
def test_texts_full_of_numbers_stay_as_they_are(text: str):
    assert redact(text) == text


def test_a_credit_code_is_no_personal_number():
    assert redact("代码91350211M000100Y43") == "代码91350211M000100Y43"


def test_a_mistyped_identity_number_is_masked_all_the_same():
    assert redact("身份证110105194912310021") == "身份证［身份证号］"
    assert redact("流水号110105194913310021") == "流水号110105194913310021"  # month 13: no day of birth


def test_offsets_are_those_of_the_text():
    text = "手机１３８００１３８０００。"
    (span,) = masked_spans(text)
    assert text[span.start : span.end] == "１３８００１３８０００"


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


DIGITS = st.text("0123456789", min_size=3, max_size=3)
REGIONS = st.sampled_from(["450103", "450205", "110105", "440304", "330106", "510107"])
BIRTHS = st.dates().filter(lambda d: 1920 <= d.year <= 2020).map(lambda d: d.strftime("%Y%m%d"))


@st.composite
def identity(draw: st.DrawFn) -> str:
    body = draw(REGIONS) + draw(BIRTHS) + draw(DIGITS)
    return body + ric.calc_check_digit(body + "0")


@st.composite
def bank_card(draw: st.DrawFn) -> str:
    length = draw(st.sampled_from([16, 18, 19]))
    body = draw(st.sampled_from(["6222", "6217", "4340", "5187", "9558", "3568"]))
    body += draw(st.text("0123456789", min_size=length - 5, max_size=length - 5))
    return body + luhn.calc_check_digit(body)


MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0(10|2[0-9]|77[0-9])-[2-8][0-9]{7}", fullmatch=True)
PLATES = st.from_regex(r"[桂粤京][A-HJ-N][0-9]{5}", fullmatch=True)
EMAILS = st.from_regex(r"[a-z][a-z0-9._]{2,10}[a-z0-9]@[a-z]{2,8}\.(com|cn|com\.cn)", fullmatch=True)
PASSPORTS = st.from_regex(r"[EG][0-9]{8}", fullmatch=True)
POSITIVES = st.one_of(identity(), bank_card(), MOBILES, LANDLINES, PLATES, EMAILS, PASSPORTS)


@settings(max_examples=400)
@given(
    POSITIVES,
    st.sampled_from(["客户{}，请核对", "联系方式：{}。", "{}", "号码 {} 已登记，贷款300万元"]),
    st.booleans(),
)
def test_generated_identifiers_leave_no_trace(number: str, shape: str, full_width: bool):
    written = wide(number) if full_width else number
    masked = redact(shape.format(written))
    assert written not in masked
    assert len(re.findall(r"［[^［］]+］", masked)) == 1
    assert not re.search(r"\d{7}|[０-９]{7}", masked)


@given(st.text(alphabet="0123456789X- 桂A@.元万年月手机", max_size=60))
def test_redacting_twice_changes_nothing(text: str):
    once = redact(text)
    assert redact(once) == once


@settings(max_examples=200)
@given(st.decimals("0.01", "999999999", places=2), st.sampled_from(["万元", "元", "亿元", "%", "户"]))
def test_amounts_are_not_identifiers(amount, unit):
    text = f"余额{amount:f}{unit}，合计{amount:,f}{unit}。"
    assert redact(text) == text
