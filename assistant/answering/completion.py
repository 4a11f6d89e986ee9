"""What code adds to a model's sentences, whatever the model wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.answer import AnswerSentence
from assistant.answering.draft import PORTRAIT, AnswerDraft, consent_missing
from assistant.evidence.quoting import from_passages, from_tools
from assistant.law.notices import date_notices
from assistant.question.asking import asks_rule

NOT_FOUND_TEXT = "知识库中没有找到能回答该问题的内容，也没有适用的测算工具。"

UNNAMED_MISSING = "企业：请写明名称、简称或统一社会信用代码"

NEAREST_TEXT = "以上是知识库中与问题最接近的内容，未必直接回答了问题，使用前请核对原文。"


def _cites_passage(draft: AnswerDraft, told: Sequence[AnswerSentence]) -> bool:
    passages = {item.number for item in draft.book.items if item.kind == "passage" and not item.uses}
    return any(passages.intersection(sentence.cites) for sentence in told)


def completion(draft: AnswerDraft, today: date) -> list[AnswerSentence]:
    """Results nobody narrated, failures, quotations where nothing was told, the dates of the law, what is missing."""
    told = draft.told
    narrated = {number for sentence in told for number in sentence.cites}
    added = [
        sentence
        for sentence in from_tools(draft.book, draft.calls, draft.question)
        if not narrated.intersection(sentence.cites)
    ]
    asked_consent = consent_missing(draft.calls)
    added += [AnswerSentence(text=f"{text}。取得企业授权后即可查询。") for text in asked_consent]
    draft.missing += asked_consent
    draft.missing += [gap for call in draft.calls if call.result for gap in call.result.missing]
    added += [
        AnswerSentence(text=f"{call.error}。")
        for call in draft.calls
        if not call.ok and call.error_code != "consent_required" and call.error
    ]
    closed = asked_consent or any(call.error_code == "enterprise_not_found" for call in draft.calls)
    computed = any(call.ok and call.name != PORTRAIT for call in draft.calls)
    rule_untold = asks_rule(draft.question) and not computed and not _cites_passage(draft, told)
    if (rule_untold or not any(sentence.cites for sentence in (*told, *added))) and not closed:
        # A rule that shares some words is no answer to a question about an enterprise's own data; one that was asked
        # for comes before them.
        added = [*from_passages(draft.book, draft.question), *added]
    unnamed = [UNNAMED_MISSING] if draft.unnamed and not draft.calls else []
    if not told and not added:
        draft.missing += ["与问题相关的制度、产品或企业资料", *unnamed]
        return [AnswerSentence(text=NOT_FOUND_TEXT)]
    cited = {number for sentence in (*told, *added) for number in sentence.cites}
    passages = [
        p for p in draft.passages if any(i.id == p.id and i.number in cited for i in draft.book.items)
    ]
    notices = date_notices(
        draft.book,
        passages,
        draft.successors,
        draft.question,
        (*told, *added),
        as_of=draft.as_of,
        today=today,
    )
    draft.missing += notices.missing
    added += [notice for notice in notices.sentences if not draft.says(notice)]
    if draft.doubtful and passages and not any(call.ok for call in draft.calls):
        draft.missing += ["直接回答该问题的规定或资料", *unnamed]
        added.append(AnswerSentence(text=NEAREST_TEXT))
    return added
