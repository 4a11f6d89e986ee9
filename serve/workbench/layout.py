"""The parts of the page and where they stand; nothing happens here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import gradio as gr

from serve.texts import Texts
from serve.workbench import evidence_view, lists_view

REASONS = ("wrong", "evidence", "outdated", "incomplete", "tool", "other")
_BUS = Path(__file__).with_name("bus.js")


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read or change. `conversation`, `enterprise`, `answer` are the tab's state."""

    conversation: gr.State
    enterprise: gr.State
    answer: gr.State
    bus: gr.HTML
    header: gr.HTML
    new: gr.Button
    search: gr.Textbox
    firms: gr.HTML
    as_of: gr.DateTime
    history: gr.HTML
    chosen: gr.HTML
    acts: gr.HTML
    chat: gr.Chatbot
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    opinion: gr.Column
    reason: gr.Radio
    comment: gr.Textbox
    send_opinion: gr.Button
    drop_opinion: gr.Button
    chart: gr.Plot
    evidence: gr.HTML


def lay_out(texts: Texts) -> Parts:
    """Makes every component inside the current `gr.Blocks`. What starts something sleeps until the page is filled."""
    made: dict[str, object] = {
        "conversation": gr.State(None),
        "enterprise": gr.State(None),
        "answer": gr.State(""),
        "bus": gr.HTML("", elem_id="bus", js_on_load=_BUS.read_text(encoding="utf-8")),
        "header": gr.HTML(lists_view.header("", texts), elem_id="header"),
    }
    with gr.Row(elem_id="desk", equal_height=False):
        with gr.Column(elem_id="left", scale=0, min_width=280):
            made |= _left(texts)
        with gr.Column(elem_id="middle", scale=1, min_width=420):
            made |= _middle(texts)
        with gr.Column(elem_id="right", scale=0, min_width=380):
            made |= _right(texts)
    gr.HTML(lists_view.tabs(texts), elem_id="tabs")
    return Parts(**{field.name: made[field.name] for field in fields(Parts)})  # pyright: ignore[reportArgumentType]


def _left(texts: Texts) -> dict[str, object]:
    new = gr.Button(texts("new_conversation"), elem_id="new", variant="primary", size="md", interactive=False)
    gr.HTML(f"<h3>{texts('enterprise')}</h3>", elem_classes="heading")
    search = gr.Textbox(
        placeholder=texts("enterprise_search"),
        show_label=False,
        container=False,
        elem_id="search",
        interactive=False,
        max_lines=1,
    )
    firms = gr.HTML("", elem_id="firms")
    as_of = gr.DateTime(
        label=texts("as_of_label"), include_time=False, type="string",
        timezone="Asia/Shanghai", elem_id="as-of",
    )  # fmt: skip
    gr.HTML(f"<h3>{texts('history')}</h3>", elem_classes="heading")
    history = gr.HTML("", elem_id="history")
    return {"new": new, "search": search, "firms": firms, "as_of": as_of, "history": history}


def _middle(texts: Texts) -> dict[str, object]:
    with gr.Row(elem_id="about"):
        chosen = gr.HTML(lists_view.chosen_enterprise(None, texts), elem_id="chosen")
        acts = gr.HTML("", elem_id="acts")
    chat = gr.Chatbot(
        show_label=False,
        elem_id="chat",
        height="100%",
        layout="panel",
        placeholder=lists_view.welcome(texts),
        sanitize_html=True,
        render_markdown=True,
        latex_delimiters=[],
        feedback_options=(),
        buttons=[],
        allow_file_downloads=False,
        group_consecutive_messages=True,
        container=False,
    )
    with gr.Column(visible=False, elem_id="opinion") as opinion:
        reason = gr.Radio(
            [(texts(f"reason_{name}"), name) for name in REASONS],
            label=texts("feedback_title"),
            value="wrong",
        )
        comment = gr.Textbox(
            placeholder=texts("feedback_comment"), show_label=False, container=False, max_length=2_000
        )
        with gr.Row():
            drop_opinion = gr.Button(texts("feedback_cancel"), size="sm")
            send_opinion = gr.Button(
                texts("feedback_send"), size="sm", variant="primary", elem_id="send-opinion"
            )
    with gr.Row(elem_id="asking", equal_height=True):
        question = gr.Textbox(
            placeholder=texts("ask_placeholder"), show_label=False, container=False, lines=2, max_lines=8,
            scale=1, elem_id="question", submit_btn=False, autofocus=True, max_length=8_000,
        )  # fmt: skip
        ask = gr.Button(
            texts("ask"), variant="primary", scale=0, min_width=96, elem_id="ask", interactive=False
        )
        stop = gr.Button(texts("stop"), variant="stop", scale=0, min_width=96, visible=False, elem_id="stop")
    return {
        "chosen": chosen, "acts": acts, "chat": chat, "opinion": opinion, "reason": reason, "comment": comment,
        "send_opinion": send_opinion, "drop_opinion": drop_opinion, "question": question, "ask": ask, "stop": stop,
    }  # fmt: skip


def _right(texts: Texts) -> dict[str, object]:
    chart = gr.Plot(show_label=False, visible=False, elem_id="chart", container=False)
    evidence = gr.HTML(evidence_view.empty(texts), elem_id="evidence")
    return {"chart": chart, "evidence": evidence}
