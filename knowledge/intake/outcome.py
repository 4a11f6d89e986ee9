"""What becomes of files on their way in: step by step, file by file, and in all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FileResult = Literal["added", "updated", "unchanged", "failed", "skipped"]
Stage = Literal["read", "encode", "store", "done"]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. `reason` says why it failed or was skipped; `document_id` names the first document;
    `note` says what a person should know of a file that went in; `audience` is who may read it, `internal` for staff."""

    path: Path
    outcome: FileResult
    document_id: str = ""
    passages: int = 0
    reason: str = ""
    note: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Every file in the order taken. A file named here as added or updated is committed."""

    files: tuple[FileOutcome, ...]

    def count(self, outcome: FileResult) -> int:
        return sum(file.outcome == outcome for file in self.files)

    @property
    def ok(self) -> bool:
        return self.count("failed") == 0


@dataclass(frozen=True, slots=True)
class IngestStep:
    """Where a run stands: `done` files of `total`, now at `stage` with `path`, there at `part` of `parts` (pages read,
    passages encoded). `outcome` is set when the file is done.
    """

    path: Path
    stage: Stage
    done: int
    total: int
    part: int = 0
    parts: int = 0
    outcome: FileOutcome | None = None
