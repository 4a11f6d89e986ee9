"""What a tool is given: a frozen model whose fields each say what they mean, and the kinds of values they share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.tools.argument import Arg


class ToolInputs(BaseModel):
    """The inputs of one tool; every field is `Annotated[..., Arg(...)]`, and what is unknown is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def meanings(model: type[ToolInputs]) -> dict[str, Arg]:
    """The `Arg` of each field. Raises `TypeError` for a field that has none."""
    found: dict[str, Arg] = {}
    for name, declared in model.model_fields.items():
        arg = next((item for item in declared.metadata if isinstance(item, Arg)), None)
        if arg is None:
            raise TypeError(f"{model.__name__}.{name} has no Arg in its annotation")
        found[name] = arg
    return found


Money = Annotated[Decimal, Field(ge=0, le=100_000_000, allow_inf_nan=False)]
"""万元."""
Days = Annotated[Decimal, Field(ge=0, le=3600, allow_inf_nan=False)]
Months = Annotated[int, Field(ge=0, le=2400)]
EnterpriseNamed = Annotated[
    str | None,
    Field(max_length=100),
    Arg("企业（名称、简称或统一社会信用代码）", "enterprise", ("企业", "公司", "客户", "这家", "该户")),
]
