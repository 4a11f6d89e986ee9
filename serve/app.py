"""The HTTP application: every part made explicitly, opened and closed with the server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from assistant.settings import Settings
from serve.api import answers as answers_api
from serve.api import tools as tools_api
from serve.callers.auth import authenticator
from serve.http import health
from serve.http.cors import CorsGate
from serve.http.errors import install
from serve.http.middleware import BodyLimit, DrainGate, RequestShell
from serve.mcp.entry import McpEntry
from serve.openai import chat, embeddings, model_list
from serve.openai.served import ServedModel
from serve.operator import api as operator_api
from serve.reference import routes as reference
from serve.server_state import ServerState
from serve.start.start import open_server
from serve.widget import routes as widget
from serve.workbench.mount import open_workbench


def create_app(settings: Settings, state: ServerState | None = None) -> FastAPI:
    """The application of one installation. Its lifespan opens the database, the indexes and the models.

    `state` is handed in by the server command, which prints its credentials and drains it.
    """
    state = state or ServerState(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await open_server(state)
        try:
            yield
        finally:
            await workbench.close()
            await mcp.close()
            await state.close()

    app = FastAPI(
        title="Bagui",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    allow = authenticator(state)
    served = ServedModel(settings.llm)
    app.include_router(health.routes(state))
    app.include_router(model_list.routes(served, allow))
    app.include_router(chat.routes(state, served, allow))
    app.include_router(embeddings.routes(state, allow))
    app.include_router(tools_api.routes(state, allow))
    app.include_router(answers_api.routes(state, allow))
    app.include_router(operator_api.routes(state))
    app.include_router(widget.routes(state))
    app.include_router(reference.routes(allow))
    mcp = McpEntry(state, allow)
    app.routes.append(mcp.route)
    workbench = open_workbench(app, state)
    install(app)
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit, limit=settings.body_limit_bytes)
    app.add_middleware(DrainGate, drain=state.drain)
    app.add_middleware(CorsGate, state=state)
    app.add_middleware(RequestShell)
    return app
