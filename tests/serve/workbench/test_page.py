"""What Gradio keeps of an open page: its parts and what they show now, not what they showed before."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder

from assistant.settings import load_settings
from serve.desk.desk import Desk
from serve.process.environment import QUIET
from serve.server_state import ServerState
from serve.texts import texts
from serve.workbench import page as pages
from serve.workbench.page import Page, make_page


async def built(home: Path) -> StateHolder:
    """The sessions of a page, inside a running loop as the pages are built."""
    page = make_page(Desk(ServerState(load_settings(home=home))), texts("zh"))
    return page.routes[-1].app.state_holder  # pyright: ignore[reportAttributeAccessIssue]


async def test_a_session_keeps_each_part_once_however_much_it_has_shown():
    with Page() as page:
        question, said, chosen, ask = gr.Textbox(), gr.HTML(), gr.State(None), gr.Button()
        every = [question, said, chosen, ask]
        ask.click(lambda: None, None, every)
    function = next(iter(page.fns.values()))
    state = SessionState(page)
    kept = set(state.blocks_config.blocks)

    async def event(screen: dict) -> list:
        return await page.postprocess_data(function, screen, state)

    hidden = {"__type__": "update", "visible": False}
    for number in range(3):
        assert await event({ask: gr.update(visible=False)}) == [gr.skip(), gr.skip(), None, hidden]
        shown = await event({said: f"answer {number}", chosen: number})
        assert shown == [gr.skip(), f"answer {number}", None, gr.skip()]
    assert state[chosen._id] == 2
    assert set(state.blocks_config.blocks) == kept == set(state.config_values)


async def test_pages_long_closed_are_forgotten(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "PAGES_KEPT", 3)
    sessions = await built(tmp_path)
    for number in range(5):
        assert sessions[f"page{number}"] is not None
    assert list(sessions.session_data) == ["page2", "page3", "page4"]


async def test_no_event_is_kept_for_a_dashboard_that_is_closed(tmp_path, monkeypatch: pytest.MonkeyPatch):
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    queue = (await built(tmp_path)).blocks._queue
    assert queue.ANALYTICS_MAX_EVENTS == 1
    assert queue.ANAYLTICS_CACHE_FREQUENCY > 10**6  # Gradio's spelling
