"""How sure it is that a passage bears on a question: the number that is shown as its score."""

from __future__ import annotations

import math
import re

from assistant.retrieval.text_index import QueryTerms

BIAS, COVERAGE, LIKENESS = -3.4, 4.7, 9.1
"""Logistic calibration from the share of the question's terms in a passage and from its cosine, fitted on the best
five passages of 75 answerable and 40 foreign questions (eval/cases/retrieval.jsonl)."""

_ASKING = re.compile(
    "怎么样|怎么办理?|怎么|怎样才?|如何|多少钱?|是什么意思|是什么|什么(?:样|情况|时候|地方|叫)?|哪些|哪儿|哪里|哪个|哪一?"
    "|几(?:年|天|个|成|家)|多[久长高大]|能不能|可不可以|要不要|是不是|算不算|有没有|可以|还能|请问|帮我|推荐|一下"
    "|需要|办理|那种|最[多长高大]|顶多|行不行|[的了吗呢吧]"
)


def substance(question: str) -> str:
    """What a question is about, without the words that only make it one; all of it when nothing else is left."""
    return " ".join(_ASKING.sub(" ", question).split()) or question


def covered(terms: QueryTerms, text: str) -> float:
    """Share of a question's weight in a text by pairs and words; single characters match anywhere by chance."""
    longer = {term: weight for term, weight in terms.weights.items() if len(term) > 1}
    return (QueryTerms(longer) if longer else terms).covered(text)


def certainty(coverage: float, likeness: float) -> float:
    """How likely a passage bears on the question, in (0, 1)."""
    return 1 / (1 + math.exp(-(BIAS + COVERAGE * coverage + LIKENESS * likeness)))
