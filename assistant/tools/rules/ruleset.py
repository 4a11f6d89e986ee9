"""A rule set as values: its head with dates and authority, its clauses, inputs and tests, and which version holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, TypeVar

from assistant.document import Authority, Confidence, LegalStatus, legal_status

STRICT: Mapping[str, Any] = {"extra": "forbid"}
"""For `__pydantic_config__`: a file may hold nothing that its shape does not name (see `load.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The head that every rule set has. `effective_to` is the last day in force, an unknown date is `None`."""

    __pydantic_config__: ClassVar[Any] = STRICT

    id: str
    version: str
    title: str
    aliases: tuple[str, ...]
    authority: Authority
    document: str
    jurisdiction: str
    issued: date | None
    effective_from: date | None
    effective_to: date | None
    confidence: Confidence

    def status(self, as_of: date) -> LegalStatus:
        return legal_status(self.effective_from, self.effective_to, as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    __pydantic_config__: ClassVar[Any] = STRICT

    document: str
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What a condition or a rate may ask for."""

    __pydantic_config__: ClassVar[Any] = STRICT

    label: str
    type: Literal["bool", "money", "percent", "int", "choice", "list"]
    unit: str = ""
    choices: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A test over the inputs: one comparison, or `any`/`all` of several."""

    __pydantic_config__: ClassVar[Any] = STRICT

    input: str | None = None
    op: Literal["eq", "ne", "gt", "ge", "lt", "le", "in"] | None = None
    value: Any = None
    any: tuple[When, ...] = ()
    all: tuple[When, ...] = ()

    def __post_init__(self) -> None:
        if sum((self.input is not None, bool(self.any), bool(self.all))) != 1:
            raise ValueError("a test is one comparison, or any, or all")
        if self.input is not None and self.op is None:
            raise ValueError("a comparison needs op")

    def inputs(self) -> tuple[str, ...]:
        named = (self.input,) if self.input else ()
        return named + tuple(name for part in (*self.any, *self.all) for name in part.inputs())


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition, on one input, with the clause it rests on."""

    __pydantic_config__: ClassVar[Any] = STRICT

    id: str
    label: str
    kind: Literal["flag", "max", "min", "one_of", "eligible_label"]
    input: str
    value: Any
    unit: str | None = None
    clause: Clause
    confidence: Confidence


Rules = TypeVar("Rules", bound=RuleSet)


def version_on(versions: Sequence[Rules], as_of: date) -> Rules:
    """The version in force on a day; with none in force the latest that has begun, else the first to come.

    Versions stand oldest first.
    """
    in_force = [rules for rules in versions if rules.status(as_of) == "in_force"]
    if in_force:
        return in_force[-1]
    begun = [rules for rules in versions if rules.effective_from is None or rules.effective_from <= as_of]
    return begun[-1] if begun else versions[0]


def find(
    known: Mapping[str, Sequence[Rules]], name: str, as_of: date, *, preferred: Callable[[Rules], bool]
) -> Rules | None:
    """The rule set meant by an id, title, alias or region; `None` when no name fits.

    The longest name contained in the text wins; then, of the names that contain the text, one of a preferred rule
    set, else the shortest; a region alone means its preferred rule set before any other.
    """
    wanted = _plain(name)
    if not wanted:
        return None
    candidates = [version_on(versions, as_of) for versions in known.values()]
    names = [(alias, rules) for rules in candidates for alias in (rules.id, rules.title, *rules.aliases)]
    for fits in (
        [(len(alias), rules) for alias, rules in names if _plain(alias) == wanted],
        [(len(alias), rules) for alias, rules in names if _plain(alias) in wanted],
        [
            (preferred(rules) * 100 - len(alias), rules)
            for alias, rules in names
            if len(wanted) >= 2 and wanted in _plain(alias)
        ],
        [(int(preferred(rules)), rules) for rules in candidates if rules.jurisdiction in wanted],
    ):
        if fits:
            return max(fits, key=lambda fit: fit[0])[1]
    return None


def _plain(name: str) -> str:
    return "".join(name.split()).replace("人工智能", "AI").upper()
