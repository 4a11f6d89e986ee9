"""A case: one question of a suite, in whose place it is asked, and what is expected of what comes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.principal import Role


@dataclass(frozen=True, slots=True)
class Case:
    """`expected` is read by the suite's scorers alone. `kind` groups cases of one suite and changes no score.

    `as_of` unset means what it means for every question: a day named in it, else today.
    """

    id: str
    question: str
    expected: Mapping[str, Any] = field(default_factory=dict)
    role: Role = "rm"
    as_of: date | None = None
    kind: str = ""

    def digest(self) -> str:
        """Of what is asked and expected: two runs can be compared only where it is the same."""
        said = [self.question, self.role, self.as_of, dict(self.expected)]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]
