"""Rule files as validated values. A file that breaks the schema is refused with its name and the first fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from assistant.content import content_path
from assistant.errors import ConfigurationError

Shape = TypeVar("Shape")


def rules_path() -> Path:
    """The folder of the shipped rule sets."""
    return content_path("rules")


def load_rules(path: Path, shape: type[Shape]) -> Shape:
    """Read one YAML file as `shape`, a dataclass. Raises `ConfigurationError` naming the file and what is wrong in it."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(shape).validate_python(data)
    except FileNotFoundError as error:
        raise ConfigurationError(f"规则文件缺失：{path.name}", code="rules_missing") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"规则文件 {path.name} 不是有效的 YAML", code="rules_invalid") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"规则文件 {path.name} 的 {where}：{first['msg']}", code="rules_invalid"
        ) from error
