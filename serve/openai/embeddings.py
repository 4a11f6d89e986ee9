"""`POST /v1/embeddings`: the vectors of the shipped encoder, in OpenAI's format."""

from __future__ import annotations

import asyncio
import base64
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr

from assistant.encoding.encoder import Vectors
from assistant.errors import InvalidRequest
from assistant.principal import Principal
from serve.callers.auth import Authenticator
from serve.http.json_body import read_json, validated
from serve.openai.limit import count_tokens
from serve.openai.model_list import EMBEDDER, unknown_model
from serve.openai.request import one_or_many
from serve.server_state import ServerState

MAX_TEXTS = 2048
MAX_CHARS = 8_000
_Texts = Annotated[list[StrictStr], Field(min_length=1, max_length=MAX_TEXTS)]


class EmbeddingRequest(BaseModel):
    """`input` is one text or up to 2048. Token numbers are refused: they are another model's."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    model: StrictStr
    input: Annotated[
        list[StrictStr], BeforeValidator(one_or_many, json_schema_input_type=StrictStr | _Texts)
    ] = Field(min_length=1, max_length=MAX_TEXTS)
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: StrictInt | None = None
    user: StrictStr | None = None


def routes(state: ServerState, allow: Authenticator) -> APIRouter:
    router = APIRouter(prefix="/v1")
    caller = Depends(allow("chat"))

    @router.post("/embeddings")
    async def embeddings(request: Request, _principal: Principal = caller) -> Response:
        asked = read_embedding(await read_json(request))
        encoder = state.bagui.retriever.encoder
        if asked.dimensions not in {None, encoder.dim}:
            raise InvalidRequest(f"只提供 {encoder.dim} 维的向量", param="dimensions")
        vectors = await asyncio.to_thread(encoder.encode, asked.input)
        return JSONResponse(_body(asked, vectors))

    return router


def read_embedding(body: Any) -> EmbeddingRequest:
    """The request in `body`; an `InvalidRequest` that names what is wrong, `NotFound` for another model."""
    if isinstance(body, dict) and _are_tokens(body.get("input")):
        raise InvalidRequest("input 只接受文本，不接受词元编号", code="unsupported_content", param="input")
    asked = validated(EmbeddingRequest, body)
    if asked.model != EMBEDDER:
        raise unknown_model(asked.model)
    for at, text in enumerate(asked.input):
        if not text.strip():
            raise InvalidRequest("文本为空", param=f"input[{at}]")
        if len(text) > MAX_CHARS:
            raise InvalidRequest(
                f"文本超过 {MAX_CHARS} 字", code="context_length_exceeded", param=f"input[{at}]"
            )
    return asked


def _are_tokens(value: Any) -> bool:
    """Whether `input` is a list of token numbers, or holds such lists."""
    return isinstance(value, list) and any(isinstance(item, int | list) for item in value)


def _body(asked: EmbeddingRequest, vectors: Vectors) -> dict[str, Any]:
    tokens = sum(count_tokens(text) for text in asked.input)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": at, "embedding": _vector(row, asked.encoding_format == "base64")}
            for at, row in enumerate(vectors)
        ],
        "model": asked.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _vector(row: Vectors, packed: bool) -> list[float] | str:
    """Numbers, or the base64 of little-endian single floats, as OpenAI's clients ask for by default."""
    return base64.b64encode(row.astype("<f4").tobytes()).decode() if packed else row.tolist()
