"""An answer as server-sent events in OpenAI's chunk format."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from assistant.answer import AnswerEvent, Failed, Finished, Sentence, Started
from serve.generations import Generation
from serve.http.errors import error_body
from serve.openai.limit import TextLimit
from serve.openai.request import ChatRequest
from serve.openai.wire import DONE, PING, ChunkFrame, progress, sse, usage_of

PULSE_S = 1.0
HEARTBEAT_PULSES = 10
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def chunks(
    generation: Generation, request: ChatRequest, prompt: str, stop: asyncio.Event
) -> AsyncIterator[bytes]:
    """The events of one stream. It never ends without a finish reason or an error, and always with [DONE].

    `stop` set means that the server is going down: the stream says so and ends.
    """
    frame = ChunkFrame(request.model, request.include_usage)
    limit = TextLimit(request.limit, request.stop or ())
    content = ""
    spoke = False
    silence = 0
    async for event in generation.follow(pulse_s=PULSE_S):
        if stop.is_set():
            yield sse(error_body("服务正在停止", "server_error", "shutting_down"))
            break
        silence = silence + 1 if event is None else 0
        if event is None:
            if silence % HEARTBEAT_PULSES == 0:
                yield PING
        elif isinstance(event, Sentence):
            # The answer's text is its sentences, one a line.
            if piece := limit.feed(f"\n{event.text}" if spoke else event.text):
                content += piece
                yield frame.chunk({"content": piece})
            spoke = True
        elif isinstance(event, Finished):
            if piece := limit.end():
                content += piece
                yield frame.chunk({"content": piece})
            answer = event.answer.model_dump(mode="json")
            yield frame.chunk({}, reason=limit.reason, bagui=answer)
            if request.include_usage:
                yield frame.usage(usage_of(event.answer, prompt, content))
        elif isinstance(event, Failed):
            yield sse(error_body(event.message, "server_error", event.code))
        else:
            yield frame.chunk(_delta(event), bagui=progress(event))
    yield DONE


def _delta(event: AnswerEvent) -> dict[str, str]:
    return {"role": "assistant", "content": ""} if isinstance(event, Started) else {}
