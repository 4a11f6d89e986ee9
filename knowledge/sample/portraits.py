"""Short Chinese texts about a fictional enterprise, one per data domain: what the `portraits` collection holds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from assistant.document import DocumentVersion, DraftPassage
from assistant.tools.enterprise_data.contract import DomainRecord, load_contract
from knowledge.sample.enterprise import SampleEnterprise

PORTRAIT_SOURCE = "示例数据（虚构），由样本生成器生成"


def _day(record: DomainRecord) -> str:
    day = record.observed
    return f"{day.year}年{day.month}月{day.day}日"


def _registration(name: str, fields: dict[str, Any]) -> str:
    founded = fields["founded"]
    qualified = "、".join(fields["certifications"]) or "无"
    text = (
        f"{name}成立于{int(founded[:4])}年{int(founded[5:7])}月{int(founded[8:])}日，登记住所在{fields['address']}，"
        f"属{fields['industry']}。注册资本{fields['registered_capital']}万元，年报从业人数{fields['employees']}人。"
        f"经营范围：{fields['business_scope']}。资质：{qualified}。"
    )
    if fields["abnormal_listed"]:
        return text + f"该企业已列入经营异常名录，有被执行记录{fields['enforcement_count']}件。"
    return text + "未列入经营异常名录。"


def _tax(name: str, fields: dict[str, Any]) -> str:
    text = (
        f"{name}近12个月申报收入{fields['declared_revenue_12m']}万元，开票金额{fields['invoiced_12m']}万元，"
        f"纳税额{fields['tax_paid_12m']}万元。"
    )
    growth = fields["declared_growth_pct"]
    if growth is not None:
        turn = "下降" if Decimal(growth) < 0 else "增长"
        text += f"申报收入同比{turn}{abs(Decimal(growth))}%。"
    return text + f"纳税信用级别为{fields['credit_grade']}级，近12个月零申报{fields['zero_months']}个月。"


def _social(name: str, fields: dict[str, Any]) -> str:
    text = f"{name}最近月参保人数{fields['insured_latest']}人，近12个月社保缴费额{fields['contribution_12m']}万元。"
    change = fields["insured_change_3m_pct"]
    if change is not None and Decimal(change) != 0:
        turn = "减少" if Decimal(change) < 0 else "增加"
        text += f"参保人数近3个月{turn}{abs(Decimal(change))}%。"
    late = fields["arrears_months"]
    return text + (f"社保欠缴{late}个月。" if late else "社保无欠缴。")


def _property(name: str, fields: dict[str, Any]) -> str:
    return (
        f"{name}有效发明专利{fields['invention_count']}件，有效实用新型{fields['utility_count']}件，"
        f"在审申请{fields['pending_count']}件，软件著作权{fields['software_count']}件，"
        f"注册商标{fields['trademark_count']}件。已质押专利{fields['pledged_count']}件。"
    )


def _customs(name: str, fields: dict[str, Any]) -> str:
    if not fields["main_markets"]:
        return f"{name}近12个月没有进出口记录。"
    return (
        f"{name}近12个月出口额{fields['export_12m']}万元，进口额{fields['import_12m']}万元，"
        f"报关单{fields['declarations_12m']}份。主要市场：{'、'.join(fields['main_markets'])}。"
        f"海关信用状况：{fields['credit_level']}。"
    )


def _bank(name: str, fields: dict[str, Any]) -> str:
    text = (
        f"{name}近12个月经营流入{fields['inflow_12m']}万元，经营流出{fields['outflow_12m']}万元，"
        f"月末账户余额{fields['balance_latest']}万元。贷款余额{fields['loans_outstanding']}万元，"
        f"授信额度{fields['credit_line']}万元。第一大客户占比{fields['largest_customer_pct']}%。"
    )
    days = fields["overdue_days_max_12m"]
    return text + (f"近12个月最长逾期{days}天。" if days else "近12个月无逾期。")


_WRITERS: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "registration": _registration,
    "tax": _tax,
    "social_insurance": _social,
    "intellectual_property": _property,
    "customs": _customs,
    "bank_credit": _bank,
}


def portrait_texts(enterprise: SampleEnterprise, domain: str) -> tuple[str, str, str]:
    """(title, locator, text) of one domain's passage. Every figure stands with its unit; the end names the day."""
    record = enterprise.records[domain]
    title = load_contract().domains[domain].title
    text = _WRITERS[domain](enterprise.name, dict(record.fields))
    return (
        f"企业画像：{enterprise.name}",
        title,
        f"{text}数据截至{_day(record)}，来源：{record.source}。",
    )


def portrait_document(enterprise: SampleEnterprise) -> tuple[DocumentVersion, tuple[DraftPassage, ...]]:
    """The portrait as a document of the `portraits` collection: six passages, each bound to its domain.

    Passages carry no embedding; who brings them in encodes them.
    """
    last = max(record.observed for record in enterprise.records.values())
    version = DocumentVersion(
        id=f"portrait-{enterprise.code}",
        version=last.isoformat(),
        collection="portraits",
        title=f"企业画像：{enterprise.name}",
        issuer="示例数据（虚构）",
        effective_from=enterprise.founded,
        authority="fictional",
        jurisdiction=enterprise.city,
        source=PORTRAIT_SOURCE,
        enterprise=enterprise.code,
    )
    passages = []
    for domain in enterprise.records:
        title, locator, text = portrait_texts(enterprise, domain)
        passages.append(
            DraftPassage(
                text=text,
                locator=locator,
                title=title,
                source_id=f"{enterprise.code}:{domain}",
                enterprise=enterprise.code,
                domain=domain,
            )
        )
    return version, tuple(passages)
