"""What an answer must say about the dates of the law it rests on, said by code whatever the model wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answer import AnswerSentence, Evidence
from assistant.evidence.book import EvidenceBook
from assistant.evidence.quoting import rank_sentences
from assistant.passage import Passage


@dataclass(frozen=True, slots=True)
class DateNotices:
    """`sentences` close the answer; `missing` names what the knowledge base does not hold."""

    sentences: tuple[AnswerSentence, ...] = ()
    missing: tuple[str, ...] = ()


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def date_notices(
    book: EvidenceBook,
    cited: Sequence[Passage],
    successors: Sequence[Passage],
    question: str,
    said: Sequence[AnswerSentence],
    *,
    as_of: date,
    today: date,
) -> DateNotices:
    """Notices for the passages an answer cites.

    On a day other than today the version then in force is named; topics that a cited document regulates and
    the knowledge base does not hold are named as missing; a successor already issued and not yet effective is
    shown with its first day.
    """
    sentences: list[AnswerSentence] = []
    missing: list[str] = []
    seen: set[str] = set()
    for passage in cited:
        if passage.document_id in seen:
            continue
        seen.add(passage.document_id)
        item = _evidence_of(book, passage)
        if item is None:
            continue
        if as_of != today and passage.status == "in_force" and passage.authority in {"national", "local"}:
            number = f"（{passage.doc_no}）" if passage.doc_no else ""
            sentences.append(
                AnswerSentence(
                    text=f"截至{chinese_day(as_of)}，有效的是《{passage.title}》{number}。",
                    cites=(item.number,),
                )
            )
        for gap in passage.not_held:
            if any(cue in question for cue in gap.cues):
                if not _admits_gap(said, passage.title):
                    text = f"本库未收录《{passage.title}》关于{gap.topic}的规定，不能据此回答该项。"
                    sentences.append(AnswerSentence(text=text, cites=(item.number,)))
                missing.append(f"《{passage.title}》关于{gap.topic}的原文")
    for successor in successors:
        item = _evidence_of(book, successor)
        if item is None or successor.document_id not in seen or successor.effective_from is None:
            continue
        number = f"（{successor.doc_no}）" if successor.doc_no else ""
        quote = _best_of(book, question, item.number)
        text = (
            f"《{successor.title}》{number}当日已公布、尚未施行，自{chinese_day(successor.effective_from)}起施行"
            f"{'，其中规定：' + quote if quote else '。'}"
        )
        sentences.append(AnswerSentence(text=text, cites=(item.number,)))
    return DateNotices(tuple(sentences), tuple(dict.fromkeys(missing)))


def label_status(sentence: AnswerSentence, book: EvidenceBook) -> AnswerSentence:
    """The sentence with the status of what it rests on, where that is not law in force and it does not say so."""
    items = [item for number in sentence.cites if (item := book.get(number)) and item.kind == "passage"]
    if not items or any(item.status == "in_force" and _is_plain(item) for item in items):
        return sentence
    labels: list[str] = []
    first = items[0]
    if first.status == "expired" and not _says(sentence.text, "失效", "废止", "到期", "已被"):
        labels.append(f"已失效，{chinese_day(first.effective_to)}止" if first.effective_to else "已失效")
    elif first.status == "not_yet" and not _says(sentence.text, "尚未施行", "起施行"):
        start = f"，{chinese_day(first.effective_from)}起施行" if first.effective_from else ""
        labels.append(f"尚未施行{start}")
    if first.authority == "proposal" and not _says(sentence.text, "倡议", "建议", "提出", "现行"):
        labels.append("倡议性质，尚非生效规定")
    if first.authority == "fictional" and not _says(sentence.text, "虚构", "示例"):
        labels.append("虚构示例")
    if not labels:
        return sentence
    return sentence.model_copy(update={"text": f"{sentence.text}（{'；'.join(labels)}）"})


def _best_of(book: EvidenceBook, question: str, number: int, most: int = 2) -> str:
    """The sentences of one piece of evidence that fit the question best, in their own order."""
    own = [(score, s) for score, s in rank_sentences(book, question) if s.evidence == number]
    chosen = [s for score, s in own[:most] if score >= 0.6 * own[0][0]]
    return "".join(s.text for s in sorted(chosen, key=lambda s: s.index))


def _admits_gap(said: Sequence[AnswerSentence], title: str) -> bool:
    return any(title in s.text and _says(s.text, "未收录", "没有收录") for s in said)


def _evidence_of(book: EvidenceBook, passage: Passage) -> Evidence | None:
    return next((item for item in book.items if item.id == passage.id), None)


def _is_plain(item: Evidence) -> bool:
    return item.authority not in {"proposal", "fictional"}


def _says(text: str, *words: str) -> bool:
    return any(word in text for word in words)
