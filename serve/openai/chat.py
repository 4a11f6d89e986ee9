"""`POST /v1/chat/completions`."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.answer import Failed, Started
from assistant.errors import BaguiError
from assistant.principal import Principal
from serve.callers.auth import Authenticator
from serve.http.json_body import read_json
from serve.openai.limit import TextLimit
from serve.openai.model_list import unknown_model
from serve.openai.request import ChatRequest, as_question, read_chat
from serve.openai.served import ServedModel
from serve.openai.stream import HEADERS, chunks
from serve.openai.wire import MODEL, completion, usage_of
from serve.server_state import ServerState


class AnswerFailed(BaguiError):
    """An answer that could not be made; status and code are those of its `Failed` event.

    `too_large` becomes 400 `context_length_exceeded`.
    """

    def __init__(self, failed: Failed) -> None:
        # A question that is too long is what OpenAI's clients know by another name.
        too_long = failed.code == "too_large"
        super().__init__(failed.message, code="context_length_exceeded" if too_long else failed.code)
        self.http = 400 if too_long else failed.http  # pyright: ignore[reportAttributeAccessIssue]
        if failed.http < 500:
            self.type = "invalid_request_error"  # pyright: ignore[reportAttributeAccessIssue]


def routes(state: ServerState, served: ServedModel, allow: Authenticator) -> APIRouter:
    router = APIRouter(prefix="/v1")
    asker = Depends(allow("chat", widget=True))

    @router.post("/chat/completions")
    async def chat(request: Request, principal: Principal = asker) -> Response:
        body = await read_json(request)
        name = body.get("model") if isinstance(body, dict) else None
        if served.is_named(name) and principal.role in {"developer", "admin"}:
            return await served.pass_on(body, state.bagui.models.upstream, stop=state.drain.expired)
        asked = read_chat(body)
        if asked.model != MODEL:
            raise unknown_model(asked.model)
        return await _answer(state, asked, principal)

    return router


async def _answer(state: ServerState, asked: ChatRequest, principal: Principal) -> Response:
    question = as_question(asked)
    generation = state.generations.start(state.bagui.assistant.answer(question, principal))
    first = await generation.first()
    if isinstance(first, Failed):
        raise AnswerFailed(first)
    if isinstance(first, Started):
        state.generations.keep(first, generation)
    prompt = "\n".join(message.content for message in question.messages)
    if asked.stream:
        stream = chunks(generation, asked, prompt, state.drain.expired)
        return StreamingResponse(stream, media_type="text/event-stream; charset=utf-8", headers=HEADERS)
    last = await generation.last()
    if isinstance(last, Failed):
        raise AnswerFailed(last)
    limit = TextLimit(asked.limit, asked.stop or ())
    content = limit.feed(last.answer.text) + limit.end()
    usage = usage_of(last.answer, prompt, content)
    return JSONResponse(completion(asked.model, content, limit.reason, usage, last.answer))
