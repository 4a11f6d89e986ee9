"""Figures from pictures: what is drawn, and what is left undrawn."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answer import Answer, ToolCall, ToolResult
from serve.desk.turn import Turn
from serve.texts import texts
from serve.workbench.charts import chart_of, figure_of

ZH = texts("zh")
DAY = date(2026, 11, 23)
FAN = {
    "kind": "fan",
    "months": ["2026-10", "2026-11"],
    "unit": "万元",
    "need": {"p10": ["1.0", "2.0"], "p50": ["3.0", "4.0"], "p90": ["5.0", "6.0"]},
    "net_flow": {"p10": ["-2", "-2"], "p50": ["-1", "1"], "p90": ["0", "2"]},
}
RADAR = {
    "kind": "radar",
    "axes": ["工商登记", "税务", "海关进出口"],
    "values": [100, None, 40],
    "range": [0, 100],
    "note": "仅供浏览",
}
WATERFALL = {
    "kind": "waterfall",
    "unit": "万元",
    "steps": [
        {"label": "净损失", "amount": "200.00", "total": True},
        {"label": "银行承担", "amount": "-100.00"},
        {"label": "补偿", "amount": "100.00", "total": True},
    ],
}


def test_a_fan_shows_the_median_inside_its_band():
    figure = figure_of(FAN, ZH)
    assert figure is not None
    median = next(trace for trace in figure.data if trace.name == "中位数 P50")
    assert list(median.y) == [3.0, 4.0] and list(median.x) == ["2026-10", "2026-11"]
    assert figure.layout.xaxis.type == "category"
    band = next(trace for trace in figure.data if getattr(trace, "fill", None) == "tonexty")
    assert list(band.y) == [1.0, 2.0]


def test_a_domain_that_was_not_read_is_named_and_not_zero():
    figure = figure_of(RADAR, ZH)
    assert figure is not None
    (trace,) = figure.data
    assert list(trace.theta) == ["工商登记", "海关进出口", "工商登记"] and 0 not in trace.r
    assert "税务" in figure.layout.annotations[0].text


def test_a_waterfall_keeps_the_amounts_as_given():
    figure = figure_of(WATERFALL, ZH)
    assert figure is not None
    assert list(figure.data[0].measure) == ["absolute", "relative", "absolute"]
    assert list(figure.data[0].text) == ["200.00", "-100.00", "100.00"]


@pytest.mark.parametrize("picture", [{"kind": "pie"}, {}])
def test_an_unknown_picture_is_not_drawn(picture):
    assert figure_of(picture, ZH) is None


def test_figures_ask_nobody_for_anything():
    for picture in (FAN, RADAR, WATERFALL):
        made = figure_of(picture, ZH)
        assert made is not None and "http" not in made.to_json() and not made.layout.images


def test_the_last_tool_with_a_picture_is_shown():
    def call(name: str, picture: dict | None) -> ToolCall:
        return ToolCall(
            id=name, name=name, arguments={}, ok=True, result=ToolResult(as_of=DAY, picture=picture)
        )

    calls = (call("a", RADAR), call("b", FAN), call("c", None))
    answer = Answer(id="x", text="", status="answered", as_of=DAY, tool_calls=calls)
    figure = chart_of(Turn(question="q", answer=answer), ZH)
    assert figure is not None and figure.layout.title.text == ZH("chart_fan")
    assert chart_of(Turn(question="q"), ZH) is None
