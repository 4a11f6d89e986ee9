"""Which files a run takes in: those named, and those in the folders named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.describing.description import SIDE_CAR
from knowledge.reading.formats import supported

UNSUPPORTED = "不支持的格式"


def files_in(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Files with, where they cannot be taken in at all, the reason; folders in depth, hidden files and links left out."""
    for path in paths:
        if path.is_dir():
            yield from _inside(path)
        elif not path.exists():
            yield path, "文件不存在"
        elif not path.is_file():
            yield path, "不是普通文件"
        else:
            yield path, "" if supported(path) else _no_reader(path)


def _inside(folder: Path) -> Iterator[tuple[Path, str]]:
    closed: list[OSError] = []
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in names if not name.startswith(".")]
    files = sorted(item for item in found if item.is_file() and not item.is_symlink())
    described = {item.with_suffix("") for item in files if supported(item)}
    for item in files:
        if item.suffix not in SIDE_CAR or item.with_suffix("") not in described:
            yield item, "" if supported(item) else _no_reader(item)
    yield from ((Path(error.filename or folder), f"文件夹打不开：{error.strerror}") for error in closed)


def _no_reader(path: Path) -> str:
    return f"{UNSUPPORTED} {path.suffix or '（无扩展名）'}"
