"""The suites: their cases can be told apart, and a small one runs from question to results file."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import InvalidRequest, NotFound
from assistant.settings import Settings, load_settings
from eval import answers, hundred, retrieval_builtin, routing
from eval.case import Case
from eval.report import page
from eval.results import CaseResult, figures, read, write
from eval.run import OUTPUT_CHARS, run_suite
from eval.score import NOT_SCORED, Output, Scorer, yes
from eval.suite import Ground, NotRun, Subject, Suite
from eval.suites import LAWS, SUITES, chosen

TEXTS = ("为了规范经营，根据有关法律，制定本条例。", "经营者应当登记。", "本条例自2020年3月1日起施行。")
ARTICLES = [
    {"no": f"第{numeral}条", "n": n, "path": [], "text": text}
    for n, (numeral, text) in enumerate(zip("一二三", TEXTS, strict=True), 1)
]
LAW = {"law_id": "X1", "title": "示例条例", "issued": ["2020年1月1日公布"], "articles": ARTICLES}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", embedded={"enabled": False})


def by_id(cases: tuple[CaseResult, ...]) -> dict[str, CaseResult]:
    return {case.id: case for case in cases}


@asynccontextmanager
async def spoken(_: Ground) -> AsyncIterator[Subject]:
    async def ask(case: Case) -> Output:
        if case.id == "fails":
            raise NotRun("模型没有回应")
        return Output("三年 " * OUTPUT_CHARS, case.id, {"search": 1.234})

    yield Subject(ask, {"index": "i@1"}, {"k": 3})


TINY = Suite(
    "tiny",
    "小",
    lambda _: [
        Case("right", "甲"),
        Case("wrong", "<乙>", kind="odd"),
        Case("other", "丙"),
        Case("fails", "丁"),
    ],
    spoken,
    (
        Scorer(
            "says", lambda case, out: NOT_SCORED if case.id == "other" else yes(out.found == "right", "<错>")
        ),
    ),
)


async def test_a_run_is_a_file_with_versions_settings_and_every_case(
    settings: Settings, tmp_path: Path
) -> None:
    heard: list[tuple[int, int]] = []
    results = await run_suite(TINY, Ground(settings), lambda done, of: heard.append((done, of)))
    write(results, tmp_path / "run.jsonl")
    assert read(tmp_path / "run.jsonl") == results
    assert {"program", "index", "prompt", "python"} <= set(results.header.versions)
    assert results.header.settings == {"k": 3, "cases": 4}
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]
    right = by_id(results.cases)["right"]
    assert (
        len(right.output) == OUTPUT_CHARS
        and right.timings_ms["search"] == 1.2
        and "total" in right.timings_ms
    )


async def test_a_case_that_fails_is_not_scored_and_says_why(settings: Settings) -> None:
    results = await run_suite(TINY, Ground(settings))
    failed = by_id(results.cases)["fails"]
    assert failed.scores["says"].value is None and failed.error == "模型没有回应"
    (says,) = figures(results)
    assert (says.mean, says.scored, says.not_scored) == (0.5, 2, 2)


async def test_the_report_names_what_went_wrong_and_is_one_page(settings: Settings) -> None:
    results = await run_suite(TINY, Ground(settings))
    html = page([results], {"tiny": "小"}, {"answers": "没有<模型>"})
    assert "小（tiny）" in html and "0.500" in html and "模型没有回应" in html and "没有&lt;模型&gt;" in html
    assert "&lt;错&gt;" in html and "<错>" not in html
    assert "http" not in html and "src=" not in html


async def test_search_over_the_built_in_knowledge_is_scored(settings: Settings) -> None:
    wanted = ("流贷最多能贷几年", "姚明身高多少")
    cases = [case for case in retrieval_builtin.read_cases() if case.question in wanted]
    lost = Case(
        "lost", "流贷最多能贷几年", {"documents": ["no-such"], "locator": ""}, as_of=retrieval_builtin.DAY
    )
    suite = replace(SUITES["retrieval"], cases=lambda _: [*cases, lost])
    found = by_id((await run_suite(suite, Ground(settings))).cases)
    inside, foreign = (found[name].scores for name in wanted)
    assert (inside["reciprocal_rank"].value, inside["kept"].value, inside["refused"].value) == (1, 1, None)
    assert foreign["reciprocal_rank"].value is None and foreign["refused"].value is not None
    assert found["lost"].scores["hit_at_5"].value == 0 and found["lost"].scores["reciprocal_rank"].explanation
    assert not settings.home_path.exists()


async def test_whole_answers_are_scored_and_the_home_is_not_touched(settings: Settings) -> None:
    wanted = ("流贷最多能贷几年", "姚明身高多少")
    cases = [case for case in retrieval_builtin.read_cases(day=None) if case.question in wanted]
    results = await run_suite(replace(answers.SUITE, cases=lambda _: cases), Ground(settings))
    found = by_id(results.cases)
    inside, foreign = (found[name].scores for name in wanted)
    assert inside["right_section_cited"].value == 1 and inside["nothing_cited"].value is None
    assert foreign["right_section_cited"].value is None and foreign["nothing_cited"].value in (0, 1)
    assert results.header.settings["embedded_model"] == ""
    assert not settings.home_path.exists()


async def test_without_a_model_the_router_alone_is_scored(settings: Settings) -> None:
    first = replace(routing.SUITE, cases=lambda ground: routing.SUITE.cases(ground)[:2])
    for suite, router, model in (
        (first, "router", "model"),
        (hundred.SUITE, "router_tool_name", "model_tool_name"),
    ):
        shown = {one.scorer: one for one in figures(await run_suite(suite, Ground(settings)))}
        assert shown[router].scored > 0 and (shown[router].mean or 0) > 0.5
        assert shown[model].scored == 0 and shown[model].mean is None


async def test_laws_are_split_and_scored(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / LAWS).parent.mkdir()
    with gzip.open(tmp_path / LAWS, "wt", encoding="utf-8") as file:
        file.write(json.dumps(LAW, ensure_ascii=False))
    (suite,) = chosen(["statutes"], tmp_path)
    shown = figures(await run_suite(suite, Ground(settings, tmp_path)))
    assert {one.scorer: (one.mean, one.scored) for one in shown} == dict.fromkeys(
        ("articles_exact", "articles_placed", "law_whole"), (1.0, 5)
    )


@pytest.mark.parametrize("name", [name for name in SUITES if name != "statutes"])
def test_cases_and_scorers_of_a_suite_can_be_told_apart(name: str, settings: Settings) -> None:
    suite = SUITES[name]
    cases = suite.cases(Ground(settings))
    assert len({case.id for case in cases}) == len(cases) >= 100
    assert len({scorer.name for scorer in suite.scorers}) == len(suite.scorers)


def test_the_suites_by_default_need_nothing_outside(tmp_path: Path) -> None:
    assert [suite.name for suite in chosen([], None)] == ["retrieval", "hundred", "routing", "answers"]
    with pytest.raises(NotFound, match="retrieval_laws"):
        chosen(["nonsense"], None)
    for data in (None, tmp_path):
        with pytest.raises(InvalidRequest, match="--data"):
            chosen(["retrieval", "statutes"], data)
