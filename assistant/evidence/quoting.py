"""An answer made of the evidence itself, by code: what is said when no model phrases it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import AnswerSentence, ToolCall
from assistant.evidence.book import EvidenceBook, QuotableSentence
from assistant.question.asking import substance
from assistant.question.consequence import asks_sanction, states_sanction

_WORDLIKE = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]+|\d+(?:\.\d+)?")
_ASKS_FIGURE = re.compile(r"多少|几|多久|多长|多大|多高|比例|利率|额度|上限|下限|期限|何时|什么时候|哪天")
_DIGIT = re.compile(r"\d|[一二三四五六七八九十百]年")
_FILLER = frozenset(
    {"什么", "多少", "怎么", "请问", "的是", "是多", "是什", "可以", "一下", "么样", "哪些", "有哪"}
)
MAX_SENTENCES = 3
MAX_TOOL_SENTENCES = 5


def bigrams(text: str) -> set[str]:
    """Character bigrams of Chinese runs, whole Latin words and numbers."""
    found: set[str] = set()
    for run in _WORDLIKE.findall(text):
        if run[0].isascii():
            found.add(run.lower())
        elif len(run) == 1:
            found.add(run)
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return found


def overlap(text: str, sentence: str) -> float:
    """Share of the text's bigrams that the sentence holds, in [0, 1]."""
    wanted = bigrams(text)
    return len(wanted & bigrams(sentence)) / len(wanted) if wanted else 0.0


def rank_sentences(book: EvidenceBook, question: str) -> list[tuple[float, QuotableSentence]]:
    """The passages' sentences, best answer to the question first.

    A sentence counts by itself and by its passage: the passage's title, locator and rank say what it is about.
    """
    asks_figure = bool(_ASKS_FIGURE.search(question))
    sanction = asks_sanction(question)
    about = substance(question)
    ranked: list[tuple[float, QuotableSentence]] = []
    passages = [item for item in book.items if item.kind == "passage"]
    place = {item.number: position for position, item in enumerate(passages)}
    for sentence in book.sentences:
        item = book.get(sentence.evidence)
        if item is None or item.number not in place or len(sentence.text) < 6:
            continue
        own = overlap(about, sentence.text)
        head = overlap(about, f"{item.title}{item.locator}")
        score = own + 0.6 * head + 0.35 * 0.75 ** place[item.number]
        if asks_figure and _DIGIT.search(sentence.text):
            score += 0.15
        if sanction and states_sanction(sentence.text):
            score += 0.3
        if item.status in {"expired", "not_yet"}:
            score *= 0.7
        ranked.append((score, sentence))
    return sorted(ranked, key=lambda pair: (-pair[0], pair[1].index))


def from_passages(book: EvidenceBook, question: str) -> list[AnswerSentence]:
    """Up to three sentences quoted from the passages: the best one and those near it that also fit."""
    ranked = rank_sentences(book, question)
    if not ranked:
        return []
    best, first = ranked[0]
    chosen = [first]
    for score, sentence in ranked[1:]:
        if len(chosen) == MAX_SENTENCES:
            break
        same_item = sentence.evidence == first.evidence
        if score >= best * (0.5 if same_item else 0.85):
            chosen.append(sentence)
    # The best sentence's own passage first, each passage in its own order: a rule before its exception.
    ordered = sorted(chosen, key=lambda s: (s.evidence != first.evidence, s.index))
    return [AnswerSentence(text=s.text, cites=(s.evidence,)) for s in ordered]


def from_tools(book: EvidenceBook, calls: Sequence[ToolCall], question: str) -> list[AnswerSentence]:
    """The ready sentences of every tool that succeeded, each citing its result.

    Of a long result the first sentence stands, with those that fit the question best, in their own order.
    """
    sentences: list[AnswerSentence] = []
    about = substance(question)
    for call in calls:
        item = next((e for e in book.items if e.kind == "tool" and e.id == call.id), None)
        if call.result is None or item is None:
            continue
        lines = call.result.summary
        fitting = sorted(range(1, len(lines)), key=lambda at: -overlap(about, lines[at]))
        kept = sorted([0, *fitting[: MAX_TOOL_SENTENCES - 1]]) if lines else []
        sentences += [AnswerSentence(text=lines[at], cites=(item.number,)) for at in kept]
    return sentences


def closest_sentence(
    book: EvidenceBook, draft: str, released: Sequence[AnswerSentence]
) -> AnswerSentence | None:
    """The evidence's own sentence nearest to a draft that was withheld, unless it was already said."""
    said = {sentence.text for sentence in released}
    best: tuple[float, QuotableSentence] | None = None
    for sentence in book.sentences:
        score = overlap(draft, sentence.text)
        if sentence.text not in said and score >= 0.3 and (best is None or score > best[0]):
            best = (score, sentence)
    return None if best is None else AnswerSentence(text=best[1].text, cites=(best[1].evidence,))
