"""The objects that leave: completions, chunks, models. Optional keys are left out, never sent as another type."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from assistant.answer import Answer, AnswerEvent, Usage
from serve.openai.limit import count_tokens

MODEL = "bagui"
DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"


def usage_of(answer: Answer, prompt: str, content: str) -> Usage:
    """The model's own count; where code wrote the answer and no model counted, a count of the texts."""
    if answer.usage.total_tokens > 0 and answer.usage.completion_tokens > 0:
        return answer.usage
    read, written = max(count_tokens(prompt), 1), max(count_tokens(content), 1)
    return Usage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


def completion(model: str, content: str, reason: str, usage: Usage, answer: Answer) -> dict[str, Any]:
    """A whole `chat.completion`, the `Answer` beside it."""
    return {
        "id": f"chatcmpl-{secrets.token_hex(16)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": None},
                "logprobs": None,
                "finish_reason": reason,
            }
        ],
        "usage": usage.model_dump(),
        "bagui": answer.model_dump(mode="json"),
    }


@dataclass(frozen=True, slots=True)
class ChunkFrame:
    """What all chunks of one stream share."""

    model: str
    with_usage: bool
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(16)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def chunk(
        self, delta: dict[str, Any], *, reason: str | None = None, bagui: dict[str, Any] | None = None
    ) -> bytes:
        """One event with one choice."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return self._event([choice], None, bagui)

    def usage(self, usage: Usage) -> bytes:
        """The extra event before the end that a client asked for: no choices, only usage."""
        return self.raw_usage(usage.model_dump())

    def raw_usage(self, usage: dict[str, Any]) -> bytes:
        return self._event([], usage, None)

    def _event(
        self, choices: list[dict[str, Any]], usage: dict[str, Any] | None, bagui: dict[str, Any] | None
    ) -> bytes:
        body: dict[str, Any] = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
        }
        if self.with_usage:
            body["usage"] = usage
        if bagui is not None:
            body["bagui"] = bagui
        return sse(body)


def sse(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def progress(event: AnswerEvent) -> dict[str, Any]:
    return event.model_dump(mode="json")
