"""Numbered evidence: how it is shown to a model, and how its sentences are quoted and cited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from assistant.answer import AnswerSentence, Citation, DataUse, Evidence, LegalStatus, ToolCall
from assistant.passage import Passage

STATUS_TEXT: dict[LegalStatus, str] = {
    "in_force": "现行有效",
    "expired": "已失效",
    "not_yet": "尚未施行",
    "unknown": "时效不明",
}
AUTHORITY_TEXT = {
    "national": "",
    "local": "地方",
    "proposal": "倡议",
    "standard": "标准或行业模板",
    "internal": "内部",
    "fictional": "虚构示例",
}
_SENTENCE = re.compile(r"[^。！？；\n]*(?:[。！？；]+[”’）」》]*|\n|$)")
_MARK = re.compile(r"\[(\d{1,3})\]")
_QUOTE = re.compile(r"⟨S(\d{1,3})⟩")


@dataclass(frozen=True, slots=True)
class QuotableSentence:
    """Sentence `S{index}` of the evidence with number `evidence`."""

    index: int
    evidence: int
    text: str


Bound = Literal["max", "min"] | None
HeldClaims = Mapping[tuple[str, ...], frozenset[Bound]]


@dataclass(slots=True)
class EvidenceBook:
    """The evidence of one answer, numbered from 1 as it comes in; nothing is renumbered or removed."""

    as_of: date
    items: list[Evidence] = field(default_factory=list)
    sentences: list[QuotableSentence] = field(default_factory=list)
    claims: dict[int, HeldClaims] = field(default_factory=dict)
    """What verification found each item to hold, by number: kept as long as the answer is made and no longer, so
    that nothing of an enterprise outlives it."""

    @property
    def uses(self) -> tuple[DataUse, ...]:
        """Every use of an enterprise's data that the evidence was read under."""
        return tuple(use for item in self.items for use in item.uses)

    def add_passage(self, passage: Passage) -> Evidence:
        known = next((item for item in self.items if item.id == passage.id), None)
        if known is not None:
            return known
        return self._add(
            Evidence(
                number=len(self.items) + 1,
                kind="passage",
                id=passage.id,
                source_id=passage.source_id,
                title=passage.title,
                locator=passage.locator,
                text=passage.text,
                as_of=self.as_of,
                status=passage.status,
                authority=passage.authority,
                confidence=passage.confidence,
                effective_from=passage.effective_from,
                effective_to=passage.effective_to,
                uses=_portrait_use(passage),
            ),
            split_sentences(passage.text),
        )

    def add_tool_call(self, call: ToolCall, title: str) -> Evidence | None:
        """Evidence from a call that succeeded; `None` for a failed one."""
        if call.result is None:
            return None
        result = call.result
        lines = [*result.summary, *(fact.text() + "。" for fact in result.facts)]
        uses = tuple(source.data for source in result.sources if source.data is not None)
        return self._add(
            Evidence(
                number=len(self.items) + 1,
                kind="tool",
                id=call.id,
                source_id=call.name,
                title=title,
                locator=f"{result.rule.id}@{result.rule.version}" if result.rule else "",
                text="\n".join(lines),
                facts=result.facts,
                as_of=result.as_of,
                status=result.rule.status if result.rule else "in_force",
                authority=next((s.authority for s in result.sources if s.authority), None),
                confidence=next((s.confidence for s in result.sources if s.confidence), None),
                uses=uses,
            ),
            result.summary,
        )

    def _add(self, evidence: Evidence, sentences: Iterable[str]) -> Evidence:
        self.items.append(evidence)
        for text in sentences:
            self.sentences.append(QuotableSentence(len(self.sentences) + 1, evidence.number, text))
        return evidence

    def get(self, number: int) -> Evidence | None:
        return self.items[number - 1] if 1 <= number <= len(self.items) else None

    def expand(self, draft: str) -> AnswerSentence:
        """A draft sentence with quotes expanded and its marks collected; marks of no evidence are dropped."""
        cites: list[int] = []

        def quote(match: re.Match[str]) -> str:
            index = int(match.group(1))
            if not 1 <= index <= len(self.sentences):
                return ""
            sentence = self.sentences[index - 1]
            cites.append(sentence.evidence)
            return sentence.text

        text = _QUOTE.sub(quote, draft)
        cites += [number for mark in _MARK.findall(text) if self.get(number := int(mark))]
        return AnswerSentence(text=_MARK.sub("", text).strip(), cites=tuple(dict.fromkeys(cites)))


def _portrait_use(passage: Passage):
    from assistant.answer import DataUse

    if passage.enterprise is None or passage.domain is None:
        return ()
    return (DataUse(enterprise=passage.enterprise, domain=passage.domain),)


def split_sentences(text: str) -> list[str]:
    """Sentences of Chinese prose with their end marks, table rows and list items as lines of their own."""
    return [part for match in _SENTENCE.finditer(text) if (part := match.group().strip())]


def render_evidence(book: EvidenceBook, numbers: Sequence[int] | None = None, *, per_item: int = 5) -> str:
    """The evidence as a model reads it: a head line per item, then its first `per_item` sentences with ids."""
    chosen = set(numbers) if numbers is not None else {item.number for item in book.items}
    blocks: list[str] = []
    for item in book.items:
        if item.number not in chosen:
            continue
        head = (
            f"[{item.number}]《{item.title}》{item.locator}"
            if item.kind == "passage"
            else f"[{item.number}]{item.title}"
        )
        notes = [STATUS_TEXT[item.status]] if item.kind == "passage" else ["工具结果"]
        if item.authority and AUTHORITY_TEXT[item.authority]:
            notes.append(AUTHORITY_TEXT[item.authority])
        own = [sentence for sentence in book.sentences if sentence.evidence == item.number][:per_item]
        blocks.append("\n".join([f"{head}｜{'｜'.join(notes)}", *(f"⟨S{s.index}⟩{s.text}" for s in own)]))
    return "\n".join(blocks)


def marked(sentence: AnswerSentence) -> str:
    """The sentence as it is shown: its marks stand before the closing full stop's end of sentence."""
    marks = "".join(f"[{number}]" for number in sentence.cites)
    return f"{sentence.text}{marks}"


def citation_of(evidence: Evidence, quote: str) -> Citation:
    return Citation(
        n=evidence.number,
        kind=evidence.kind,
        id=evidence.id,
        source_id=evidence.source_id,
        title=evidence.title,
        locator=evidence.locator,
        quote=quote,
        status=evidence.status,
        authority=evidence.authority,
        confidence=evidence.confidence,
        effective_from=evidence.effective_from,
        effective_to=evidence.effective_to,
    )
