"""A plain pass to the configured language model, under its own name. Only listed fields go in and come out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.errors import UpstreamError
from assistant.llm.upstream import Upstream, upstream_name
from assistant.settings import LlmSettings
from serve.http.json_body import validated
from serve.openai.served_request import ServedRequest
from serve.openai.stream import HEADERS
from serve.openai.wire import DONE, ChunkFrame, sse

_REASONS = {"stop", "length", "tool_calls", "content_filter"}
_MAX_LINE = 1_000_000


class ServedModel:
    """The OpenAI-compatible server of the settings, if there is one, reached by the client that answers use too."""

    def __init__(self, settings: LlmSettings) -> None:
        self.name = upstream_name(settings)

    def is_named(self, name: object) -> bool:
        return self.name is not None and name == self.name

    async def pass_on(self, body: Any, upstream: Upstream, *, stop: asyncio.Event) -> Response:
        """Sends the whitelisted fields upstream; what comes back is rebuilt in our own schema."""
        request = validated(ServedRequest, body)
        request.check()
        sent = request.model_dump(mode="json", exclude_none=True, exclude={"bagui"})
        if not request.stream:
            return JSONResponse(await _whole(upstream, sent))
        lines = _lines(upstream, sent)
        try:
            first = await anext(lines)
        except StopAsyncIteration:
            raise UpstreamError("语言模型服务的输出中途断开", code="upstream_truncated") from None
        frame = ChunkFrame(request.model, request.include_usage)
        return StreamingResponse(
            _chunks(frame, first, lines, stop), media_type="text/event-stream; charset=utf-8", headers=HEADERS
        )


async def _whole(upstream: Upstream, sent: dict[str, Any]) -> dict[str, Any]:
    try:
        response = await upstream.client.post(
            upstream.completions, json=sent, headers=upstream.headers, timeout=upstream.patience
        )
        if response.status_code != 200:
            raise _refused(response.status_code)
        return _completion(response.json())
    except httpx.HTTPError as error:
        raise _lost(error) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UpstreamError("语言模型服务的应答无法解读") from error


async def _lines(upstream: Upstream, sent: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Upstream's chunks as parsed objects. Ends only after [DONE]; everything else is an `UpstreamError`."""
    try:
        async with upstream.client.stream(
            "POST", upstream.completions, json=sent, headers=upstream.headers, timeout=upstream.patience
        ) as response:
            if response.status_code != 200:
                raise _refused(response.status_code)
            async for line in response.aiter_lines():
                if len(line) > _MAX_LINE:
                    raise UpstreamError("语言模型服务的应答无法解读")
                if not line.startswith("data:"):
                    continue
                data = line[5:].strip()
                if data == "[DONE]":
                    return
                yield json.loads(data)
    except httpx.HTTPError as error:
        raise _lost(error) from error
    except ValueError as error:
        raise UpstreamError("语言模型服务的应答无法解读") from error
    raise UpstreamError("语言模型服务的输出中途断开", code="upstream_truncated")


async def _chunks(
    frame: ChunkFrame, first: dict[str, Any], rest: AsyncIterator[dict[str, Any]], stop: asyncio.Event
) -> AsyncIterator[bytes]:
    begun = False
    ended = False
    usage: dict[str, Any] | None = None
    try:
        chunk: dict[str, Any] | None = first
        while chunk is not None and not stop.is_set():
            usage = _usage(chunk.get("usage")) or usage
            for choice in (chunk.get("choices") or [])[:1]:
                delta = _delta(choice.get("delta") or {})
                if not begun:
                    delta, begun = {"role": "assistant", "content": "", **delta}, True
                reason = _reason(choice.get("finish_reason")) if not ended else None
                ended = ended or reason is not None
                if delta or reason:
                    yield frame.chunk(delta, reason=reason)
            chunk = await anext(rest, None)
        if not ended:
            raise UpstreamError("语言模型服务的输出中途断开", code="upstream_truncated")
        if frame.with_usage and usage:
            yield frame.raw_usage(usage)
    except UpstreamError as error:
        yield sse(error.body())
    except (TypeError, AttributeError, KeyError):
        yield sse(UpstreamError("语言模型服务的应答无法解读").body())
    yield DONE


def _completion(body: dict[str, Any]) -> dict[str, Any]:
    choice = body["choices"][0]
    message = choice["message"]
    kept: dict[str, Any] = {"role": "assistant", "content": message.get("content"), "refusal": None}
    if calls := message.get("tool_calls"):
        kept["tool_calls"] = [_call(call) for call in calls]
    frame = ChunkFrame(str(body.get("model", "")), with_usage=False)
    return {
        "id": frame.id,
        "object": "chat.completion",
        "created": frame.created,
        "model": frame.model,
        "choices": [
            {
                "index": 0,
                "message": kept,
                "logprobs": None,
                "finish_reason": _reason(choice.get("finish_reason")) or "stop",
            }
        ],
        "usage": _usage(body.get("usage")),
    }


def _delta(delta: dict[str, Any]) -> dict[str, Any]:
    """A delta with the keys that hold something; a null name or id would break clients that concatenate."""
    kept: dict[str, Any] = {}
    if content := delta.get("content"):
        kept["content"] = str(content)
    if calls := delta.get("tool_calls"):
        kept["tool_calls"] = [_call_delta(call) for call in calls]
    return kept


def _call(call: dict[str, Any]) -> dict[str, Any]:
    function = call["function"]
    return {
        "id": str(call["id"]),
        "type": "function",
        "function": {"name": str(function["name"]), "arguments": str(function.get("arguments") or "{}")},
    }


def _call_delta(call: dict[str, Any]) -> dict[str, Any]:
    function = {key: str(value) for key, value in (call.get("function") or {}).items() if value is not None}
    function = {key: value for key, value in function.items() if key in {"name", "arguments"}}
    kept: dict[str, Any] = {"index": int(call.get("index") or 0), "function": function}
    if call.get("id"):
        kept |= {"id": str(call["id"]), "type": "function"}
    return kept


def _reason(reason: object) -> str | None:
    if reason is None:
        return None
    if reason in _REASONS:
        return str(reason)
    raise UpstreamError("语言模型服务中止了输出", code="upstream_aborted")


def _usage(usage: object) -> dict[str, int] | None:
    if not isinstance(usage, dict):
        return None
    return {
        name: int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens", "total_tokens")
    }


def _refused(status: int) -> UpstreamError:
    return UpstreamError(f"语言模型服务返回状态 {status}")


def _lost(error: httpx.HTTPError) -> UpstreamError:
    return UpstreamError(f"语言模型服务没有正常应答：{type(error).__name__}")
