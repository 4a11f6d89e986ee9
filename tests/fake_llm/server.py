"""A scripted language model behind HTTP, in OpenAI's wire format: well behaved, slow, broken or hostile."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "fake-llm"
MODES = (
    "ok", "slow", "hang", "reset", "eof", "error_500", "error_429", "invalid_json", "abort", "split_utf8",
    "tool_loop", "obey",
)  # fmt: skip
_ORDER = re.compile(r"CALL (\w+) (\{.*?\})")


@dataclass(frozen=True)
class Reply:
    """What the model says next: text, or calls as (name, arguments)."""

    text: str = ""
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass
class FakeLlm:
    """Starts with `start`, ends with `stop`. `script` is used up first, then `fallback` is said for ever.

    `bodies` holds every request as it arrived. `obey` is the worst model there is: it calls whatever tool a
    text in its prompt orders (`CALL name {json}`). `tool_loop` calls `looped` again and again.
    """

    mode: str = "ok"
    fallback: Reply = Reply("好的。")
    looped: tuple[str, dict[str, Any]] = ("loan_rate", {})
    delay_s: float = 0.2
    script: deque[Reply] = field(default_factory=deque)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    _server: ThreadingHTTPServer | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> FakeLlm:
        fake = self

        class Handler(_Handler):
            llm = fake

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def next_reply(self, body: dict[str, Any]) -> Reply:
        if self.mode == "tool_loop":
            return Reply(calls=(self.looped,))
        if self.mode == "obey":
            text = json.dumps(body["messages"], ensure_ascii=False).replace('\\"', '"')
            if orders := _ORDER.findall(text):
                return Reply(calls=tuple((name, json.loads(given)) for name, given in orders))
        return self.script.popleft() if self.script else self.fallback


class _Handler(BaseHTTPRequestHandler):
    llm: FakeLlm
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._json(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.llm.bodies.append(body)
        mode = self.llm.mode
        if mode == "error_500":
            self._json(500, {"error": {"message": "secret upstream text", "code": "boom"}})
        elif mode == "error_429":
            self._json(429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}})
        elif mode == "invalid_json":
            self._raw(200, b"data: {not json\n\n" if body.get("stream") else b"{not json")
        elif mode == "hang":
            self._head(200, "text/event-stream")
            self.llm._stopping.wait(30)
        else:
            if mode == "slow":
                time.sleep(self.llm.delay_s)
            self._say(body, self.llm.next_reply(body), mode)

    def _say(self, body: dict[str, Any], reply: Reply, mode: str) -> None:
        if not body.get("stream"):
            self._json(200, _completion(reply, mode))
            return
        self._head(200, "text/event-stream")
        events = [
            b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"
            for chunk in _chunks(reply, mode)
        ]
        if (body.get("stream_options") or {}).get("include_usage"):
            usage = _frame([]) | {"usage": _USAGE}
            events.append(b"data: " + json.dumps(usage).encode() + b"\n\n")
        events.append(b"data: [DONE]\n\n")
        if mode in {"reset", "eof"}:
            for event in events[:2]:
                self._chunk(event)
            if mode == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            else:
                self._chunk(b"")
            self.close_connection = True
            return
        stream = b"".join(events)
        size = 7 if mode == "split_utf8" else len(stream)
        for at in range(0, len(stream), size):
            self._chunk(stream[at : at + size])
        self._chunk(b"")

    def _head(self, status: int, media: str) -> None:
        self.send_response(status)
        self.send_header("content-type", media)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.flush()

    def _chunk(self, data: bytes) -> None:
        try:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._raw(status, json.dumps(body, ensure_ascii=False).encode())

    def _raw(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{at}_{time.monotonic_ns():x}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
        }
        for at, (name, arguments) in enumerate(reply.calls)
    ]


def _reason(reply: Reply, mode: str) -> str:
    return "abort" if mode == "abort" else "tool_calls" if reply.calls else "stop"


def _completion(reply: Reply, mode: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = _calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": _reason(reply, mode), "logprobs": None}
    return {
        "id": "fake-1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice],
        "usage": _USAGE, "system_fingerprint": "never passed on",
    }  # fmt: skip


def _frame(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "fake-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": MODEL,
        "choices": choices,
    }


def _chunks(reply: Reply, mode: str) -> list[dict[str, Any]]:
    """As real servers stream: role first, text in pieces, call deltas whose later parts have a null name."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": reply.text[at : at + 3]} for at in range(0, len(reply.text), 3)]
    for index, call in enumerate(_calls(reply)):
        function = call["function"]
        deltas.append(
            {
                "tool_calls": [
                    {**call, "index": index, "function": {"name": function["name"], "arguments": ""}}
                ]
            }
        )
        deltas.append(
            {
                "tool_calls": [
                    {
                        "index": index,
                        "id": None,
                        "function": {"name": None, "arguments": function["arguments"]},
                    }
                ]
            }
        )
    chunks = [_frame([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    return [*chunks, _frame([{"index": 0, "delta": {}, "finish_reason": _reason(reply, mode)}])]
