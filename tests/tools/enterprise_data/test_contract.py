"""What breaks the data contract is refused, and the message says what."""

from dataclasses import replace

import pytest

from assistant.store.domains import DOMAIN_TITLES, OPEN_DOMAINS
from assistant.tools.enterprise_data.contract import (
    ContractBroken,
    check_record,
    contract_problems,
    load_contract,
)


@pytest.fixture
def tax(few):
    return few.enterprises[1].records["tax"]


@pytest.fixture
def bank(few):
    return few.enterprises[1].records["bank_credit"]


def _fields(record, **changes):
    return replace(record, fields={**record.fields, **changes})


def test_contract_covers_the_six_domains_and_their_consent():
    contract = load_contract()
    assert contract.domains.keys() == DOMAIN_TITLES.keys()
    for name, rule in contract.domains.items():
        assert rule.title == DOMAIN_TITLES[name]
        assert rule.consent_required == (name not in OPEN_DOMAINS)
        assert rule.readers.keys() == contract.purposes.keys()
        for entry in (*rule.fields.values(), *rule.series.values()):
            assert entry.sensitivity in ("C1", "C2")
            assert (entry.kind in ("money", "percent", "count")) == bool(entry.unit)


def test_a_good_record_passes(tax, bank):
    assert check_record(tax) is tax
    assert check_record(bank) is bank


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"declared_revenue_12m": None}, "缺少字段 declared_revenue_12m"),
        ({"declared_revenue_12m": 12.5}, "应为十进制数字文本"),
        ({"declared_revenue_12m": "NaN"}, "不是有限数"),
        ({"declared_revenue_12m": "一百"}, "不是数字"),
        ({"tax_paid_12m": "-1.00"}, "不得为负"),
        ({"zero_months": True}, "应为整数"),
        ({"zero_months": -2}, "不得为负"),
        ({"credit_grade": 3}, "应为文本"),
        ({"credit_grade": "联系人13800138000"}, "疑似手机号"),
        ({"credit_grade": "450103199001011234"}, "疑似身份证号"),
        ({"profit": "1.00"}, "契约没有字段 profit"),
        ({"password": "x"}, "C3类鉴别信息"),
    ],
)
def test_bad_fields_are_named(tax, changes, said):
    with pytest.raises(ContractBroken) as caught:
        check_record(_fields(tax, **changes))
    assert said in "；".join(caught.value.problems)
    assert caught.value.exit_code == 2


def test_months_must_be_complete(tax):
    skipped = replace(tax, months=(*tax.months[:-1], "2031-01"))
    said = "；".join(contract_problems(skipped, load_contract()))
    assert "连续递增" in said
    assert "晚于数据截止日" in said


def test_series_must_be_there_and_fit(tax):
    short = replace(tax, series={**tax.series, "invoiced": tax.series["invoiced"][:-1]})
    assert any("invoiced 有" in line for line in contract_problems(short, load_contract()))
    gone = replace(tax, series={k: v for k, v in tax.series.items() if k != "tax_paid"})
    assert "缺少月度序列 tax_paid" in contract_problems(gone, load_contract())


def test_too_early_a_delivery_is_refused(tax):
    early = replace(tax, delivered=tax.observed)
    assert any("早于约定延迟" in line for line in contract_problems(early, load_contract()))


def test_table_rows_have_exactly_the_columns(bank):
    row = {"code": "x", "name": "y"}
    broken = replace(bank, tables={**bank.tables, "guarantees": (row,)})
    assert any("guarantees 第1行的列" in line for line in contract_problems(broken, load_contract()))
    unknown = replace(bank, tables={**bank.tables, "cards": ()})
    assert "契约没有明细表 cards" in contract_problems(unknown, load_contract())


def test_unknown_domain(tax):
    assert contract_problems(replace(tax, domain="weather"), load_contract()) == ["契约没有数据域 weather"]
