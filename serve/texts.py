"""The interface texts: one catalogue, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language. A name that is not in the catalogue is a programmer's error: `KeyError`."""

    language: Language
    entries: Mapping[str, str]

    def __call__(self, name: str, **values: object) -> str:
        text = self.entries[name]
        return text.format(**values) if values else text

    def named(self, group: str, value: str | None) -> str:
        """The text of a coded value, such as `legal_in_force`; nothing for none."""
        return self(f"{group}_{value}") if value else ""


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every entry with its languages, as written in `texts.yaml`."""
    read: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8")
    )
    return read


@cache
def texts(language: Language) -> Texts:
    return Texts(language, {name: entry[language] for name, entry in catalogue().items()})
