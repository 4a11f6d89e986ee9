"""The corpus of hostile answers, the same for every surface that shows one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "attacks"


@dataclass(frozen=True, slots=True)
class Attack:
    id: str
    text: str


ATTACKS = tuple(
    Attack(case["id"], case["text"])
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
)
