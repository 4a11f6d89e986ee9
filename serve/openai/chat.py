"""`POST /v1/chat/completions` and `GET /v1/models`."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.answer import Failed, Started
from assistant.errors import BaguiError, NotFound
from assistant.principal import Principal
from serve.auth import Authenticator
from serve.house import House
from serve.json_body import read_json
from serve.openai.limit import TextLimit
from serve.openai.request import ChatRequest, as_question, read_chat
from serve.openai.served import ServedModel
from serve.openai.stream import HEADERS, chunks
from serve.openai.wire import MODEL, completion, model_card, usage_of


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


def routes(house: House, allow: Authenticator) -> APIRouter:
    router = APIRouter(prefix="/v1")
    served = ServedModel(house.settings.llm)
    caller = Depends(allow("chat"))
    asker = Depends(allow("chat", widget=True))

    @router.get("/models")
    async def models(_principal: Principal = caller) -> Response:
        return JSONResponse({"object": "list", "data": _cards(served)})

    @router.get("/models/{name:path}")
    async def model(name: str, _principal: Principal = caller) -> Response:
        for card in _cards(served):
            if card["id"] == name:
                return JSONResponse(card)
        raise _unknown_model(name)

    @router.post("/chat/completions")
    async def chat(request: Request, principal: Principal = asker) -> Response:
        body = await read_json(request)
        name = body.get("model") if isinstance(body, dict) else None
        if served.is_named(name) and principal.role in {"developer", "admin"}:
            return await served.pass_on(body, stop=house.drain.expired)
        asked = read_chat(body)
        if asked.model != MODEL:
            raise _unknown_model(asked.model)
        return await _answer(house, asked, principal)

    return router


async def _answer(house: House, asked: ChatRequest, principal: Principal) -> Response:
    question = as_question(asked)
    generation = house.generations.start(house.bagui.assistant.answer(question, principal))
    first = await generation.first()
    if isinstance(first, Failed):
        raise AnswerFailed(first)
    if isinstance(first, Started):
        house.generations.keep(first, generation)
    prompt = "\n".join(message.content for message in question.messages)
    if asked.stream:
        stream = chunks(generation, asked, prompt, house.drain.expired)
        return StreamingResponse(stream, media_type="text/event-stream; charset=utf-8", headers=HEADERS)
    last = await generation.last()
    if isinstance(last, Failed):
        raise AnswerFailed(last)
    limit = TextLimit(asked.limit, asked.stop or ())
    content = limit.feed(last.answer.text) + limit.end()
    usage = usage_of(last.answer, prompt, content)
    return JSONResponse(completion(asked.model, content, limit.reason, usage, last.answer))


def _cards(served: ServedModel) -> list[dict[str, object]]:
    cards = [model_card(MODEL, 1_767_225_600, "bagui")]
    if served.name:
        cards.append(model_card(served.name, 1_767_225_600, "bank"))
    return cards


def _unknown_model(name: str) -> NotFound:
    return NotFound(f"模型 {name[:80]} 不存在，或您无权使用", code="model_not_found", param="model")
