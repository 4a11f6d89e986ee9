"""`/healthz` and `/readyz`: alive, and ready with what is degraded. Neither says anything of the inside."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from serve.house import House


def routes(house: House) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def alive() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def ready() -> Response:
        if house.drain.draining or not house.is_open:
            return JSONResponse({"status": "not_ready", "degraded": []}, status_code=503)
        async with house.bagui.store.reading():
            degraded = list(house.bagui.degraded)
        return JSONResponse({"status": "degraded" if degraded else "ok", "degraded": degraded})

    return router
