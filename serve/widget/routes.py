"""`/widget.js`, `/widget/session`, `/widget/demo`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from assistant.errors import NotFound
from serve.callers.site_session import OriginDenied, open_session
from serve.http.cors import deny
from serve.http.json_body import read_json, validated
from serve.server_state import ServerState
from serve.widget.demo_page import load_demo_page
from serve.widget.script import load_script


class SessionRequest(BaseModel):
    """`identity` is the site's signed word on who asks, `token` a visitor's last one, to be renewed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    site: StrictStr = Field(max_length=200)
    identity: StrictStr | None = Field(default=None, max_length=4_000)
    token: StrictStr | None = Field(default=None, max_length=4_000)


def routes(state: ServerState) -> APIRouter:
    router = APIRouter()
    script = load_script()
    page = load_demo_page()

    @router.get("/widget.js")
    async def widget_script(request: Request) -> Response:
        return script.response(
            held=request.headers.get("if-none-match"),
            gzip="gzip" in request.headers.get("accept-encoding", ""),
        )

    @router.post("/widget/session")
    async def session(request: Request) -> Response:
        origins = request.headers.getlist("origin")
        if len(origins) != 1:
            raise _denied(request)
        asked = validated(SessionRequest, await read_json(request))
        try:
            made = await open_session(
                state.bagui.store, origins, asked.site, identity=asked.identity, renew=asked.token
            )
        except OriginDenied:
            raise _denied(request) from None
        body = {"token": made.token, "expires_in": made.expires_in, "enterprise": made.enterprise}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    @router.get("/widget/demo")
    async def demo() -> Response:
        if state.demo is None:
            raise NotFound("演示模式已关闭，没有演示页面")
        return page.response(state.demo.site)

    return router


def _denied(request: Request) -> OriginDenied:
    deny(request.scope)
    return OriginDenied()
