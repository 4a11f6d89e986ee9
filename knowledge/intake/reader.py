"""Parsing in a process of its own, with limits: a hostile or broken file costs that process and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from knowledge.reading.loaded import LoadedDocument, Unreadable

TIMEOUT_S = 120.0
WHOLE_S = 3_600.0
MEMORY_BYTES = 3_000_000_000
MAX_ANSWER_BYTES = 1_000_000_000
_ANSWER = TypeAdapter(list[LoadedDocument])
_SIZE = struct.Struct(">Q")
_PROJECT = Path(__file__).parents[2]

OnPage = Callable[[int, int], None]


class Reader:
    """A child process that parses one file at a time; it is started when needed and again after it died.

    `timeout_s` is how long it may stay silent: a long file is heard of page by page, up to `whole_s` in all.
    """

    def __init__(
        self,
        *,
        timeout_s: float = TIMEOUT_S,
        whole_s: float = WHOLE_S,
        memory_bytes: int = MEMORY_BYTES,
        answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._timeout_s = timeout_s
        self._whole_s = whole_s
        self._memory_bytes = memory_bytes
        self._answer_bytes = answer_bytes
        self._child: asyncio.subprocess.Process | None = None

    async def read(
        self,
        path: Path,
        collection: str | None = None,
        *,
        audience: str | None = None,
        on_page: OnPage | None = None,
    ) -> list[LoadedDocument]:
        """The documents of a file. Raises `Unreadable` with the reason, limits included."""
        try:
            async with asyncio.timeout(self._whole_s):
                answer = await self._ask(_request(path, collection, audience), on_page)
        except TimeoutError as error:
            await self.close()
            raise Unreadable(f"解析超过{min(self._timeout_s, self._whole_s):g}秒，已中止") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self.close()
            raise Unreadable("解析进程中止（内存超限或文件有害）") from error
        except BaseException:
            await self.close()  # an answer that nobody waits for would be taken for the next file's
            raise
        if answer[:1] == b"!":
            raise Unreadable(answer[1:].decode())
        return await asyncio.to_thread(_ANSWER.validate_json, answer[1:])

    async def close(self) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
            await self._child.communicate()
            self._child = None

    async def _ask(self, request: bytes, on_page: OnPage | None) -> bytes:
        """The last word of the child on a request: documents or a reason."""
        if self._child is None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "knowledge.intake.reader",
                str(self._memory_bytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=_PROJECT,
                env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PROJECT)},
            )
        assert self._child.stdin is not None
        self._child.stdin.write(request)
        await self._child.stdin.drain()
        while True:
            async with asyncio.timeout(self._timeout_s):
                word = await self._hear()
            if word[:1] != b"+":
                return word
            if on_page is not None:
                on_page(*json.loads(word[1:]))

    async def _hear(self) -> bytes:
        assert self._child is not None and self._child.stdout is not None
        (size,) = _SIZE.unpack(await self._child.stdout.readexactly(_SIZE.size))
        if size > self._answer_bytes:
            raise Unreadable("解析结果过大")
        return await self._child.stdout.readexactly(size)


def _request(path: Path, collection: str | None, audience: str | None) -> bytes:
    return json.dumps([str(path.absolute()), collection, audience]).encode() + b"\n"


def _limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))


def _answer(request: Any, say: Callable[[bytes], None]) -> bytes:
    """`=` and the documents as JSON, or `!` and the reason; before it, `+` and how far a long file is read."""
    from knowledge.intake.load import load_file

    path, collection, audience = request

    def on_page(done: int, total: int) -> None:
        say(b"+" + json.dumps([done, total]).encode())

    try:
        loaded = load_file(Path(path), collection, audience=audience, on_page=on_page)
        return b"=" + _ANSWER.dump_json(loaded)
    except Unreadable as error:
        return b"!" + str(error).encode()
    except OSError as error:
        return b"!" + f"文件读不出：{error.strerror}".encode()
    except MemoryError:
        return "!解析所需内存超限".encode()
    except RecursionError:
        return "!文件嵌套过深".encode()


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    def say(word: bytes) -> None:
        answers.write(_SIZE.pack(len(word)) + word)
        answers.flush()

    for line in requests:
        say(_answer(json.loads(line), say))


if __name__ == "__main__":
    _limit(int(sys.argv[1]))
    _serve(sys.stdin.buffer, sys.stdout.buffer)
