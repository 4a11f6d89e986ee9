"""Where the shipped content lies: rule sets, glossary, corpus. The one place that knows."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def content_path(*parts: str) -> Path:
    """A file or folder of the built-in knowledge, found as package data; none of its code is used."""
    return Path(str(files("knowledge").joinpath(*parts)))
