"""What the law does to those who break it: questions that ask for it, and texts that say it."""

from __future__ import annotations

import re

# A penalty that is only mentioned, 近三年有过处罚还能申请吗, is not what is asked for; 罚息 is interest.
_PENALTY = (
    "罚(?![息过])[^，。？?过]{0,4}(?:多少|几|多重|什么|啥|谁|怎么[算定])",
    "罚(?!息)[款金钱]?的?(?:吗|不罚|标准|规定|条款|金额|幅度|依据|比例|上限|下限|封顶)",
    "(?:怎么|怎样|咋|如何|什么|啥|哪些|会|要)(?:被|受到?|挨|面临)?[^，。？?有]{0,4}罚(?![息过])",
    "最[高多低少重][^，。？?]{0,2}[罚判](?!息)|的(?:处罚|罚款|罚则)[？?]?$",
    "判(?:几|多少|多久|多重|刑|什么|啥)|坐(?:几年|多久)?牢",
)
_LIABILITY = (
    "(?:刑事|法律|行政|民事|赔偿)责任|追责",
    "(?:承担|承受|负|担|追究)[^，。？?]{0,6}(?:什么|啥|哪些|多大|怎样的?|何种)[^，。？?]{0,4}责任",
)
_ASKS_SANCTION = re.compile("|".join((*_PENALTY, *_LIABILITY)))
_ASKS_LAW = re.compile("违法(?!所得)|不法|犯法|犯罪|合法|法律后果")
_SANCTION = re.compile(
    "罚款|罚金|有期徒刑|拘役|没收|吊销|取缔|处分|警告|滞纳金|加收|拘留|赔偿|责令|追究|记入信用"
    "|承担[^，。；]{0,12}责任|(?:暂停|停止|限制)[^，。；]{0,8}(?:业务|服务|功能)|停业"
)


def asks_sanction(question: str) -> bool:
    """Whether a question is for the penalty or liability that follows: 罚多少, 判几年, 承担什么责任."""
    return _ASKS_SANCTION.search(question) is not None


def asks_law(question: str) -> bool:
    """Whether a question can be answered by law alone: what is lawful, and what follows where it is not."""
    return asks_sanction(question) or _ASKS_LAW.search(question) is not None


def states_sanction(text: str) -> bool:
    """Whether a text says what follows for those who break a rule."""
    return _SANCTION.search(text) is not None
