"""The page of one language: layout, events and look put together, mounted on an application of its own."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from gradio.block_function import BlockFunction
from gradio.blocks import Block, BlockContext
from gradio.components import Component
from gradio.state_holder import SessionState

from serve.desk.desk import Desk
from serve.texts import Texts
from serve.workbench.events import Events
from serve.workbench.layout import Parts, lay_out
from serve.workbench.theme import theme

PATH = "/workbench"
PAGES_KEPT = 500
"""Pages whose place Gradio remembers, some 100 kB each. It forgets none that was closed, only the one longest unused."""
_LOOK = Path(__file__).with_name("desk.css")


class Page(gr.Blocks):
    """Gradio's page, where an event costs what it changes.

    Gradio makes each part anew that an event could change and does not, a millisecond each, and when the part's next
    value comes the session keeps the new one beside the old, with all it shows, for as long as the session is known.
    """

    async def postprocess_data(
        self, block_fn: BlockFunction, predictions: list[Any] | dict[Any, Any], state: SessionState | None
    ) -> list[Any]:
        if not isinstance(predictions, dict) or not all(isinstance(part, Block) for part in predictions):
            return await super().postprocess_data(block_fn, predictions, state)
        changing = copy(block_fn)
        changing.outputs = [part for part in block_fn.outputs if part in predictions]
        shown = await super().postprocess_data(changing, predictions, state)
        changed = dict(zip(changing.outputs, shown, strict=True))
        return [changed.get(part, None if part.stateful else gr.skip()) for part in block_fn.outputs]


def make_page(desk: Desk, texts: Texts) -> FastAPI:
    """The page under `/workbench`. Who calls stands in the request already: the entry has checked it."""
    with Page(
        title=f"{texts('brand')} · {texts('brand_sub')}",
        analytics_enabled=False,
        fill_width=True,
        fill_height=True,
        delete_cache=(3600, 3600),
    ) as blocks:
        parts = lay_out(texts)
        connect(blocks, Events(desk, texts, parts), parts)
    blocks.state_session_capacity = PAGES_KEPT
    blocks.queue(default_concurrency_limit=None, max_size=500, api_open=False)
    return gr.mount_gradio_app(
        FastAPI(openapi_url=None, docs_url=None, redoc_url=None),
        blocks,
        path=PATH,
        auth_dependency=_who,
        run_history=False,
        ssr_mode=False,
        footer_links=[],
        allowed_paths=[],
        max_file_size=1,
        show_error=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=theme(),
        css_paths=[_LOOK],
        head=f'<link rel="icon" href="{PATH}/mark.svg">',
    )


def _who(request: Request) -> str | None:
    user = request.scope.get("bagui_user")
    return str(user) if user else None


def connect(blocks: gr.Blocks, events: Events, parts: Parts) -> None:
    """Which event runs which handler, and what that may change."""
    every = list(_changing(parts))
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    streams: list[Any] = [
        blocks.load(events.enter, None, every, **quiet),
        parts.ask.click(
            events.ask,
            [parts.question, parts.conversation, parts.enterprise, parts.as_of],
            every,
            **quiet,
        ),
    ]
    streams.append(parts.bus.input(events.open, None, every, cancels=streams, **quiet))
    parts.new.click(events.new, None, every, cancels=streams, **quiet)
    parts.stop.click(events.stop, [parts.answer], None, **quiet)
    parts.bus.submit(events.choose, [parts.search], every, **quiet)
    parts.search.change(events.find, [parts.search], [parts.firms], trigger_mode="always_last", **quiet)
    parts.bus.select(events.show_evidence, None, [parts.evidence], **quiet)
    parts.bus.like(events.judge, [parts.conversation], every, **quiet)
    parts.bus.edit(events.example, None, [parts.question], **quiet)
    parts.send_opinion.click(
        events.complain, [parts.answer, parts.reason, parts.comment, parts.conversation], every, **quiet
    )
    parts.drop_opinion.click(lambda: gr.update(visible=False), None, [parts.opinion], **quiet)


def _changing(parts: Parts) -> tuple[Component | BlockContext, ...]:
    return (
        parts.conversation, parts.enterprise, parts.answer, parts.header, parts.new, parts.search, parts.firms, parts.history,
        parts.chosen, parts.acts, parts.chat, parts.question, parts.ask, parts.stop, parts.opinion,
        parts.comment, parts.chart, parts.evidence,
    )  # fmt: skip
