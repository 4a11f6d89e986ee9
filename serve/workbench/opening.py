"""Puts the workbench into the server."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from serve.desk.desk import Desk
from serve.house import House
from serve.sign_in import SignIns
from serve.workbench.door import PATH, Door
from serve.workbench.hall import Hall


def open_workbench(app: FastAPI, house: House) -> Hall:
    """Mounts the door at `/workbench`. What is returned is closed with the server."""
    desk = Desk(house)
    hall = Hall(desk)

    async def to_the_door(_request: Request) -> Response:
        return RedirectResponse(f"{PATH}/", status_code=307)

    app.add_route(PATH, to_the_door, methods=["GET"], include_in_schema=False)
    app.mount(PATH, Door(house, SignIns(house), desk, hall))
    return hall
