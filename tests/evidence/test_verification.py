from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import AnswerSentence, Evidence, Fact
from assistant.evidence.book import EvidenceBook
from assistant.evidence.verification import Support, check, claims_of

TODAY = date(2026, 11, 23)


def book(*texts: str, title: str = "流动资金贷款管理办法") -> EvidenceBook:
    made = EvidenceBook(TODAY)
    for number, text in enumerate(texts, 1):
        made.items.append(
            Evidence(number=number, kind="passage", id=f"p{number}", title=title, text=text, as_of=TODAY)
        )
    return made


def found(text: str, *evidence: str, cites: tuple[int, ...] = (1,), own: str = "") -> Support:
    users = [claim.key for claim in claims_of(own, TODAY)]
    return check(AnswerSentence(text=text, cites=cites), book(*evidence), users_own=users, today=TODAY)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("期限原则上不超过3年。", "流动资金贷款期限原则上不超过三年。"),
        ("上限为1.2亿元。", "单户上限12000万元。"),
        ("上限为500万元。", "最高补贴5000000元。"),
        ("利率为3.00%。", "一年期为3%。"),
        ("期限36个月。", "期限三年。"),
        ("网上申请的审查时间为2个工作日。", "纸件申请为5个工作日，网上申请为2个工作日。"),
        ("2025年5月起为3.00%。", "2025-05-20 报价 3.00%"),
        ("第三十九条规定不得超过10%。", "第39条 单一借款人贷款余额不得超过资本余额的百分之十"),
        ("加50个基点即0.5个百分点。", "加点50bp，即0.5个百分点"),
        ("《流动资金贷款管理办法》自2024年7月1日起施行。", "自2024-07-01起施行"),
        ("得分60分以上且科技人员分不为0。", "得分≥60 且科技人员分不为 0"),
    ],
)
def test_same_fact_in_other_words_is_supported(sentence: str, evidence: str) -> None:
    assert found(sentence, evidence).supported


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("审查时间为2天。", "审查时间为2个工作日。"),
        ("期限最长为10年。", "流动资金贷款期限原则上不超过三年。"),
        ("上限为1.2亿元。", "单户上限1200万元。"),
        ("利率为3.10%。", "一年期为3.00%。"),
        ("2025年6月20日报价。", "2025-05-20 报价"),
        ("第四十条规定不得超过10%。", "第三十九条 不得超过10%"),
        ("《个人贷款管理办法》规定不超过3年。", "流动资金贷款期限不超过3年"),
        ("贷款不低于1000万元。", "贷款不超过1000万元。"),
        ("补偿比例为50%。", "补偿比例未定。"),
        ("共有26个部门接入。", "共有28个部门接入。"),
    ],
)
def test_what_the_evidence_does_not_hold_is_not_supported(sentence: str, evidence: str) -> None:
    finding = found(sentence, evidence)
    assert not finding.supported
    assert finding.problems


def test_wrong_mark_is_mended_from_the_evidence_that_holds_the_figure() -> None:
    finding = found("最长5年。", "不超过三年。", "回收周期长的最长不超过五年。", cites=(1,))
    assert finding.supported
    assert finding.cites == (2,)


def test_figures_split_over_two_pieces_of_evidence_cite_both() -> None:
    finding = found("一年期3.00%，五年期3.50%。", "一年期3.00%。", "五年期以上3.50%。", cites=())
    assert finding.supported
    assert set(finding.cites) == {1, 2}


def test_the_users_figure_counts_only_as_the_users() -> None:
    assert found("按您提供的收入12000万元测算。", "无关", own="收入12000万元").supported
    assert not found("该企业收入为12000万元。", "无关", own="收入12000万元").supported


def test_tool_facts_are_evidence() -> None:
    made = EvidenceBook(TODAY)
    fact = Fact(label="新增流动资金贷款额度", value="1426.67", unit="万元")
    made.items.append(
        Evidence(number=1, kind="tool", id="c", title="测算", text="", facts=(fact,), as_of=TODAY)
    )
    sentence = AnswerSentence(text="还可新增1426.67万元。", cites=(1,))
    assert check(sentence, made, users_own=(), today=TODAY).supported


@given(amount=st.integers(1, 99_999_999), other=st.integers(1, 99_999_999))
def test_an_amount_is_supported_exactly_by_itself(amount: int, other: int) -> None:
    assert found(f"额度为{amount}万元。", f"额度{amount}万元").supported
    if other != amount:
        assert not found(f"额度为{amount}万元。", f"额度{other}万元").supported
