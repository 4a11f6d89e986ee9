"""`GET /v1/models`: the assistant, its embedder, and the configured language model under its own name."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from assistant.errors import NotFound
from assistant.principal import Principal
from serve.callers.auth import Authenticator
from serve.openai.served import ServedModel
from serve.openai.wire import MODEL

EMBEDDER = "bagui-embed"
_CREATED = 1_767_225_600


def routes(served: ServedModel, allow: Authenticator) -> APIRouter:
    router = APIRouter(prefix="/v1/models")
    caller = Depends(allow("chat"))

    @router.get("")
    async def models(_principal: Principal = caller) -> Response:
        return JSONResponse({"object": "list", "data": _cards(served)})

    @router.get("/{name:path}")
    async def model(name: str, _principal: Principal = caller) -> Response:
        for card in _cards(served):
            if card["id"] == name:
                return JSONResponse(card)
        raise unknown_model(name)

    return router


def unknown_model(name: str) -> NotFound:
    return NotFound(f"模型 {name[:80]} 不存在，或您无权使用", code="model_not_found", param="model")


def _cards(served: ServedModel) -> list[dict[str, object]]:
    owners = {MODEL: "bagui", EMBEDDER: "bagui"} | ({served.name: "bank"} if served.name else {})
    return [
        {"id": name, "object": "model", "created": _CREATED, "owned_by": owner}
        for name, owner in owners.items()
    ]
