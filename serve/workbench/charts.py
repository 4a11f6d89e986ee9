"""Charts of tool results: one for each kind of `ToolResult.picture`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from assistant.answer import ToolCall
from serve.desk.turn import Turn
from serve.texts import Texts

if TYPE_CHECKING:
    from assistant.tools.pictures import Fan, Radar, Waterfall

INK, MUTED, GRID = "#1d2b36", "#5d6f7c", "#e3e9ed"
LINE, BAND, SOFT, LOSS = "#0f5c5c", "rgba(15,92,92,0.16)", "#8aa5b4", "#b4532a"
_FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif'


def chart_of(turn: Turn, texts: Texts) -> go.Figure | None:
    """The chart of the last tool result of an answer that has one."""
    calls: tuple[ToolCall, ...] = turn.answer.tool_calls if turn.answer else ()
    for call in reversed(calls):
        if call.result is not None and call.result.picture is not None:
            figure = figure_of(call.result.picture, texts)
            if figure is not None:
                return figure
    return None


def figure_of(picture: Mapping[str, Any], texts: Texts) -> go.Figure | None:
    """The figure of chart data by its `kind`; `None` for a kind that is not drawn."""
    draw = _KINDS.get(str(picture.get("kind")))
    return draw(picture, texts) if draw else None


def fan(picture: Fan, texts: Texts) -> go.Figure:
    """Quantiles by month: the band from P10 to P90, the median in it, the median net flow as bars."""
    months = [str(month) for month in picture["months"]]
    need = {name: [float(value) for value in picture["need"][name]] for name in ("p10", "p50", "p90")}
    figure = go.Figure()
    if flow := picture.get("net_flow"):
        values = [float(value) for value in flow["p50"]]
        figure.add_bar(x=months, y=values, name=texts("chart_net_flow"), marker_color="#cdd9df")
    figure.add_scatter(
        x=months, y=need["p90"], mode="lines", line_width=0, showlegend=False, hoverinfo="skip"
    )
    figure.add_scatter(
        x=months, y=need["p10"], mode="lines", line_width=0, fill="tonexty", fillcolor=BAND,
        name=texts("chart_fan_range"), hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=months, y=need["p50"], mode="lines+markers", name=texts("chart_fan_p50"),
        line={"color": LINE, "width": 2.5}, marker={"size": 6},
        customdata=list(zip(need["p10"], need["p90"], strict=True)),
        hovertemplate="%{x}<br>P50 %{y}<br>P10 %{customdata[0]} · P90 %{customdata[1]}<extra></extra>",
    )  # fmt: skip
    return _dressed(figure, texts("chart_fan"))


def radar(picture: Radar, texts: Texts) -> go.Figure:
    """One axis for each domain; a domain that was not read is named under the chart, not drawn as zero."""
    axes = [_wrapped(texts.word(str(axis)), 7) for axis in picture["axes"]]
    values = picture["values"]
    read = [(axis, float(value)) for axis, value in zip(axes, values, strict=True) if value is not None]
    unread = [axis for axis, value in zip(axes, values, strict=True) if value is None]
    around = [*read, *read[:1]]
    figure = go.Figure()
    figure.add_scatterpolar(
        r=[value for _, value in around], theta=[axis for axis, _ in around],
        fill="toself", fillcolor=BAND, line={"color": LINE, "width": 2}, mode="lines+markers",
        hovertemplate="%{theta} %{r}<extra></extra>", showlegend=False,
    )  # fmt: skip
    low, high = picture.get("range", [0, 100])
    figure.update_polars(
        radialaxis={
            "range": [low, high], "gridcolor": GRID, "linecolor": GRID, "angle": 90, "tickangle": 90, "nticks": 3,
            "tickfont": {"size": 10, "color": MUTED},
        },
        angularaxis={
            "categoryarray": axes, "categoryorder": "array", "gridcolor": GRID, "linecolor": GRID, "tickfont": {"size": 12}
        },
        bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    dressed = _dressed(figure, texts("chart_radar"))
    if unread:
        missing = texts("chart_radar_missing", names=texts("list_mark").join(unread).replace("<br>", " "))
        dressed.add_annotation(
            text=missing, x=0.5, y=-0.16, xref="paper", yref="paper", showarrow=False, font={"size": 11, "color": MUTED}
        )  # fmt: skip
    dressed.update_layout(margin={"l": 56, "r": 56, "t": 56, "b": 44})
    return dressed


def waterfall(picture: Waterfall, texts: Texts) -> go.Figure:
    """Amounts that add up from left to right; a step is relative, or a total that stands by itself."""
    steps = picture["steps"]
    amounts = [float(step["amount"]) for step in steps]
    figure = go.Figure()
    figure.add_waterfall(
        x=[_wrapped(texts.word(str(step["label"]))) for step in steps],
        y=amounts,
        measure=["absolute" if step.get("total") else "relative" for step in steps],
        text=[str(step["amount"]) for step in steps],
        textposition="outside",
        connector={"line": {"color": SOFT, "width": 1}},
        decreasing={"marker": {"color": LOSS}},
        increasing={"marker": {"color": LINE}},
        totals={"marker": {"color": LINE}},
        hovertemplate="%{x} %{text}<extra></extra>",
        cliponaxis=False,
    )
    dressed = _dressed(figure, texts("chart_waterfall"))
    dressed.update_xaxes(tickangle=0)
    dressed.update_yaxes(range=[0, max(amounts) * 1.15])
    return dressed


def _wrapped(label: str, characters: int = 5) -> str:
    """Lines of so many Chinese characters, or as wide in letters: labels then stand upright side by side."""
    return "<br>".join(wrap(label, characters * 2 if label.isascii() else characters))


_KINDS: dict[str, Callable[[Any, Texts], go.Figure]] = {
    "fan": fan,
    "radar": radar,
    "waterfall": waterfall,
}


def _dressed(figure: go.Figure, title: str) -> go.Figure:
    figure.update_layout(
        template="none",
        title={"text": title, "x": 0.02, "xanchor": "left", "y": 0.97, "font": {"size": 14, "color": INK}},
        font={"family": _FONT, "size": 12, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        height=300,
        margin={"l": 48, "r": 16, "t": 44, "b": 56},
        legend={"orientation": "h", "x": 0, "y": -0.18, "font": {"size": 11}},
        xaxis={"type": "category", "showgrid": False, "linecolor": GRID, "tickfont": {"size": 11}},
        yaxis={"gridcolor": GRID, "zerolinecolor": SOFT, "tickfont": {"size": 11}},
        bargap=0.45,
    )
    return figure
