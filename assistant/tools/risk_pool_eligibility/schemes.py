"""The schemes that are held, each in its versions, and which one a name means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from assistant.errors import ConfigurationError
from assistant.tools.risk_pool_eligibility.scheme import Scheme
from assistant.tools.rules.load import load_rules, rules_path
from assistant.tools.rules.ruleset import find

Schemes = Mapping[str, tuple[Scheme, ...]]


def load_schemes(folder: Path) -> dict[str, tuple[Scheme, ...]]:
    """Every scheme of a folder by id, versions oldest first. Raises `ConfigurationError` for a broken file."""
    found: dict[str, list[Scheme]] = {}
    for path in sorted(folder.glob("*.yaml")):
        scheme = load_rules(path, Scheme)
        found.setdefault(scheme.id, []).append(scheme)
    if not found:
        raise ConfigurationError(f"规则目录 {folder.name} 中没有规则文件", code="rules_missing")
    return {
        identity: tuple(sorted(versions, key=lambda s: s.effective_from or date.min))
        for identity, versions in found.items()
    }


@cache
def schemes() -> dict[str, tuple[Scheme, ...]]:
    return load_schemes(rules_path() / "pools")


def find_scheme(known: Schemes, name: str, as_of: date) -> Scheme | None:
    """The scheme meant by a name, alias or region; the home region's own scheme goes before a proposal."""
    return find(known, name, as_of, preferred=lambda scheme: scheme.at_home)
