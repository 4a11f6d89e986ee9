"""What a caller sends to have one tool run, and what of the run it is shown; the same over HTTP and MCP."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr

SHOWN = {"id", "name", "ok", "result", "error"}


class Beside(BaseModel):
    """What the run is about: an enterprise (name or credit code) and the day for which rules are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    enterprise: StrictStr | None = Field(default=None, max_length=200)
    as_of: date | None = None


class ToolRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    arguments: dict[str, Any] = Field(default_factory=dict)
    bagui: Beside = Beside()
