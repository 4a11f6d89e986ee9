"""What of a stored answer may still be shown: evidence whose consent is gone is hidden, not deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from assistant.answer import (
    Answer,
    AnswerSentence,
    Citation,
    DataUse,
    Evidence,
    ToolCall,
    ToolResult,
    Verification,
)
from assistant.store.domains import DOMAIN_TITLES

NOTICE = "（该内容所依据的企业数据授权已失效，暂不显示。）"
HIDDEN_TITLE = "企业数据（授权已失效）"
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_DIGIT = re.compile(r"[\d零〇一二三四五六七八九十百千万亿]")


def hide(
    answer: Answer,
    sentences: Sequence[AnswerSentence],
    evidence: Sequence[Evidence],
    readable: Callable[[DataUse], bool],
) -> tuple[Answer, tuple[AnswerSentence, ...], tuple[Evidence, ...]]:
    """The answer, its sentences and its evidence as they may be shown under today's consents.

    Hidden are: evidence and tool calls made from data that are not readable, calls whose arguments repeat a
    figure of these, citations of them, sentences that cite them, and uncited sentences with figures. Nothing
    is changed when everything is readable.
    """
    lost_calls, lost_uses = _lost_calls(answer.tool_calls, evidence, readable)
    lost = {
        item.number
        for item in evidence
        if item.id in lost_calls or not all(readable(use) for use in item.uses)
    }
    if not lost and not lost_calls:
        return answer, tuple(sentences), tuple(evidence)
    lost_uses.update(_pair(use) for item in evidence for use in item.uses if not readable(use))
    shown = _shown_sentences(sentences, lost)
    hidden_answer = answer.model_copy(
        update={
            "text": "\n".join(_marked(sentence) for sentence in shown),
            "status": "partial" if answer.status == "answered" else answer.status,
            "citations": tuple(_citation(one) if one.n in lost else one for one in answer.citations),
            "tool_calls": tuple(_call(one) if one.id in lost_calls else one for one in answer.tool_calls),
            "verification": _verification(answer.verification),
            "missing": tuple(dict.fromkeys((*answer.missing, *_missing(lost_uses)))),
        }
    )
    return hidden_answer, shown, tuple(_evidence(item) if item.number in lost else item for item in evidence)


def _lost_calls(
    calls: Iterable[ToolCall], evidence: Sequence[Evidence], readable: Callable[[DataUse], bool]
) -> tuple[set[str], set[tuple[str, str]]]:
    """Calls made from data that are closed now, directly or through a figure handed on to a later call."""
    by_id = {item.id: item for item in evidence}
    lost: set[str] = set()
    uses: set[tuple[str, str]] = set()
    figures: set[Decimal] = set()
    for item in evidence:
        if item.kind == "passage" and not all(readable(use) for use in item.uses):
            figures |= _figures(item.text)
    for call in calls:
        item = by_id.get(call.id)
        used = [source.data for source in (call.result.sources if call.result else ()) if source.data]
        used.extend(item.uses if item else ())
        closed = {_pair(use) for use in used if not readable(use)}
        if closed or figures & _argument_figures(call.arguments):
            lost.add(call.id)
            uses |= closed
            figures |= _figures(item.text if item else "")
            figures |= _figures(" ".join(_spoken(call.result)) if call.result else "")
    return lost, uses


def _figures(text: str) -> set[Decimal]:
    return {Decimal(match.replace(",", "")).normalize() for match in _NUMBER.findall(text)}


def _spoken(result: ToolResult) -> list[str]:
    return [*result.summary, *(fact.text() for fact in result.facts)]


def _argument_figures(arguments: dict[str, Any]) -> set[Decimal]:
    whole = (str(value) for value in arguments.values())
    return {figure for text in whole if _NUMBER.fullmatch(text) for figure in _figures(text)}


def _shown_sentences(sentences: Sequence[AnswerSentence], lost: set[int]) -> tuple[AnswerSentence, ...]:
    shown: list[AnswerSentence] = []
    for sentence in sentences:
        unsure = not sentence.cites and _DIGIT.search(sentence.text)
        if not unsure and not lost.intersection(sentence.cites):
            shown.append(sentence)
        elif not shown or shown[-1].text != NOTICE:
            shown.append(AnswerSentence(text=NOTICE))
    return tuple(shown)


def _marked(sentence: AnswerSentence) -> str:
    return sentence.text + "".join(f"[{number}]" for number in sentence.cites)


def _pair(use: DataUse) -> tuple[str, str]:
    return use.enterprise, use.domain


def _missing(uses: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"企业{code}对“{DOMAIN_TITLES.get(domain, domain)}”数据的有效授权" for code, domain in sorted(uses)
    ]


def _citation(citation: Citation) -> Citation:
    return citation.model_copy(update={"title": HIDDEN_TITLE, "locator": "", "quote": NOTICE, "url": None})


def _call(call: ToolCall) -> ToolCall:
    kept = {key: value for key, value in call.arguments.items() if key == "enterprise"}
    return call.model_copy(
        update={"arguments": kept, "result": None, "error": NOTICE, "error_code": "consent_required"}
    )


def _evidence(item: Evidence) -> Evidence:
    return item.model_copy(update={"title": HIDDEN_TITLE, "locator": "", "text": NOTICE, "facts": ()})


def _verification(verification: Verification) -> Verification:
    """Problems quote sentences, so they go with them."""
    problems = (NOTICE,) if verification.problems else ()
    return verification.model_copy(update={"problems": problems})
