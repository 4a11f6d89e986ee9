"""A conversation as chat messages: questions, tool steps as thoughts, answers with their foot line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from serve.desk.turn import InputWords, ToolStep, Turn
from serve.texts import Texts
from serve.workbench.safe_html import answer_html, inert, plain_html

ChatMessage = dict[str, Any]
_LONGEST_INPUT = 300


def messages(turns: Iterable[Turn], texts: Texts) -> list[ChatMessage]:
    """Every turn in order, as the chat shows it."""
    return [message for turn in turns for message in _of_turn(turn, texts)]


def _of_turn(turn: Turn, texts: Texts) -> list[ChatMessage]:
    shown: list[ChatMessage] = [{"role": "user", "content": plain_html(turn.question)}]
    shown += [_thought(step, texts) for step in turn.steps]
    shown.append({"role": "assistant", "content": answer(turn, texts)})
    return shown


def _thought(step: ToolStep, texts: Texts) -> ChatMessage:
    """Which tool, its inputs, how long it took and how it ended."""
    ended = step.ok is not None
    outcome = texts("step_running") if not ended else texts("step_done" if step.ok else "step_failed")
    metadata: dict[str, Any] = {
        # The chat reads a title as Markdown, and a model may call a tool by any name.
        "title": inert(f"{texts.tool(step.name, step.title)} · {outcome}"),
        "id": step.id,
        "status": "done" if ended else "pending",
    }
    if step.ms is not None:
        metadata["duration"] = round(step.ms / 1000, 2)
    return {"role": "assistant", "content": _step_body(step, texts), "metadata": metadata}


def _step_body(step: ToolStep, texts: Texts) -> str:
    rows = [
        f"<tr><th>{inert(name)}</th><td>{inert(value)}</td></tr>"
        for name, value in inputs(step.arguments, step.words, texts)
    ]
    given = f"<table>{''.join(rows)}</table>" if rows else inert(texts("step_no_inputs"))
    lines = [f"<p>{inert(texts('step_inputs'))}</p>{given}"]
    if step.error:
        lines.append(f'<p class="problem">{inert(texts.word(step.error))}</p>')
    tail = [f"<code>{inert(step.name)}</code>"]
    if step.chosen_by:
        tail.append(inert(texts(f"step_by_{step.chosen_by}")))
    lines.append(f'<p class="quiet">{" · ".join(tail)}</p>')
    return f'<div class="step">{"".join(lines)}</div>'


def inputs(
    arguments: Mapping[str, Any], words: Mapping[str, InputWords], texts: Texts
) -> Iterator[tuple[str, str]]:
    """Name and value of each input of a tool. Its own words for them are Chinese; in English a name reads well enough."""
    for name, value in arguments.items():
        known = words.get(name) if texts.language == "zh" else None
        label = re.split("[，；：]", known.title)[0] if known else name
        yield label.replace("_", " "), _value(value, known.choices if known else {}, texts)


def _value(value: Any, choices: Mapping[str, str], texts: Texts) -> str:
    if value is None:
        return texts("step_from_question")
    if isinstance(value, bool):
        return texts("yes" if value else "no")
    if isinstance(value, list):
        return texts("list_mark").join(_value(one, choices, texts) for one in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = choices.get(text, text)
    return text if len(text) <= _LONGEST_INPUT else text[:_LONGEST_INPUT] + "…"


def answer(turn: Turn, texts: Texts) -> str:
    """The answer so far, with what is said about it: label, status, gaps, opinions and export."""
    parts: list[str] = []
    if turn.hidden:
        parts.append(_notice(texts("hidden")))
    if turn.text:
        parts.append(answer_html(turn.text, turn.marks, turn.id))
    if turn.state == "running":
        parts.append(f'<div class="working">{inert(_progress(turn, texts))}</div>')
    elif turn.state == "failed":
        parts.append(_notice(texts("failed", reason=texts.error(turn.failure_code, turn.failure))))
    elif turn.state == "interrupted":
        parts.append(_notice(texts("interrupted")))
    parts.append(_about(turn, texts))
    return f'<div class="answer">{"".join(parts)}</div>'


def _progress(turn: Turn, texts: Texts) -> str:
    if turn.found is None:
        return texts("working")
    return texts("found", count=len(turn.found)) if turn.found else texts("found_none")


def _about(turn: Turn, texts: Texts) -> str:
    """What the reader must know beside the text. The AI label stands from the first sentence on."""
    notes: list[str] = []
    made = turn.answer
    if made is not None:
        if made.missing:
            items = "".join(f"<li>{inert(texts.word(item))}</li>" for item in made.missing)
            notes.append(f'<div class="missing"><b>{inert(texts("missing"))}</b><ul>{items}</ul></div>')
        if made.verification.withheld:
            notes.append(_notice(texts("withheld", count=made.verification.withheld)))
        if made.degraded:
            notes.append(
                _notice(
                    texts("degraded", parts=texts("list_mark").join(texts.part(one) for one in made.degraded))
                )
            )
    return "".join(notes) + _foot(turn, texts)


def _foot(turn: Turn, texts: Texts) -> str:
    chips = [f'<span class="chip ai">{inert(texts("ai_label"))}</span>']
    links: list[str] = []
    made = turn.answer
    if made is not None:
        chips.append(f'<span class="chip {made.status}">{inert(texts.named("status", made.status))}</span>')
        if any(call.result is not None and call.result.requires_human for call in made.tool_calls):
            chips.append(f'<span class="chip human">{inert(texts("requires_human"))}</span>')
        chips.append(f'<span class="chip">{inert(texts("as_of"))} {inert(made.as_of.isoformat())}</span>')
        if made.citations:
            links.append(_link(f"sources/{turn.id}", texts("citations_count", count=len(made.citations))))
        for thumb, label in (("up", "useful"), ("down", "not_useful")):
            links.append(_link(f"{thumb}/{turn.id}", texts(label), on=turn.thumb == thumb))
        links.append(_link(f"export/answer/{turn.id}", texts("export_answer")))
    return f'<div class="foot">{"".join(chips)}<span class="acts">{"".join(links)}</span></div>'


def _link(act: str, label: str, *, on: bool = False) -> str:
    chosen = " on" if on else ""
    return f'<a class="act{chosen}" href="#do/{act}">{inert(label)}</a>'


def _notice(text: str) -> str:
    return f'<div class="notice">{inert(text)}</div>'
