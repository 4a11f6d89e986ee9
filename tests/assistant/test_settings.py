"""Every setting is documented with its default, and something reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from assistant.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("assistant", "serve")
    for path in (ROOT / room).rglob("*.py")
)


def names(model: type[BaseModel], before: str = "BAGUI_") -> Iterator[tuple[str, str]]:
    """(variable, attribute) of every setting."""
    for name, field in model.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield from names(part, f"{before}{name.upper()}__")
        else:
            yield f"{before}{name.upper()}", name


ALL = tuple(names(Settings))


@pytest.mark.parametrize("variable", [variable for variable, _ in ALL])
def test_it_is_documented(variable: str) -> None:
    assert f"| `{variable}` |" in PAGE


@pytest.mark.parametrize("name", [name for _, name in ALL])
def test_something_reads_it(name: str) -> None:
    assert re.search(rf"\.{name}\b", CODE)


def test_nothing_else_is_documented() -> None:
    assert set(re.findall(r"^\| `(BAGUI_\w+)`", PAGE, re.MULTILINE)) == {variable for variable, _ in ALL}
