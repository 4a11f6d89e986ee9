"""Workbench and widget are shells: how long their files may get, and where Gradio is loaded (.importlinter has the rest)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[3] / "serve" / "workbench"
FILES = sorted(ROOM.glob("*.py"))
SHELLS = sorted(
    [*FILES, *(ROOM.parent / "widget").glob("*.py"), *(ROOM.parent / "widget" / "src").glob("*.ts")]
)


def imported(file: Path, *, at_run_time: bool = True) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    only_typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if at_run_time and id(node) in only_typing:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("file", SHELLS, ids=lambda file: file.name)
def test_files_stay_short(file: Path):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


def test_gradio_stays_in_this_room_and_out_of_the_way_in():
    """The server starts without Gradio: only what the pages load on the first visit may import it."""
    light = {"entry.py", "pages.py", "mount.py", "sign_in_page.py", "safe_html.py", "__init__.py"}
    assert light <= {file.name for file in FILES}
    for file in FILES:
        if file.name in light:
            assert not {name for name in imported(file) if name.startswith(("gradio", "plotly"))}, file.name
    everywhere = (ROOM.parent, ROOM.parents[1] / "assistant", ROOM.parents[1] / "knowledge")
    for file in (file for root in everywhere for file in root.rglob("*.py") if ROOM not in file.parents):
        assert not {name for name in imported(file) if name.split(".")[0] == "gradio"}, file
