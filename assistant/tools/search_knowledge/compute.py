"""The passages that a search found, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """One row. `confidence`, `authority` and `status` are `None` where the row does not say; `enterprise` and
    `domain` are set for passages made from enterprise data.
    """

    id: str
    document: str
    title: str
    locator: str
    text: str
    status: str | None
    confidence: Any
    authority: Any
    enterprise: str | None
    domain: str | None

    @property
    def label(self) -> str:
        return f"《{self.title}》{self.locator}"

    @property
    def sentence(self) -> str:
        """The text on one line, closed by a full stop."""
        text = " ".join(self.text.split())
        return text if text.endswith(("。", "！", "？")) else f"{text}。"


def passages(rows: Iterable[Mapping[str, Any]]) -> tuple[FoundPassage, ...]:
    return tuple(
        FoundPassage(
            id=str(row["id"]),
            document=str(row["document_id"]),
            title=str(row["title"]),
            locator=str(row.get("locator") or ""),
            text=str(row["text"]),
            status=row.get("status"),
            confidence=row.get("confidence"),
            authority=row.get("authority"),
            enterprise=row.get("enterprise"),
            domain=row.get("domain"),
        )
        for row in rows
    )
