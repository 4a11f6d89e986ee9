"""How the assistant's rooms hang together: `python -m eval.structure`.

A room is a direct child of `assistant/`, module or package; an arrow is a pair of rooms of which one imports the other
at run time. `tests/test_structure.py` holds the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import grimp

PACKAGE = "assistant"


@dataclass(frozen=True, slots=True)
class Structure:
    """Names of the rooms, which of them are single modules, and the pairs (importer, imported)."""

    rooms: frozenset[str]
    modules: frozenset[str]
    arrows: frozenset[tuple[str, str]]


def structure() -> Structure:
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=True)
    rooms = {child.removeprefix(f"{PACKAGE}.") for child in graph.find_children(PACKAGE)}
    root = Path(__file__).parents[1] / PACKAGE
    arrows = {
        (_room(importer), _room(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if importer != PACKAGE and imported != PACKAGE and _room(importer) != _room(imported)
    }
    modules = {room for room in rooms if (root / f"{room}.py").exists()}
    return Structure(frozenset(rooms), frozenset(modules), frozenset(arrows))


def _room(module: str) -> str:
    return module.split(".")[1]


def main() -> None:
    found = structure()
    print(
        f"{len(found.rooms)} rooms, {len(found.modules)} of them single modules, {len(found.arrows)} arrows"
    )
    for room in sorted(found.rooms):
        print(f"  {room}: {', '.join(sorted(to for start, to in found.arrows if start == room)) or '-'}")


if __name__ == "__main__":
    main()
