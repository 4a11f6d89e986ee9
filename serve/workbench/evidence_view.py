"""What a citation mark opens: a passage between its neighbours, or a tool result with its trace."""

from __future__ import annotations

import re
from datetime import date
from html import escape
from typing import Any

from assistant.answer import Citation, Evidence, Fact, ToolResult, ToolSource, TraceStep
from serve.desk.desk import CitedEvidence
from serve.desk.turn import Turn
from serve.texts import Texts
from serve.workbench.conversation_view import inputs
from serve.workbench.safe_html import whole

_FIGURE = re.compile(r"[-+]?\d[\d,.]*")


def empty(texts: Texts, problem: str = "") -> str:
    """The panel without evidence: how to come to some, or why there is none."""
    return f'<div class="panel empty">{escape(problem or texts("evidence_empty"))}</div>'


def source_list(turn: Turn, texts: Texts) -> str:
    """Every citation of an answer, to be opened one by one."""
    citations = turn.answer.citations if turn.answer else ()
    if not citations:
        return empty(texts)
    tools = {call.id: call.name for call in turn.answer.tool_calls} if turn.answer else {}
    rows = "".join(
        _source_row(turn.id, citation, _title(citation, tools.get(citation.id), texts), texts)
        for citation in citations
    )
    return f'<div class="panel"><h3>{escape(texts("evidence"))}</h3><ol class="sources">{rows}</ol></div>'


def _title(item: Evidence | Citation, tool: str | None, texts: Texts) -> str:
    """What is cited: a document by its title, a tool by its name in the reader's language."""
    return texts.tool(tool, item.title) if tool else item.title


def _source_row(answer_id: str, citation: Citation, title: str, texts: Texts) -> str:
    kind = texts(f"evidence_{citation.kind}")
    place = f"{kind} · {citation.locator}" if citation.locator else kind
    return (
        f'<li><a href="#do/cite/{escape(answer_id)}/{citation.n}"><span class="num">{citation.n}</span>'
        f"<span><b>{escape(title)}</b><small>{escape(place)}</small></span></a>"
        f"{_chips(citation, texts)}</li>"
    )


def cited(answer_id: str, found: CitedEvidence, texts: Texts) -> str:
    """One piece of evidence with all that is known of it."""
    item = found.evidence
    head = (
        f'<div class="top"><span class="num">{item.number}</span>'
        f"<h3>{escape(_title(item, found.call.name if found.call else None, texts))}</h3>"
        f'<a class="all" href="#do/sources/{escape(answer_id)}">{escape(texts("evidence"))} ›</a></div>'
    )
    body = _tool(found, texts) if item.kind == "tool" else _passage(found, texts)
    return f'<div class="panel">{head}{_chips(item, texts)}{body}</div>'


def _chips(item: Evidence | Citation, texts: Texts) -> str:
    """Status and authority, where there is something to say: a tool result has neither."""
    if item.kind == "tool":
        return ""
    chips = [f'<span class="chip law {item.status}">{escape(texts.named("legal", item.status))}</span>']
    if item.authority:
        chips.append(
            f'<span class="chip {item.authority}">{escape(texts.named("authority", item.authority))}</span>'
        )
    return f'<div class="chips">{"".join(chips)}</div>'


def _passage(found: CitedEvidence, texts: Texts) -> str:
    item, around = found.evidence, found.around
    rows = [
        (texts("locator"), item.locator),
        (texts("status"), texts("status_on", status=texts.named("legal", item.status), day=item.as_of)),
        (texts("effective"), _period(item.effective_from, item.effective_to, texts)),
        (texts("authority"), texts.named("authority", item.authority)),
        (texts("confidence"), texts.named("confidence", item.confidence)),
    ]
    held = around.passage if around else None
    if held is not None and held.issued:
        rows.insert(2, (texts("issued"), held.issued.isoformat()))
    gone = "" if held is not None else f'<p class="notice">{escape(texts("gone"))}</p>'
    before = _neighbour(texts("before"), around.before if around else None)
    after = _neighbour(texts("after"), around.after if around else None)
    return f"{_rows(rows)}{gone}{before}<blockquote>{_lines(item.text)}</blockquote>{after}"


def _neighbour(label: str, passage: Any) -> str:
    if passage is None:
        return ""
    title = f"{label} · {passage.locator}" if passage.locator else label
    return f'<details class="beside"><summary>{escape(title)}</summary><div>{_lines(passage.text)}</div></details>'


def _tool(found: CitedEvidence, texts: Texts) -> str:
    item, call = found.evidence, found.call
    result = call.result if call else None
    if call is None or result is None:
        reason = texts.word(call.error or "") if call else ""
        return f'<p class="notice">{escape(reason)}</p><blockquote>{_lines(item.text)}</blockquote>'
    parts = [f'<p class="quiet">{escape(call.name)} · {escape(texts("as_of_day", day=result.as_of))}</p>']
    if result.requires_human:
        parts.append(f'<p class="notice human">{escape(texts("human_note"))}</p>')
    if result.summary:
        sentences = "".join(f"<li>{whole(sentence)}</li>" for sentence in result.summary)
        parts.append(f'<h4>{escape(texts("conclusion"))}</h4><ul class="plain">{sentences}</ul>')
    parts += [_rule(result, texts), _facts(result.facts, texts), _trace(result.trace, texts)]
    if result.missing:
        gaps = "".join(f"<li>{escape(texts.word(gap))}</li>" for gap in result.missing)
        parts.append(f'<div class="missing"><b>{escape(texts("missing"))}</b><ul>{gaps}</ul></div>')
    if result.inputs_used:
        given = {name: value for name, value in result.inputs_used.items() if value is not None}
        used = _rows(list(inputs(given, found.words, texts)))
        parts.append(f"<details><summary>{escape(texts('inputs_used'))}</summary>{used}</details>")
    parts.append(_sources(result.sources, texts))
    return "".join(parts)


def _rule(result: ToolResult, texts: Texts) -> str:
    if result.rule is None:
        return ""
    rule = result.rule
    text = f"{rule.id} · {texts('rule_version', version=rule.version)} · {texts.named('legal', rule.status)}"
    return _rows([(texts("rule"), text)])


def _facts(facts: tuple[Fact, ...], texts: Texts) -> str:
    if not facts:
        return ""
    rows = "".join(_fact(fact, texts) for fact in facts)
    return f'<h4>{escape(texts("facts"))}</h4><table class="facts">{rows}</table>'


def _fact(fact: Fact, texts: Texts) -> str:
    label, period, unit = (escape(texts.word(text)) for text in (fact.label, fact.period, fact.unit))
    value = str(fact.value)
    shape = "" if _FIGURE.fullmatch(value) else " class=words"
    return (
        f"<tr><th>{label}<small>{period}</small></th>"
        f"<td{shape}>{escape(texts.word(value))}<small>{unit}</small></td></tr>"
    )


def _trace(trace: tuple[TraceStep, ...], texts: Texts) -> str:
    """Condition, outcome and clause of each step."""
    if not trace:
        return ""
    rows = "".join(
        f'<li class="{step.outcome or "step"}"><b>{escape(texts.word(step.label))}</b>'
        + (f" <i>{escape(texts.named('outcome', step.outcome))}</i>" if step.outcome else "")
        + (f"<p>{whole(step.detail)}</p>" if step.detail else "")
        + (f'<p class="clause">{escape(step.clause)}</p>' if step.clause else "")
        + "</li>"
        for step in trace
    )
    return f'<h4>{escape(texts("trace"))}</h4><ol class="trace">{rows}</ol>'


def _sources(sources: tuple[ToolSource, ...], texts: Texts) -> str:
    if not sources:
        return ""
    rows = "".join(f"<li>{whole(_source(source, texts))}</li>" for source in sources)
    return f'<h4>{escape(texts("sources"))}</h4><ul class="plain">{rows}</ul>'


def _source(source: ToolSource, texts: Texts) -> str:
    parts = [
        texts.word(source.title),
        texts.word(source.locator),
        source.as_of.isoformat() if source.as_of else "",
    ]
    parts.append(texts.named("authority", source.authority))
    if source.data is not None and source.data.consent:
        parts.append(texts("consent_note", consent=source.data.consent))
    return " · ".join(part for part in parts if part)


def _period(start: date | None, end: date | None, texts: Texts) -> str:
    parts = [texts("until", start=start)] if start else []
    parts += [texts("until_end", end=end)] if end else []
    return " ".join(parts) or texts("undated")


def _rows(rows: list[tuple[str, str]]) -> str:
    shown = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return f'<dl class="about">{shown}</dl>'


def _lines(text: str) -> str:
    return "<br>".join(whole(line) for line in text.splitlines())
