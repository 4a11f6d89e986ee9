"""The words that make a text a question, apart from what it is about."""

from __future__ import annotations

import re

_ASKING = re.compile(
    "怎么样|怎么办理?|怎么|怎样才?|如何|多少钱?|是什么意思|是什么|什么(?:样|情况|时候|地方|叫)?|哪些|哪儿|哪里|哪个|哪一?"
    "|几(?:年|天|个|成|家)|多[久长高大]|能不能|可不可以|要不要|是不是|算不算|有没有|可以|还能|请问|帮我|推荐|一下"
    "|需要|办理|那种|最[多长高大]|顶多|行不行|[的了吗呢吧]"
)


def substance(question: str) -> str:
    """What a question is about, without the words that only make it one; all of it when nothing else is left."""
    return " ".join(_ASKING.sub(" ", question).split()) or question
