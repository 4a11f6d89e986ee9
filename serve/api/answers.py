"""`/v1/answers`: an answer as its asker may see it now, and what the asker thinks of it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, StrictStr

from assistant.principal import Principal
from assistant.store import answers, feedback
from assistant.today import today_in_shanghai
from serve.callers.auth import Authenticator
from serve.http.json_body import read_json, validated
from serve.server_state import ServerState


class FeedbackRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    thumb: Literal["up", "down"]
    reason: StrictStr = ""
    comment: StrictStr = ""


def routes(state: ServerState, allow: Authenticator) -> APIRouter:
    router = APIRouter(prefix="/v1/answers")
    caller = Depends(allow("chat", widget=True))

    @router.get("/{answer_id}")
    async def answer(answer_id: str, principal: Principal = caller) -> Response:
        async with state.bagui.store.reading() as session:
            stored = await answers.read_answer(session, principal, answer_id, today=today_in_shanghai())
        return JSONResponse(
            {
                "id": stored.id,
                "conversation": stored.conversation,
                "turn": stored.turn,
                "state": stored.state,
                "hidden": stored.hidden,
                "question": stored.question,
                "as_of": stored.as_of.isoformat(),
                "started_at": stored.started_at.isoformat(),
                "finished_at": stored.finished_at.isoformat() if stored.finished_at else None,
                "answer": stored.answer.model_dump(mode="json") if stored.answer else None,
                "evidence": [item.model_dump(mode="json") for item in stored.evidence],
            }
        )

    @router.post("/{answer_id}/feedback")
    async def give(answer_id: str, request: Request, principal: Principal = caller) -> Response:
        asked = validated(FeedbackRequest, await read_json(request))
        async with state.bagui.store.writing() as session:
            given = await feedback.give_feedback(
                session,
                principal,
                answer_id,
                thumb=asked.thumb,
                reason=asked.reason,
                comment=asked.comment,
            )
        return JSONResponse(
            {
                "answer_id": given.answer_id,
                "thumb": given.thumb,
                "reason": given.reason,
                "comment": given.comment,
            }
        )

    return router
