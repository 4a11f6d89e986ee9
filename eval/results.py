"""The results file of a run: JSON lines, a header first, then one line a case."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from assistant.errors import InvalidRequest, NotFound
from eval.score import Score


@dataclass(frozen=True, slots=True)
class Header:
    """Which suite ran, when (UTC), over which versions (program, index, prompt, python) and settings that matter."""

    suite: str
    started: datetime
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """`case` is the digest of the case, `output` the beginning of what came out, `error` why it could not be run."""

    id: str
    case: str
    scores: Mapping[str, Score]
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    output: str = ""
    kind: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    header: Header
    cases: tuple[CaseResult, ...]

    @property
    def scorers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for case in self.cases for name in case.scores))


@dataclass(frozen=True, slots=True)
class Figure:
    """The mean of a scorer over the `scored` cases (none: `None`); the others were not scored."""

    scorer: str
    mean: float | None
    scored: int
    not_scored: int


_Shape = TypeVar("_Shape")
_HEADER = TypeAdapter(Header)
_CASE = TypeAdapter(CaseResult)


def figures(results: Results) -> list[Figure]:
    found = []
    for name in results.scorers:
        values = [case.scores[name].value if name in case.scores else None for case in results.cases]
        scored = [value for value in values if value is not None]
        mean = sum(scored) / len(scored) if scored else None
        found.append(Figure(name, mean, len(scored), len(values) - len(scored)))
    return found


def file_name(header: Header) -> str:
    """One name a run, so that no run replaces another."""
    return f"{header.suite}-{header.started:%Y%m%dT%H%M%S}Z.jsonl"


def write(results: Results, path: Path) -> None:
    """The whole file or none of it."""
    lines = [_HEADER.dump_json(results.header), *(_CASE.dump_json(case) for case in results.cases)]
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(b"\n".join(lines) + b"\n")
    os.replace(beside, path)


def read(path: Path) -> Results:
    """`NotFound` where there is no such file, `InvalidRequest` naming the line that is not one of a results file."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        raise NotFound(f"没有结果文件 {path}") from None
    except OSError as error:
        raise InvalidRequest(f"无法读取结果文件 {path}：{error.strerror}") from error
    if not lines:
        raise InvalidRequest(f"{path} 是空文件，不是评测结果")
    header = _line(_HEADER, lines[0], path, 1)
    cases = [_line(_CASE, line, path, number) for number, line in enumerate(lines[1:], 2)]
    return Results(header, tuple(cases))


def _line(shape: TypeAdapter[_Shape], line: bytes, path: Path, number: int) -> _Shape:
    try:
        return shape.validate_json(line)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise InvalidRequest(f"{path} 第 {number} 行不是评测结果：{reason}") from error
