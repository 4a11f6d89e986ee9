"""An answer or a conversation as a Word document, labelled as generated, every text as plain characters."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from assistant.answer import Citation, Fact, ToolCall
from assistant.errors import NotFound
from assistant.today import SHANGHAI
from serve.desk.turn import Turn
from serve.export.aigc import PRODUCER, put_label
from serve.texts import Texts

_FONT = "微软雅黑"
_INK, _QUIET, _GREEN = RGBColor(0x1D, 0x2B, 0x36), RGBColor(0x5D, 0x6F, 0x7C), RGBColor(0x0F, 0x5C, 0x5C)
# Characters that XML cannot hold, and those that turn the reading direction or hide text.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Exported:
    name: str
    content: bytes


def export_answer(turn: Turn, texts: Texts) -> Exported:
    """One question with its answer. `NotFound` while there is no finished answer."""
    if turn.answer is None:
        raise NotFound(texts("doc_no_answer"), code="answer_not_finished")
    return _made([turn], texts("doc_answer"), turn.id, texts)


def export_conversation(turns: Sequence[Turn], texts: Texts) -> Exported:
    """Every turn of a conversation in order; a question without an answer stands there as such."""
    if not turns:
        raise NotFound(texts("doc_no_answer"), code="conversation_not_found")
    return _made(turns, texts("doc_conversation"), turns[0].conversation, texts)


def _made(turns: Sequence[Turn], title: str, identity: str, texts: Texts) -> Exported:
    document = Document()
    _dress(document)
    _paragraph(document, texts("ai_label"), size=10, bold=True, color=_GREEN)
    _paragraph(document, f"{texts('brand')} · {title}", size=18, bold=True)
    now = datetime.now(SHANGHAI)
    _paragraph(
        document,
        texts("doc_pair", label=texts("doc_made_at"), value=f"{now:%Y-%m-%d %H:%M}"),
        size=9,
        color=_QUIET,
    )
    _paragraph(document, texts("ai_notice"), size=9, color=_QUIET)
    for turn in turns:
        _turn(document, turn, texts)
    _paragraph(document, f"—— {texts('ai_label')} ——", size=10, bold=True, color=_GREEN)
    _mark_pages(document, texts)
    properties = document.core_properties
    properties.author = properties.last_modified_by = PRODUCER
    properties.title = title
    properties.category = texts("ai_label")
    properties.comments = ""
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
    put_label(document, identity)
    buffer = io.BytesIO()
    document.save(buffer)
    return Exported(f"bagui-{re.sub(r'[^A-Za-z0-9_-]', '', identity)}.docx", buffer.getvalue())


def _turn(document: Docx, turn: Turn, texts: Texts) -> None:
    _heading(document, texts("doc_question"))
    _paragraph(document, turn.question)
    _heading(document, texts("doc_answer_text"))
    if turn.hidden:
        _paragraph(document, texts("hidden"), color=_QUIET)
    made = turn.answer
    if made is None:
        _paragraph(document, texts("doc_no_answer"), color=_QUIET)
        return
    for line in made.text.split("\n"):
        _paragraph(document, line)
    about = [
        texts.named("status", made.status),
        f"{texts('as_of')} {made.as_of}",
        f"{texts('doc_id')} {made.id}",
        f"{texts('doc_model')} {made.model}" if made.model else "",
    ]
    _paragraph(document, " · ".join(part for part in about if part), size=9, color=_QUIET)
    if made.missing:
        _heading(document, texts("doc_missing"))
        for gap in made.missing:
            _paragraph(document, f"· {texts.word(gap)}")
    if made.citations:
        _heading(document, texts("doc_citations"))
        for citation in made.citations:
            _citation(document, citation, texts)
    if made.tool_calls:
        _heading(document, texts("doc_tools"))
        for call in made.tool_calls:
            _call(document, call, texts)


def _citation(document: Docx, citation: Citation, texts: Texts) -> None:
    place = f" {citation.locator}" if citation.locator else ""
    _paragraph(document, f"[{citation.n}] {citation.title}{place}", bold=True)
    if citation.kind == "passage":
        dates = [texts("until", start=citation.effective_from)] if citation.effective_from else []
        dates += [texts("until_end", end=citation.effective_to)] if citation.effective_to else []
        known = [
            texts.named("legal", citation.status),
            " ".join(dates) or texts("undated"),
            texts.named("authority", citation.authority),
            f"{texts('confidence')} {texts.named('confidence', citation.confidence)}"
            if citation.confidence
            else "",
        ]
        _paragraph(document, " · ".join(part for part in known if part), size=9, color=_QUIET)
    _paragraph(document, citation.quote, size=10)


def _call(document: Docx, call: ToolCall, texts: Texts) -> None:
    outcome = texts("step_done" if call.ok else "step_failed")
    _paragraph(document, f"{texts.tool(call.name)} · {outcome}", bold=True)
    if call.error:
        _paragraph(document, texts.word(call.error), size=10)
    if call.result is None:
        return
    result = call.result
    if result.requires_human:
        _paragraph(document, texts("human_note"), size=10, color=_GREEN)
    if result.rule is not None:
        version = texts("rule_version", version=result.rule.version)
        _paragraph(document, f"{texts('rule')} {result.rule.id} · {version}", size=9, color=_QUIET)
    for fact in result.facts:
        _paragraph(document, f"· {_fact(fact, texts)}", size=10)
    for step in result.trace:
        parts = [texts.word(step.label), texts.named("outcome", step.outcome), step.detail, step.clause]
        _paragraph(document, "› " + texts("clause_mark").join(part for part in parts if part), size=10)
    for gap in result.missing:
        _paragraph(document, texts("doc_pair", label=texts("missing"), value=texts.word(gap)), size=10)


def _fact(fact: Fact, texts: Texts) -> str:
    if texts.language == "zh":
        return fact.text()
    value = f"{fact.value:f}" if isinstance(fact.value, Decimal) else texts.word(fact.value)
    unit = fact.unit if fact.unit == "%" else f" {texts.word(fact.unit)}"
    period = f" ({texts.word(fact.period)})" if fact.period else ""
    return texts("doc_pair", label=f"{texts.word(fact.label)}{period}", value=f"{value}{unit}".strip())


def _heading(document: Docx, text: str) -> None:
    paragraph = _paragraph(document, text, size=12, bold=True, color=_GREEN)
    paragraph.paragraph_format.space_before = Pt(12)


def _paragraph(document: Docx, text: str, *, size: float = 10.5, bold: bool = False, color: RGBColor = _INK):
    """One paragraph of one run. The text is characters and nothing else: no field, no link, no picture."""
    paragraph = document.add_paragraph()
    run = paragraph.add_run(printable(text))
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, color
    return paragraph


def printable(text: str) -> str:
    """Without control, direction and zero-width characters."""
    return _UNFIT.sub("", text)


def _dress(document: Docx) -> None:
    style = document.styles["Normal"]
    style.font.name = _FONT  # pyright: ignore[reportAttributeAccessIssue]
    style.font.size = Pt(10.5)  # pyright: ignore[reportAttributeAccessIssue]
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)  # pyright: ignore[reportAttributeAccessIssue]
    style.paragraph_format.space_after = Pt(4)  # pyright: ignore[reportAttributeAccessIssue]


def _mark_pages(document: Docx, texts: Texts) -> None:
    """The label stands at the foot of every page."""
    foot = document.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = foot.add_run(f"{texts('brand')} · {texts('ai_label')}")
    run.font.size, run.font.color.rgb = Pt(8.5), _QUIET
