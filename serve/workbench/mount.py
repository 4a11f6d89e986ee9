"""Puts the workbench into the server."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from serve.callers.sign_in import SignIns
from serve.desk.desk import Desk
from serve.server_state import ServerState
from serve.workbench.entry import PATH, Entry
from serve.workbench.pages import Pages


def open_workbench(app: FastAPI, state: ServerState) -> Pages:
    """Mounts the entry at `/workbench`. What is returned is closed with the server."""
    desk = Desk(state)
    pages = Pages(desk)

    async def to_the_door(_request: Request) -> Response:
        return RedirectResponse(f"{PATH}/", status_code=307)

    app.add_route(PATH, to_the_door, methods=["GET"], include_in_schema=False)
    app.mount(PATH, Entry(state, SignIns(state), desk, pages))
    return pages
