"""Parsing in a process of its own, with limits: a hostile or broken file costs that process and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from knowledge.loaded import LoadedDocument, Unreadable

TIMEOUT_S = 120.0
MEMORY_BYTES = 3_000_000_000
MAX_ANSWER_BYTES = 1_000_000_000
_ANSWER = TypeAdapter(list[LoadedDocument])
_SIZE = struct.Struct(">Q")
_PROJECT = Path(__file__).parent.parent


class Reader:
    """A child process that parses one file at a time; it is started when needed and again after it died."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._child: asyncio.subprocess.Process | None = None

    async def read(self, path: Path, collection: str | None = None) -> list[LoadedDocument]:
        """The documents of a file. Raises `Unreadable` with the reason, limits included."""
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._ask(path, collection)
        except TimeoutError as error:
            await self.close()
            raise Unreadable(f"解析超过{self._timeout_s:g}秒，已中止") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self.close()
            raise Unreadable("解析进程中止（内存超限或文件有害）") from error
        if answer[:1] == b"!":
            raise Unreadable(answer[1:].decode())
        return await asyncio.to_thread(_ANSWER.validate_json, answer[1:])

    async def close(self) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
            await self._child.communicate()
            self._child = None

    async def _ask(self, path: Path, collection: str | None) -> bytes:
        if self._child is None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "knowledge.reader",
                str(self._memory_bytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=_PROJECT,
                env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PROJECT)},
            )
        child = self._child
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(_request(path, collection))
        await child.stdin.drain()
        (size,) = _SIZE.unpack(await child.stdout.readexactly(_SIZE.size))
        if size > MAX_ANSWER_BYTES:
            await self.close()
            raise Unreadable("解析结果过大")
        return await child.stdout.readexactly(size)


def _request(path: Path, collection: str | None) -> bytes:
    return json.dumps([str(path.resolve()), collection]).encode() + b"\n"


def _limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))


def _answer(request: Any) -> bytes:
    """`=` and the documents as JSON, or `!` and the reason."""
    from knowledge.load import load_file

    path, collection = request
    try:
        return b"=" + _ANSWER.dump_json(load_file(Path(path), collection))
    except Unreadable as error:
        return b"!" + str(error).encode()
    except OSError as error:
        return b"!" + f"文件读不出：{error.strerror}".encode()
    except MemoryError:
        return "!解析所需内存超限".encode()
    except RecursionError:
        return "!文件嵌套过深".encode()


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    for line in requests:
        answer = _answer(json.loads(line))
        answers.write(_SIZE.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    _limit(int(sys.argv[1]))
    _serve(sys.stdin.buffer, sys.stdout.buffer)
