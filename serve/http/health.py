"""`/healthz` and `/readyz`: alive, and ready with what is degraded. Neither says anything of the inside."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from serve.server_state import ServerState


def routes(state: ServerState) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def alive() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def ready() -> Response:
        if state.drain.draining or not state.is_open:
            return JSONResponse({"status": "not_ready", "degraded": []}, status_code=503)
        async with state.bagui.store.reading():
            degraded = list(state.bagui.degraded)
        return JSONResponse({"status": "degraded" if degraded else "ok", "degraded": degraded})

    return router
