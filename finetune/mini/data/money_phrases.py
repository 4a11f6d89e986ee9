"""Questions with many figures: working capital and risk compensation, put together from labelled parts."""

from __future__ import annotations

import random
from typing import Any

# Required parts first; the optional ones follow. Each part: argument, phrasings with their slot.
WORKING_CAPITAL: dict[str, str] = {
    "revenue": "[上年|去年|年]销售收入{revenue:money}|[去年|年|上年][营收|营业收入|收入]{revenue:money}|销售额{revenue:money}|[去年|一年]卖了{revenue:money}|收入：{revenue:money}",
    "profit_margin_pct": "[销售|]利润率{profit_margin_pct:percent}|净利{profit_margin_pct:percent}|利润率是{profit_margin_pct:percent}|[大概|]赚{profit_margin_pct:percent}|利润率：{profit_margin_pct:percent}",
    "growth_pct": "[预计|]增长{growth_pct:percent}|[今年|明年][预计|打算|][涨|增]{growth_pct:percent}|增[长率|速]{growth_pct:percent}|预计增长率：{growth_pct:percent}",
    "inventory_days": "存货[周转|]{inventory_days:days}|存货周转天数{inventory_days:days}|[库存|货][压|周转]{inventory_days:days}|存货[大概|约]{inventory_days:days}",
    "receivable_days": "应收[账款|款|][周转|]{receivable_days:days}|应收周转天数{receivable_days:days}|[客户|]账期{receivable_days:days}|回款要{receivable_days:days}",
    "payable_days": "应付[账款|款|][周转|]{payable_days:days}|应付周转天数{payable_days:days}|欠[供应商|货款]{payable_days:days}",
    "prepayment_days": "预付[账款|款|]{prepayment_days:days}|预付周转天数{prepayment_days:days}|预付[大概|]{prepayment_days:days}",
    "advance_days": "预收[账款|款|]{advance_days:days}|预收周转天数{advance_days:days}|预收[大概|约]{advance_days:days}",
    "own_funds": "[自有资金|自己有|自有]{own_funds:money}|自有资金：{own_funds:money}",
    "existing_loans": "[现有|已有|在用]流[贷|动资金贷款]{existing_loans:money}|[已经|]有流贷{existing_loans:money}",
    "other_funding": "其他渠道[资金|能凑|有|]{other_funding:money}|[别处|其他]融资{other_funding:money}",
}
WORKING_CAPITAL_REQUIRED = tuple(WORKING_CAPITAL)[:8]
WORKING_CAPITAL_ASKS = (
    "[流动资金|营运资金]缺口[多大|是多少|有多少]",
    "[还|能|]要[贷|借]多少流[贷|动资金贷款]",
    "[测算|算|估][一下|][流动资金|流贷]需求",
    "[新增|]流动资金贷款[额度|需求量|需求][是多少|多少|]",
    "需要多少[营运资金|周转资金|周转钱]",
    "按[监管|参考|办法附件的][公式|测算公式][算|测]一[算|下]",
    "流贷[可以|能]给到多少",
    "帮[我|客户]测[一下|]授信额度",
)
RISK_POOL: dict[str, str] = {
    "loan_amount": "贷款[金额|][是|]{loan_amount:money}|[放|贷]了{loan_amount:money}|一笔{loan_amount:money}的贷款|[借款|贷款本金]{loan_amount:money}",
    "net_loss": "[净损失|净亏|损失]{net_loss:money}|[不良|核销后]净损失{net_loss:money}|最终[损失|亏了]{net_loss:money}|净损失：{net_loss:money}",
    "established_months": "[成立|注册][了|][才|]{established_months:age}|企业[成立|开业]{established_months:age}",
    "credit_share_pct": "信用[部分|]占比{credit_share_pct:share}|[信用贷款|纯信用]占{credit_share_pct:share}",
    "recovered": "[追回|收回|追偿]了?{recovered:money}|已[追回|回收]{recovered:money}",
    "first_loan": "[是首贷|首贷户|首次贷款|第一次贷款|首笔贷款]",
}
RISK_POOL_ASKS = (
    "[风险补偿|补偿池|资金池][能|可以]补多少",
    "[风险池|补偿资金池|池子][赔|分担|承担]多少",
    "[符不符合|能不能进|够不够格进]风险补偿[池|资金池]",
    "[补偿|]金额[怎么算|是多少|大概多少]",
    "[能|可不可以]申请风险补偿[吗|]",
    "风险补偿[资格|条件][够不够|怎么样|满足吗]",
    "补偿比例[和金额|]是多少",
    "[能不能|可否]纳入风险补偿",
)
POOLS = {
    "gx-tech-loan": ("广西", "广西科技贷款", "自治区"),
    "anhui-2022": ("安徽", "安徽科技企业池"),
    "shanghai-microtech": ("上海", "上海科小小微"),
    "zhuhai-2022": ("珠海", "珠海科技信贷", "珠海那个池"),
    "guangzhou-2025": ("广州", "广州政银"),
    "gx-ai-credit-pool": ("自治区人工智能信贷", "AI信贷"),
    "guangdong-ip": ("广东知识产权", "广东知产"),
}
_SUBJECTS = ("", "", "", "某企业", "客户", "一家公司", "企业", "有个客户", "一家制造企业")
_GAPS = ("，", "，", "，", "、", "；", "，  "[:1], " ")


def _pick(options: str, rng: random.Random) -> str:
    """One of the top-level alternatives of a part."""
    depth, start, parts = 0, 0, []
    for position, char in enumerate(options):
        depth += (char == "[") - (char == "]")
        if char == "|" and depth == 0:
            parts.append(options[start:position])
            start = position + 1
    return rng.choice([*parts, options[start:]]).replace("了?", rng.choice(("", "了")))


def working_capital(rng: random.Random) -> tuple[str, bool]:
    """A question's template, and whether it names every required figure."""
    names = list(WORKING_CAPITAL_REQUIRED)
    complete = rng.random() < 0.85
    if not complete:
        names = sorted(rng.sample(names, rng.randrange(1, 6)), key=names.index)
    elif rng.random() < 0.3:
        rng.shuffle(names)
    names += [name for name in tuple(WORKING_CAPITAL)[8:] if rng.random() < 0.4]
    gap = rng.choice(_GAPS)
    body = gap.join(_pick(WORKING_CAPITAL[name], rng) for name in names)
    question = rng.choice(WORKING_CAPITAL_ASKS)
    subject = rng.choice(_SUBJECTS)
    if rng.random() < 0.2:
        return f"{question}：{subject}{body}", complete
    return f"{subject}{body}，{question}", complete


def risk_pool(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A question's template and the arguments its words fix."""
    fixed: dict[str, Any] = {}
    parts: list[str] = []
    if rng.random() < 0.35:
        pool = rng.choice(tuple(POOLS))
        words = rng.choice(POOLS[pool])
        parts.append(
            f"{rng.choice(('', '按', '用'))}{{text_pool:={words}}}{rng.choice(('的规则', '', '的补偿办法'))}"
        )
    if rng.random() < 0.45:
        parts.append("{enterprise:enterprise}")
    for name in rng.sample(tuple(RISK_POOL), rng.randrange(0 if parts else 1, 5)):
        parts.append(_pick(RISK_POOL[name], rng))
        if name == "first_loan":
            fixed["first_loan"] = True
    body = rng.choice(("，", "，", "")).join(parts) if len(parts) < 2 else "，".join(parts)
    return f"{body}{rng.choice(('，', ''))}{rng.choice(RISK_POOL_ASKS)}", fixed
