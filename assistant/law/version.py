"""What can be said of one version of a text of law: its name, its days, what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.law.notices import chinese_day
from assistant.store import versions
from assistant.store.versions import StoredVersion


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and the version it rests on; none for one about what is not held."""

    text: str
    version: StoredVersion | None = None
    missing: str = ""


def version_name(version: StoredVersion) -> str:
    number = version.doc_no if version.doc_no and version.doc_no not in version.title else ""
    return f"《{version.title}》{number and f'（{number}）'}"


def life(version: StoredVersion) -> str:
    start = (
        f"自{chinese_day(version.effective_from)}起施行" if version.effective_from else "施行日期本库没有记载"
    )
    return f"{start}，有效至{chinese_day(version.effective_to)}" if version.effective_to else start


def start_of(version: StoredVersion) -> date:
    """For an order by age."""
    return version.effective_from or version.issued or date.min


def end_of(version: StoredVersion, others: Iterable[StoredVersion]) -> date | None:
    """The first day on which it no longer counts: after its own last day, else as a successor starts."""
    if version.effective_to is not None:
        return version.effective_to + timedelta(days=1)
    after = versions.replaced_by(version, others)
    return after[0].effective_from if after else None
