"""The words that make a text a question, apart from what it is about."""

from __future__ import annotations

import re

_ASKING = re.compile(
    "怎么样|怎么办理?|怎么|怎样才?|如何|多少钱?|是什么意思|是什么|什么(?:样|情况|时候|地方|叫)?|哪些|哪儿|哪里|哪个|哪一?"
    "|几(?:年|天|个|成|家)|多[久长高大]|能不能|可不可以|要不要|是不是|算不算|有没有|可以|还能|请问|帮我|推荐|一下"
    "|需要|办理|那种|最[多长高大]|顶多|行不行|[的了吗呢吧]"
)

_MAY = "(?:(?<![智性功职节产动技储核])能(?![源力耗在的])|能不能|能否|可以|可不可以|可否)"
# What a rule allows or demands or a product offers, whoever's case it is; 可以看看流水吗 is only polite.
_RULE = re.compile(
    f"(?:{_MAY}|怎么|如何|想)[^，。？！]{{0,8}}(?:质押|抵押|申请|享受|申报|办理|续贷|展期|贷款)"
    f"|{_MAY}(?!看|查|说|介绍|告诉|给|帮)[^，。？！]{{1,14}}吗"
    "|要不要|需不需要|需要[^，。？！]{1,14}(?:吗|什么|哪些)|必须|合不合|算不算"
    "|条件|流程|手续|材料|办法|规定|政策|优惠|补贴|奖补|怎么办"
    "|(?:哪些|什么|哪种|哪款)[^，。？！]{0,6}(?:贷款|产品|支持|扶持)|(?:适合|推荐)[^，。？！]{0,6}(?:产品|贷)"
)
# 基本户 is an account, 应该公司 no company; a bare 客户 is anybody's.
_POINTING = re.compile(
    "(?:(?:这家|这个|那家|(?<!应)该|(?<![基资成根])本|我们|我|咱们?|你们|上述)的?(?:企业|公司|客户|厂|户|店)|我司|贵司|这户)的?"
)
_LEAST_QUERY = 4  # characters


def points_to_one(question: str) -> bool:
    """Whether a question speaks of one enterprise without its name: 这家企业, 我司, 该客户."""
    return _POINTING.search(question) is not None


def without_pointing(question: str) -> str:
    """The question without the words that only say whose case it is: 我们公司 else finds company law."""
    left = _POINTING.sub("", question).strip("，, ")
    return left if len(left) >= _LEAST_QUERY else question


def asks_rule(question: str) -> bool:
    """Whether a question is for a rule or a product, and not for the data of the enterprise that it speaks of."""
    return _RULE.search(question) is not None


def substance(question: str) -> str:
    """What a question is about, without the words that only make it one; all of it when nothing else is left."""
    return " ".join(_ASKING.sub(" ", question).split()) or question
