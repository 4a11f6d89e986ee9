"""The start of a server: build the parts, fill what is empty, issue the demo credentials."""

from __future__ import annotations

from assistant.build import build
from assistant.errors import BaguiError
from serve.server_state import ServerState
from serve.start.content import fill_knowledge
from serve.start.demo import issue


async def open_server(state: ServerState) -> None:
    """Opens everything `state` serves. On failure what was opened is closed again."""
    try:
        state.opened(await build(state.settings))
        bagui = state.bagui
        await fill_knowledge(bagui, samples=state.settings.demo, say=state.say)
        state.demo = await issue(bagui.store, state.settings, state.origins)
    except BaguiError as error:
        state.fault = error
        await state.close()
        raise
