"""Phrasings of questions for the tools of the catalogue: `[a|b]` is a choice, `{argument:kind}` a slot.

A family is one line before its choices are made. `fixed` holds arguments that the words themselves say.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Phrase:
    tool: str
    text: str
    fixed: dict[str, Any] = field(default_factory=dict)


def choose(text: str, rng: random.Random) -> str:
    """The text with every `[a|b|c]` replaced by one of its parts."""
    while match := _CHOICE.search(text):
        text = text[: match.start()] + rng.choice(match.group(1).split("|")) + text[match.end() :]
    return text


def _phrases(tool: str, lines: str, **fixed: Any) -> list[Phrase]:
    return [Phrase(tool, line.strip(), fixed) for line in lines.strip().splitlines()]


FORECAST = _phrases(
    "financing_forecast",
    """
[预测|预估|测一下|推算]{enterprise:enterprise}[未来|往后|接下来|今后]{horizon_months:months}的[融资需求|贷款需求|资金需求]
{enterprise:enterprise}[未来|接下来|往后|之后]{horizon_months:months}[会缺多少钱|要借多少|资金缺口有多大|大概要多少贷款]
{enterprise:enterprise}[什么时候|哪个月|几月份]会[缺钱|资金紧张|有缺口]
[帮我|麻烦|请]对{enterprise:enterprise}做[融资|用款|贷款]需求[预测|预估|测算]
{enterprise:enterprise}接下来[要多少资金|需要贷多少|会借多少钱]、[借多长时间|期限多久]、[用在哪里|什么用途]
[估计|估一估|看看]{enterprise:enterprise}{horizon_months:months}[以内|内|里]的[资金缺口|用款规模|融资规模]
{enterprise:enterprise}下[个|一]季度[的|]融资[需求|规模]会[到多少|是多少|怎么变]
{enterprise:enterprise}明年[要不要|会不会|需不需要]再[融资|贷款|借钱]，[规模|金额][多大|多少]
[想提前|提前]知道{enterprise:enterprise}以后的用钱[需要|计划|规模]
给{enterprise:enterprise}排{horizon_months:months}的[资金|融资]需求[预测|曲线|区间]
这家企业[未来|往后]{horizon_months:months}[的融资需求|要多少钱|会不会缺资金]
[我们公司|本公司|我司]接下来{horizon_months:months}[要融多少|资金够不够|需要贷多少款]
[该企业|这家公司|这个客户]后面的融资[需求|规模|用途][预测|预判|怎么样]
{enterprise:enterprise}旺季[要备多少钱|用款需求|资金需求多大]
预计{enterprise:enterprise}[年底|春节|年中][前|之前]的[融资|资金|贷款]需求
{enterprise:enterprise}的[未来资金|融资]需求用[模型|LSTM|时间序列][跑|测|预测]一下
{enterprise:enterprise}[可能|大概|估计]会借[多长|多久]，[借来|拿来]做什么
""",
)
PORTRAIT = (
    _phrases(
        "enterprise_portrait",
        """
[看看|看一下|打开|调出|查一查]{enterprise:enterprise}的[企业画像|画像|全貌]
{enterprise:enterprise}[是家什么样的公司|是什么来头|底细怎么样|情况如何]
[介绍|说说|讲讲]{enterprise:enterprise}
[我|]明天[要|]去[走访|拜访|尽调]{enterprise:enterprise}，[先|]给我[讲讲情况|一份速览|过一下底]
{enterprise:enterprise}[整体|总体|现在]经营[状况|情况][怎么样|如何|好不好]
[这家企业|该公司|这个客户]的[画像|基本面|整体情况][给我看看|怎么样|]
{enterprise:enterprise}企业速览
[帮忙|帮我]查{enterprise:enterprise}[的资料|的数据|的档案|]
[我们公司|本企业]的画像[是什么样|给我看一下|里有什么]
{enterprise:enterprise}[在我们库里|]有哪些[数据|信息|指标]
""",
    )
    + [
        Phrase("enterprise_portrait", line.strip(), {"domains": [domain]})
        for domain, lines in {
            "tax": """
{enterprise:enterprise}[去年|最近|近一年][交了多少税|缴税情况|纳税怎么样]
{enterprise:enterprise}的[纳税|税务|开票|申报][数据|记录|情况]
[查|看]一下{enterprise:enterprise}的[税|发票|增值税申报]
这家企业[纳税|缴税][正常吗|情况怎么样]
""",
            "social_insurance": """
{enterprise:enterprise}[有多少人参保|给多少员工交社保|社保缴纳人数]
{enterprise:enterprise}的[社保|参保|用工][情况|记录|人数变化]
查[查|一下]{enterprise:enterprise}社保[断缴没有|交得怎么样|缴费]
""",
            "intellectual_property": """
{enterprise:enterprise}[手里|名下]有[什么|哪些|几项][专利|知识产权|软件著作权]
{enterprise:enterprise}的[专利|知识产权|软著|商标][情况|清单|数量]
[查询|看看]{enterprise:enterprise}[发明专利|知产]
""",
            "customs": """
{enterprise:enterprise}[出口额|进出口|报关][多少|情况|数据]
{enterprise:enterprise}的[海关|外贸|出口][记录|数据|情况]
看[看|下]{enterprise:enterprise}[去年|今年]出口[做得怎么样|多少|]
""",
            "bank_credit": """
{enterprise:enterprise}[在银行还有多少贷款|贷款余额多少|负债多少]
{enterprise:enterprise}的[征信|信贷|还款|授信][情况|记录|数据]
{enterprise:enterprise}[有没有逾期|欠不欠银行钱|流水怎么样]
""",
            "registration": """
{enterprise:enterprise}[哪年注册的|什么时候成立的|法人是谁|注册资本多少]
{enterprise:enterprise}的[工商|注册|登记|股东][信息|资料|情况]
""",
        }.items()
        for line in lines.strip().splitlines()
    ]
    + _phrases(
        "enterprise_portrait",
        """
{enterprise:enterprise}的[税务和社保|纳税和参保][情况|数据][给我|都查一下|]
查{enterprise:enterprise}[纳税|税]、社保[两块|]
""",
        domains=["tax", "social_insurance"],
    )
    + _phrases(
        "enterprise_portrait",
        """
{enterprise:enterprise}[工商和税务|登记信息和纳税][数据|情况][都要|看一下]
""",
        domains=["registration", "tax"],
    )
)
RATE = (
    _phrases(
        "loan_rate",
        """
[现在|目前|眼下|最近|今天][的|][LPR|贷款市场报价利率][是多少|多少|报多少]
[最新|本月|这个月][的|]LPR
{day:day}的[LPR|贷款市场报价利率][是多少|多少|]
{day:day}[当天|那时候|当时]LPR[报多少|是几|什么水平]
[查|查询]{day:day}的LPR[报价|]
LPR[现在|最近]有没有[变|调整|下调]
LPR[一年期和五年期|1年期、5年期以上|两个品种][分别|各][是|]多少
{day:day}[一年和五年|1年期和5年期以上]LPR[各是多少|分别多少]
[央行|人行]公布的[LPR|报价利率]
""",
    )
    + _phrases(
        "loan_rate",
        """
[一年期|1年期][的|][LPR|报价利率][现在|]是多少
{day:day}[一年期|1年期]LPR[多少|是几|]
[一年期|1年期]LPR加{spread_bp:basis}[是多少|利率多少|后执行利率]
按[一年期|1年期]LPR[上浮|加]{spread_bp:basis}[定价|放款|][，|][利率|执行利率][是|]多少
[一年期|1年期]LPR{spread_minus:minus}[是多少|的执行利率|利率到多少]
{day:day}放的[一年期|1年期]贷款，[加点|LPR加]{spread_bp:basis}，[执行利率|利率][多少|是多少]
""",
        tenor="1y",
    )
    + _phrases(
        "loan_rate",
        """
[五年期以上|5年期以上|五年期|5年期][的|][LPR|报价利率][现在|]是多少
{day:day}[五年期以上|5年期|五年期]LPR[多少|是几|]
[五年期以上|5年期][LPR|]加{spread_bp:basis}[是多少|利率多少|的贷款利率]
[长期贷款|中长期贷款|固定资产贷款]按[五年期|5年期]LPR加{spread_bp:basis}[，|][利率|]多少
[五年期|5年期以上]LPR{spread_minus:minus}[是多少|的执行利率|利率]
""",
        tenor="5y",
    )
    + _phrases(
        "loan_rate",
        """
LPR加{spread_bp:basis}[是多少|执行利率多少|]
[加点|上浮]{spread_bp:basis}[的贷款|]利率[是多少|怎么算出来|]
""",
    )
)
SEARCH = _phrases(
    "search_knowledge",
    """
[帮我|请|]在[知识库|库]里[搜|查|找][一下|][有关|关于|][<topic>]的[文件|资料|规定|内容]
[搜索|检索|查找|搜一搜][<topic>]
[检索|找出|列出][跟|和|与][<topic>][有关|相关]的[制度|条文|文件|段落]
[列出|给我|找]{k:count}[关于|有关][<topic>]的[资料|条文|内容]
[知识库|资料库]里有没有[<topic>]的[文件|内容|资料]，[搜|查]一下
把[<topic>]的[条文|材料|规定][都|]找[出来|给我]
[检索|搜]一下[<topic>]，[要|列]{k:count}
查[查|一查|找][库里|文档里][<topic>][相关|有关|]的[原文|段落]
[<topic>]，帮我[搜资料|检索一下|全文检索]
""",
) + [
    Phrase("search_knowledge", line.strip(), {"collection": collection})
    for collection, lines in {
        "products": "[在|去][产品库|产品集合]里[搜|找]一下[<topic>]\n[找|搜][产品|产品资料]：[<topic>]",
        "policies": "在[政策库|政策文件]里[检索|搜|查][<topic>]\n[政策库|政策]搜索[<topic>]",
        "regulations": "在[法规库|监管法规]里[检索|搜|查][<topic>]\n法规[检索|搜索]：[<topic>]",
        "cases": "[找|搜|检索]一下[<topic>]的[同业|][案例|做法]\n案例库[里|]搜[<topic>]",
    }.items()
    for line in lines.splitlines()
]
# Questions that name a tool's subject and ask about rules or preparation: answered from the evidence.
NO_CALL = """
[流动资金需求|营运资金|流贷额度][一般|]怎么[算|测算]
[测算|算][流动资金|营运资金]需要[准备|提供][哪些|什么]数据
[想|我想][算|测算]流动资金[贷款|][需求|额度]，[怎么弄|需要什么]
融资需求预测[是怎么做的|用什么方法|需要哪些数据]
[企业画像|画像][包括|有]哪些[数据域|内容|方面]
[查|看]企业[数据|画像]要不要[授权|同意]
[授权|同意]撤回[以后|后][还能|能不能]查[企业|]数据
风险补偿[资金池|][的材料|怎么申请|对象有哪些|比例是多少]
[首贷|科技贷款]补偿[政策|比例][是怎样的|有文件吗]
LPR是[什么意思|谁公布的|怎么形成的]
LPR[和|跟]基准利率[有什么区别|什么关系]
[贷款利率|加点]由谁[决定|审批]
[你好|您好|在吗|谢谢|好的|辛苦了|再见]
[你|]能[做|干]什么
[今天|明天|周末][天气|气温][怎么样|如何]
[写|作]一[首|篇][诗|作文|故事]
[推荐|选]一[只|支][股票|基金]
[帮我|]把这[句话|段话]翻译成[英文|越南语]
[讲|说]个笑话
[今晚|中午]吃什么[好|]
[附近|南宁]有什么好[玩|吃]的
[世界杯|篮球赛]谁[赢|夺冠]了
[人工智能|大模型]会不会[取代|代替]人
[一加一|十七乘九]等于几
"""
