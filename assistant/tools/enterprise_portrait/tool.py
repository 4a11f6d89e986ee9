"""Enterprise portrait: six data domains, every figure with its source, date and the consent it was read under."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from assistant.answer import ToolResult
from assistant.errors import ConsentRequired
from assistant.store.domains import DOMAIN_TITLES
from assistant.tools.argument import Arg
from assistant.tools.context import ToolContext
from assistant.tools.enterprise_data.crosscheck import cross_checks
from assistant.tools.enterprise_data.reading import read_domains
from assistant.tools.enterprise_portrait.examples import EXAMPLES
from assistant.tools.enterprise_portrait.report import portrait_report
from assistant.tools.inputs import EnterpriseNamed, ToolInputs
from assistant.tools.tool import tool

Domain = Literal["registration", "tax", "social_insurance", "intellectual_property", "customs", "bank_credit"]
_DOMAIN_WORDS: dict[str, tuple[str, ...]] = {
    "registration": ("工商登记", "工商", "登记", "注册信息", "基本情况"),
    "tax": ("税务", "纳税", "申报收入", "开票", "税"),
    "social_insurance": ("社会保险", "社保", "参保"),
    "intellectual_property": ("知识产权", "专利", "软著", "商标"),
    "customs": ("海关进出口", "海关", "进出口", "出口", "进口"),
    "bank_credit": ("银行流水与信用", "银行流水", "流水", "现金流", "资金往来", "信贷", "贷款余额", "授信"),
}


def _domains(value: Any) -> Any:
    """Domain names also as people write them: one text, or Chinese titles."""
    if value is None:
        return None
    parts = re.split(r"[,，、;；\s]+", value) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        return value
    return [_domain_named(part) for part in parts if part != ""] or None


def _domain_named(part: Any) -> Any:
    return next((name for name, words in _DOMAIN_WORDS.items() if part in words), part)


class PortraitInputs(ToolInputs):
    enterprise: EnterpriseNamed = None
    domains: Annotated[
        list[Domain] | None,
        Field(max_length=6),
        BeforeValidator(_domains),
        Arg("数据域，不填为全部", "choice", ("数据域", "资料"), choices=_DOMAIN_WORDS),
    ] = None


@tool(
    title="企业画像",
    summary="查看企业的工商、税务、社保、知识产权、海关、银行流水与信用六域数据，逐项标明来源、日期与授权",
    scope="enterprises",
    examples=EXAMPLES,
)
async def enterprise_portrait(ctx: ToolContext, inputs: PortraitInputs) -> ToolResult:
    found = await ctx.find_enterprise(inputs.enterprise)
    wanted: tuple[str, ...] = tuple(dict.fromkeys(inputs.domains)) if inputs.domains else get_args(Domain)
    reading = await read_domains(ctx, found, wanted)
    if reading.closed and len(reading.closed) == len(wanted):
        first = next(iter(reading.closed.values()))
        titles = "、".join(DOMAIN_TITLES[domain] for domain in reading.closed)
        raise ConsentRequired(found.code, first.domain, first.purpose, title=titles)
    return portrait_report(reading, wanted, cross_checks(reading.payloads), ctx.as_of)
