"""The tools a dialogue shows: those of the assistant, and invented ones, so that the model reads the catalogue."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.tools import catalogue

_ACTIONS = (
    ("check", "核查", ("核查一下{o}", "{o}有没有问题", "帮忙核一核{o}")),
    ("calculate", "计算", ("{o}是多少，算一下", "算{o}", "{o}怎么算出来")),
    ("estimate", "估算", ("估一下{o}", "{o}大概多少", "粗略估计{o}")),
    ("compare", "比较", ("比较{o}", "{o}哪个更好，比一比", "把{o}对比一下")),
    ("plan", "制定方案：", ("给个{o}的方案", "帮我规划{o}", "{o}怎么安排")),
    ("monitor", "监测", ("盯一下{o}", "监测{o}", "{o}最近有没有异常")),
    ("score", "评分", ("给{o}打分", "{o}能得多少分", "评一评{o}")),
    ("match", "匹配", ("匹配合适的{o}", "有没有适合的{o}", "帮我对接{o}")),
    ("register", "登记", ("办理{o}登记", "{o}怎么登记，帮我走流程", "登记{o}")),
    ("classify", "划分", ("{o}属于哪一类", "判断{o}的类别", "给{o}归类")),
    ("simulate", "模拟", ("模拟{o}", "试算{o}会怎样", "推演一下{o}")),
    ("list", "列出", ("列出{o}", "有哪些{o}", "把{o}都列一下")),
)
_OBJECTS = (
    ("carbon_quota", "碳排放配额"),
    ("export_rebate", "出口退税"),
    ("invoice_risk", "发票风险"),
    ("supply_chain", "供应链账款"),
    ("land_price", "土地价格"),
    ("warehouse_receipt", "仓单"),
    ("bill_discount", "票据贴现"),
    ("payroll", "代发工资"),
    ("exchange_rate", "汇率波动"),
    ("tax_burden", "税负水平"),
    ("water_usage", "用水用电"),
    ("court_record", "司法记录"),
    ("guarantee_ring", "担保圈"),
    ("equity_stake", "股权结构"),
    ("bond_issue", "债券发行"),
    ("lease_rent", "融资租赁租金"),
    ("deposit", "存款收益"),
    ("insurance", "信用保险"),
    ("travel_cost", "差旅费用"),
    ("staff_training", "员工培训"),
    ("branch_queue", "网点排队"),
    ("card_fraud", "银行卡盗刷"),
    ("merchant_fee", "商户手续费"),
    ("crop_yield", "甘蔗产量"),
    ("fruit_price", "水果价格"),
    ("port_cargo", "港口货量"),
    ("border_trade", "边贸结算"),
    ("solar_output", "光伏发电收益"),
    ("patent_fee", "专利年费"),
    ("trademark", "商标"),
    ("debt_plan", "债务重组"),
    ("interest_subsidy", "贴息金额"),
    ("compute_voucher", "算力券"),
    ("house_value", "房产价值"),
    ("customer_churn", "客户流失"),
    ("meeting_minutes", "会议纪要"),
    ("budget", "部门预算"),
    ("green_label", "绿色标识"),
    ("credit_limit", "授信额度占用"),
    ("collateral", "抵押物"),
    ("blacklist", "黑名单"),
    ("visit_log", "走访记录"),
    ("contract", "合同条款"),
    ("weather", "天气灾害"),
    ("vessel", "船舶位置"),
    ("medical_bill", "医保账款"),
    ("school_fee", "学费分期"),
    ("cattle", "活体牛羊"),
    ("forest", "林权"),
    ("fishery", "海域使用权"),
    ("toll_fee", "通行费收入"),
    ("charging_pile", "充电桩收入"),
)
HELD_OUT_OBJECTS = frozenset({"patent_fee", "carbon_quota", "bill_discount", "toll_fee", "forest"})
_ARGUMENTS = (
    ("amount", "金额（万元）", "money", ("金额{v}", "{v}", "总额{v}")),
    ("cost", "成本（万元）", "money", ("成本{v}", "花了{v}")),
    ("income", "收入（万元）", "money", ("收入{v}", "进账{v}")),
    ("price", "单价（万元）", "money", ("单价{v}", "价格{v}")),
    ("balance", "余额（万元）", "money", ("余额{v}", "还剩{v}")),
    ("ratio_pct", "占比（%）", "percent", ("占比{v}", "比例{v}")),
    ("discount_pct", "折扣率（%）", "percent", ("折扣{v}", "折扣率{v}")),
    ("rate_pct", "年利率（%）", "percent", ("利率{v}", "年化{v}")),
    ("period_months", "期限（月）", "months", ("期限{v}", "{v}", "做{v}")),
    ("delay_days", "延迟天数（天）", "days", ("延迟{v}", "晚了{v}")),
    ("start", "开始日期", "day", ("从{v}开始", "{v}起")),
    ("day", "日期", "day", ("{v}", "{v}当天")),
    ("limit", "数量", "count", ("{v}", "前{v}")),
    ("staff", "人数", "people", ("{v}", "员工{v}")),
    ("enterprise", "企业", "enterprise", ("{v}", "{v}的", "{v}这家")),
)


@dataclass(frozen=True, slots=True)
class Invented:
    """A made-up tool, the template of a question for it, and which slot is which argument."""

    function: dict[str, Any]
    template: str
    object: str


def assistant_tools(extra: Path | None = None) -> dict[str, dict[str, Any]]:
    """The assistant's tools as functions of the OpenAI shape; `extra` names a JSON file with more of them."""
    functions = {
        name: {"name": name, "description": f"{tool.title}：{tool.summary}", "parameters": tool.parameters}
        for name, tool in catalogue().items()
    }
    if extra is not None:
        for function in json.loads(extra.read_text(encoding="utf-8")):
            functions.setdefault(function["name"], function)
    return functions


def shown(functions: list[Mapping[str, Any]], rng: random.Random) -> tuple[dict[str, Any], ...]:
    """The functions in a random order, now and then with a shorter description, as tools of a request."""
    listed = []
    for function in rng.sample(functions, len(functions)):
        description = function["description"]
        head, mark, tail = description.partition("：")
        if mark and rng.random() < 0.25:
            description = rng.choice((head, tail))
        listed.append({"type": "function", "function": {**function, "description": description}})
    return tuple(listed)


def invent(rng: random.Random, *, held_out: bool = False) -> Invented:
    """A tool of random name, description and arguments with a question that needs it."""
    objects = [pair for pair in _OBJECTS if (pair[0] in HELD_OUT_OBJECTS) == held_out]
    verb, action, asks = rng.choice(_ACTIONS)
    noun, words = rng.choice(objects)
    name = rng.choice((f"{noun}_{verb}", f"{verb}_{noun}", noun))
    chosen = rng.sample(_ARGUMENTS, rng.randrange(0, 4))
    asked = [argument for argument in chosen if rng.random() < 0.8]
    properties = {arg: {"type": _type(kind), "description": title} for arg, title, kind, _ in chosen}
    description = f"{words}{rng.choice((action, action + '工具', ''))}：{action}{words}{rng.choice(('', '并说明依据', '的结果', '，供客户经理参考'))}"
    parts = [rng.choice(ways).replace("{v}", f"{{{arg}:{kind}}}") for arg, _, kind, ways in asked]
    question = rng.choice(asks).format(o=words)
    order = [*parts, question] if rng.random() < 0.6 else [question, *parts]
    return Invented(
        {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": properties,
                "required": [arg for arg, *_ in asked if rng.random() < 0.7],
            },
        },
        "，".join(order),
        noun,
    )


def _type(kind: str) -> str:
    return "number" if kind in {"money", "percent", "months", "days", "count", "people"} else "string"
