from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.answer import AnswerSentence
from assistant.document import NotHeld
from assistant.evidence.book import EvidenceBook
from assistant.law.notices import date_notices, label_status
from assistant.passage import Passage

OLD = Passage(
    id="old",
    source_id="old",
    document_id="working-capital-loans",
    version="2010",
    generation=1,
    collection="regulations",
    title="流动资金贷款管理暂行办法",
    locator="概况",
    text="2024年7月1日以前适用暂行办法。",
    status="in_force",
    effective_to=date(2024, 6, 30),
    not_held=(NotHeld("贷款期限", ("期限", "几年")),),
)
NEW = replace(
    OLD,
    id="new",
    version="2024",
    title="流动资金贷款管理办法",
    locator="贷款期限",
    text="流动资金贷款期限原则上不超过3年。",
    status="not_yet",
    doc_no="国家金融监督管理总局令2024年第2号",
    effective_from=date(2024, 7, 1),
    effective_to=None,
    not_held=(),
)
DAY, TODAY = date(2024, 3, 1), date(2026, 11, 23)
QUESTION = "流动资金贷款期限最长几年"


def test_a_past_day_names_the_law_of_that_day_its_gap_and_its_successor() -> None:
    book = EvidenceBook(DAY)
    book.add_passage(OLD)
    book.add_passage(NEW)
    notices = date_notices(book, [OLD], [NEW], QUESTION, (), as_of=DAY, today=TODAY)
    text = "".join(sentence.text for sentence in notices.sentences)
    assert "截至2024年3月1日，有效的是《流动资金贷款管理暂行办法》" in text
    assert "未收录《流动资金贷款管理暂行办法》关于贷款期限的规定" in text
    assert "《流动资金贷款管理办法》（国家金融监督管理总局令2024年第2号）当日已公布、尚未施行" in text
    assert "自2024年7月1日起施行" in text
    assert notices.missing == ("《流动资金贷款管理暂行办法》关于贷款期限的原文",)


def test_a_gap_is_named_only_when_the_question_is_about_it() -> None:
    book = EvidenceBook(DAY)
    book.add_passage(OLD)
    assert not date_notices(book, [OLD], [], "流动资金贷款能否用于分红", (), as_of=DAY, today=TODAY).missing


def test_today_needs_no_notice_of_the_day() -> None:
    book = EvidenceBook(TODAY)
    current = replace(NEW, status="in_force")
    book.add_passage(current)
    assert date_notices(book, [current], [], QUESTION, (), as_of=TODAY, today=TODAY).sentences == ()


def test_a_sentence_on_law_not_in_force_says_so() -> None:
    book = EvidenceBook(DAY)
    book.add_passage(NEW)
    labelled = label_status(AnswerSentence(text="期限不超过3年。", cites=(1,)), book)
    assert "尚未施行，2024年7月1日起施行" in labelled.text


def test_proposals_and_fictions_say_what_they_are() -> None:
    book = EvidenceBook(TODAY)
    book.add_passage(replace(NEW, id="a", status="unknown", authority="proposal"))
    book.add_passage(replace(NEW, id="b", status="unknown", authority="fictional"))
    assert "倡议" in label_status(AnswerSentence(text="设立资金池。", cites=(1,)), book).text
    assert "虚构" in label_status(AnswerSentence(text="额度300万元。", cites=(2,)), book).text
    assert (
        label_status(AnswerSentence(text="示例产品（虚构）。", cites=(2,)), book).text == "示例产品（虚构）。"
    )
