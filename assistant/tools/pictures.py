"""The charts that a result may carry in `ToolResult.picture`: data as JSON has them, amounts as decimal text."""

from __future__ import annotations

from typing import Literal, TypedDict


class Quantiles(TypedDict):
    """Amounts in 万元 by month, of the 10th, 50th and 90th percentile."""

    p10: list[str]
    p50: list[str]
    p90: list[str]


class Fan(TypedDict):
    """A forecast by month: the need up to each month, and the net flow of each."""

    kind: Literal["fan"]
    months: list[str]
    unit: str
    need: Quantiles
    net_flow: Quantiles


class Radar(TypedDict):
    """One value for each axis within `range`; `None` where the axis was not read."""

    kind: Literal["radar"]
    axes: list[str]
    values: list[int | None]
    range: list[int]
    note: str


class Step(TypedDict):
    """One bar: an amount relative to the bar before it, or a `total` that stands by itself."""

    label: str
    amount: str
    total: bool


class Waterfall(TypedDict):
    kind: Literal["waterfall"]
    unit: str
    steps: list[Step]


Picture = Fan | Radar | Waterfall
