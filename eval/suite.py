"""A suite: cases, what they are put to, and the scorers that judge what comes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import BaguiError
from assistant.settings import Settings
from eval.case import Case
from eval.score import Output, Scorer


class NotRun(BaguiError):
    """A case that could not be run to its end: it is not scored."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a suite may stand on: the settings of this installation and, for some, a folder of `data` (`laws/`)."""

    settings: Settings
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What cases are put to. An output or a `BaguiError` for each; `versions` and `settings` go into the header."""

    ask: Callable[[Case], Awaitable[Output]]
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    """`open` prepares the subject, in a folder of its own and never in the home of the settings."""

    name: str
    title: str
    cases: Callable[[Ground], Sequence[Case]]
    open: Callable[[Ground], AbstractAsyncContextManager[Subject]]
    scorers: tuple[Scorer, ...]
    needs_data: bool = False
