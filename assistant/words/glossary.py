"""The field's terms: their other names, and what they must not be taken for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.content import content_path
from assistant.errors import ConfigurationError


class Term(BaseModel):
    """One term. `aliases` may be asked for; `forbidden` is what it must not be called or be confused with."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    term: str = Field(min_length=1)
    en: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = Field(default=(), alias="not")
    note: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        return (self.term, *self.aliases)

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The names without letter case."""
        return tuple(name.upper() for name in self.names)


@dataclass(frozen=True)
class Glossary:
    terms: tuple[Term, ...]

    @cached_property
    def _by_letter(self) -> Mapping[str, Sequence[tuple[str, Term]]]:
        """The names that begin with a letter, in the order of the terms; case folded."""
        found: dict[str, list[tuple[str, Term]]] = defaultdict(list)
        for term in self.terms:
            for name in term.folded:
                found[name[:1]].append((name, term))
        return dict(found)

    def find(self, name: str) -> Term | None:
        """The term with this name or alias; letter case does not matter."""
        wanted = name.strip().upper()
        own = next((term for term in self.terms if term.term.upper() == wanted), None)
        return own or next((t for t in self.terms if wanted in {alias.upper() for alias in t.aliases}), None)

    def in_text(self, text: str) -> tuple[Term, ...]:
        """The terms that a text names, in order; a name inside a longer one that was named does not count."""
        folded = text.upper()
        found = [
            (start, start + len(name), term)
            for start, letter in enumerate(folded)
            for name, term in self._by_letter.get(letter, ())
            if folded.startswith(name, start)
        ]
        whole = [
            (start, term)
            for start, end, term in found
            if not any(a <= start and end <= b and b - a > end - start for a, b, _ in found)
        ]
        ordered = (term for _, term in sorted(whole, key=lambda pair: pair[0]))
        return tuple(dict.fromkeys(ordered))


def load_glossary(path: Path) -> Glossary:
    """Read a glossary file. Raises `ConfigurationError` for a broken one and for a name that means two terms."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        terms = TypeAdapter(tuple[Term, ...]).validate_python(data)
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(f"术语表 {path.name} 格式不对", code="glossary_invalid") from error
    except FileNotFoundError as error:
        raise ConfigurationError(f"术语表缺失：{path.name}", code="glossary_missing") from error
    seen: set[str] = set()
    for name in (name for term in terms for name in dict.fromkeys(term.names)):
        if name in seen:
            raise ConfigurationError(f"术语表中“{name}”指两个术语", code="glossary_invalid")
        seen.add(name)
    return Glossary(terms)


@cache
def glossary() -> Glossary:
    return load_glossary(content_path("glossary.yaml"))


@lru_cache(maxsize=32)
def expand(query: str, terms: Glossary | None = None) -> str:
    """The query followed by the fuller names of the terms it names, for searching; unchanged where there are none.

    南A中心 brings the full names of both institutions, 流贷 brings 流动资金贷款. Shorter names are not added:
    documents write the full one, and short ones only bring other documents in.
    """
    known = terms or glossary()
    upper = query.upper()
    added: list[str] = []
    for term in known.in_text(query):
        used = max(len(name) for name in term.names if name.upper() in upper)
        added += [name for name in term.names if len(name) > used]
    return " ".join([query, *dict.fromkeys(added)])
