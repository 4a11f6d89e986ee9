"""The report of a run for people: one HTML page with nothing outside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from eval.results import CaseResult, Figure, Results, figures

_STYLE = """body{font:15px/1.6 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse;margin:.5rem 0 1rem}th,td{border-bottom:1px solid #d8dee6;padding:.25rem .7rem;text-align:left;
vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}.note{color:#5b6675;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{background:#14181d;color:#dfe5ec}th,td{border-color:#39424d}.note{color:#9aa6b4}}"""
_PER_SUITE = 200


def page(runs: Sequence[Results], titles: Mapping[str, str], faults: Mapping[str, str]) -> str:
    """`titles` by suite; `faults` says why a suite could not be run."""
    failed = "".join(
        f"<h2>{_suite(name, titles)}</h2><p>未能运行：{escape(why)}</p>" for name, why in faults.items()
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>八桂智融评测报告</title>'
        f"<style>{_STYLE}</style></head><body><h1>八桂智融评测报告</h1>"
        '<p class="note">各项为已评分问题的平均值（0 至 1）；“未评分”不是错误，不计入平均值。</p>'
        f"{''.join(_section(run, titles) for run in runs)}{failed}</body></html>\n"
    )


def _suite(name: str, titles: Mapping[str, str]) -> str:
    return escape(f"{titles.get(name, name)}（{name}）")


def _section(run: Results, titles: Mapping[str, str]) -> str:
    header = run.header
    versions = "，".join(f"{name} {value}" for name, value in header.versions.items())
    settings = json.dumps(dict(header.settings), ensure_ascii=False)
    return (
        f"<h2>{_suite(header.suite, titles)}</h2>"
        f'<p class="note">{header.started:%Y-%m-%d %H:%M} UTC；{len(run.cases)} 题；{escape(versions)}<br>'
        f"{escape(settings)}</p>{_figures(run)}{_failures(run.cases)}"
    )


def _figures(run: Results) -> str:
    kinds = sorted({case.kind for case in run.cases})
    by_kind = [
        {
            one.scorer: one
            for one in figures(replace(run, cases=tuple(c for c in run.cases if c.kind == kind)))
        }
        for kind in kinds
    ]
    shown = kinds if len(kinds) > 1 else []
    heads = "".join(f"<th>{escape(kind) or '-'}</th>" for kind in shown)
    rows = "".join(
        f'<tr><td>{escape(one.scorer)}</td><td class="n">{_mean(one)}</td><td class="n">{one.scored}</td>'
        f'<td class="n">{one.not_scored}</td>'
        + "".join(f'<td class="n">{_mean(kind.get(one.scorer))}</td>' for kind in by_kind if shown)
        + "</tr>"
        for one in figures(run)
    )
    return f"<table><tr><th>评分项</th><th>平均</th><th>已评分</th><th>未评分</th>{heads}</tr>{rows}</table>"


def _mean(figure: Figure | None) -> str:
    return "-" if figure is None or figure.mean is None else f"{figure.mean:.3f}"


def _failures(cases: Sequence[CaseResult]) -> str:
    """What did not reach the full score, or could not be run."""
    rows = []
    for case in cases:
        low = {name: one for name, one in case.scores.items() if one.value is not None and one.value < 1}
        if not low and not case.error:
            continue
        said = "<br>".join(
            escape(f"{name} {one.value:.2f} {one.explanation}".rstrip()) for name, one in low.items()
        )
        rows.append(
            f'<tr><td>{escape(case.id)}</td><td>{escape(case.error) or said}</td><td class="note">{escape(case.output)}</td></tr>'
        )
    if not rows:
        return ""
    more = f"<p>另有 {len(rows) - _PER_SUITE} 题，见结果文件。</p>" if len(rows) > _PER_SUITE else ""
    table = "<tr><th>问题</th><th>评分</th><th>输出</th></tr>" + "".join(rows[:_PER_SUITE])
    return f"<details><summary>未得满分的 {len(rows)} 题</summary><table>{table}</table>{more}</details>"
