"""The interface texts: one catalogue, Chinese and English.

`python -m serve.texts` writes the widget's part of it, `--check` says whether that is up to date. The fixed words of
data, which is Chinese, are there as well: `word` gives the reader's.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistant.conversation import Locale

WIDGET_PART = Path(__file__).parent / "widget" / "texts.json"

_FIELD = re.compile(r"\{\w+\}")
_DATES = frozenset({"{start}", "{end}", "{day}", "{year}", "{month}"})

Entries = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language. A name that is not in the catalogue is a programmer's error: `KeyError`."""

    language: Locale
    entries: Mapping[str, str]

    def __call__(self, name: str, **values: object) -> str:
        text = self.entries[name]
        return text.format(**values) if values else text

    def named(self, group: str, value: str | None) -> str:
        """The text of a coded value, such as `legal_in_force`; nothing for none."""
        return self(f"{group}_{value}") if value else ""

    def word(self, text: str) -> str:
        """A fixed word of the data in the reader's language, such as a stage or a unit; any other text as it is."""
        if self.language == "zh" or not text:
            return text
        known = words()
        if text in known:
            return known[text]
        for pattern, wording in _patterns():
            if found := pattern.fullmatch(text):
                return wording.format(**{name: self.word(part) for name, part in found.groupdict().items()})
        listed = text.split("、")
        return ", ".join(known[one] for one in listed) if all(one in known for one in listed) else text

    def tool(self, name: str, title: str = "") -> str:
        """A tool's name for people; `title` is its own, in Chinese."""
        return self.entries.get(f"tool_{name}", title or name)

    def part(self, name: str) -> str:
        """A part of the server that is degraded, for people."""
        return self.entries.get(f"part_{name}", name)

    def error(self, code: str, message: str) -> str:
        """An error as a person is told it: the server's own words in Chinese, else the text of its code."""
        return message if self.language == "zh" and message else self.entries.get(f"error_{code}", message)


@cache
def catalogue() -> Mapping[str, Entries]:
    """The entries of `texts.yaml` by who says them: `both`, `workbench`, `widget`, `reference`. No name is in two of them."""
    return {part: entries for part, entries in _file().items() if part != "words"}


@cache
def words() -> Mapping[str, str]:
    """The fixed words of the data by their Chinese, in English. The same word has one English wherever it stands."""
    return {zh: en for group in _file()["words"].values() for zh, en in group.items()}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Words with a part that varies; of two that fit, the one that fixes more of the text comes first."""
    varying = sorted((zh for zh in words() if "{" in zh), key=lambda zh: -len(_FIELD.sub("", zh)))
    return tuple(
        (re.compile("".join(_part(piece) for piece in re.split(r"(\{\w+\})", zh))), words()[zh])
        for zh in varying
    )


def _part(piece: str) -> str:
    if not _FIELD.fullmatch(piece):
        return re.escape(piece)
    # A period is made of dates; any other sentence with its words is no period.
    return f"(?P<{piece[1:-1]}>{'[0-9年月日-]+' if piece in _DATES else '.+'})"


@cache
def _file() -> dict[str, dict[str, dict[str, str]]]:
    read: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
        Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8")
    )
    return read


@cache
def texts(language: Locale) -> Texts:
    parts = catalogue().values()
    return Texts(language, {name: entry[language] for part in parts for name, entry in part.items()})


def widget_part() -> str:
    """What the widget's source reads: its own texts and the shared ones, as JSON."""
    entries = {**catalogue()["both"], **catalogue()["widget"]}
    rows = (
        f"  {json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}" for name, entry in entries.items()
    )
    return "{\n" + ",\n".join(rows) + "\n}\n"


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        fresh = WIDGET_PART.read_text(encoding="utf-8") == widget_part()
        if not fresh:
            sys.stderr.write("serve/widget/texts.json is out of date: run `make docs`\n")
        return 0 if fresh else 1
    WIDGET_PART.write_text(widget_part(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
