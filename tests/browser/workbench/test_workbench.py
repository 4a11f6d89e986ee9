"""The workbench in a real browser: what a relationship manager does in a day."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import pytest
from docx import Document
from fake_llm.server import Reply

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
FORECAST = Reply(calls=(("financing_forecast", {"horizon_months": 6}),))
TERM = "流动资金贷款期限最长几年？"


def sign_in(page: Any, site: Any) -> None:
    page.goto(f"{site.url}/workbench")
    page.fill("#name", site.demo["workbench"]["user"])
    page.fill("#password", site.demo["workbench"]["password"])
    page.click("button[type=submit]")
    page.wait_for_selector(".firm", timeout=60_000)
    page.click("#new")
    page.wait_for_selector(".welcome")


def ask(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.click("#ask")


def ended(page: Any, count: int = 1) -> None:
    """Until so many answers stand there with their status."""
    page.wait_for_function(
        "n => document.querySelectorAll('#chat .foot .acts a').length >= n && "
        "document.querySelector('#ask') !== null",
        arg=count,
    )


def test_from_sign_in_to_export_and_opinion(visit, site, llm, screen):
    page = visit()
    page.goto(f"{site.url}/workbench")
    page.wait_for_selector("#password")
    screen(page, "workbench-sign-in")
    sign_in(page, site)
    page.wait_for_timeout(800)
    screen(page, "workbench-welcome")

    page.fill("#search textarea, #search input", "困境期")
    page.wait_for_function(
        "[...document.querySelectorAll('.firm .stage')].every(s => s.innerText === '困境期')"
    )
    assert page.locator(".firm .dot.red").count() == page.locator(".firm").count() > 0
    page.fill("#search textarea, #search input", site.demo["enterprise"])
    page.wait_for_function("document.querySelectorAll('.firm').length === 1")
    page.click(".firm")
    page.wait_for_selector(f".chosen code:text-is('{site.demo['enterprise']}')")

    llm.script.extend([FORECAST, Reply("好的。")])
    ask(page, "这家企业未来6个月的融资需求是多少？")
    ended(page)
    assert page.locator("#chat .thought-group").count() == 1
    assert page.locator("#chat .chip.ai").inner_text() == "由AI生成"
    assert page.locator("#chat .chip.human").count() == 1
    page.wait_for_selector("#chart .js-plotly-plot")
    page.click("#chat a.cite >> nth=0")
    page.wait_for_selector("#evidence .trace")
    assert "须由客户经理" in page.inner_text("#evidence")
    page.wait_for_timeout(1_000)
    screen(page, "workbench-forecast")

    with page.expect_download() as download:
        page.click("#chat .foot >> text=导出Word")
    document = Document(io.BytesIO(download.value.path().read_bytes()))
    assert any("由AI生成" in paragraph.text for paragraph in document.paragraphs)

    page.click("#chat .foot >> text=有问题")
    page.click("#opinion >> text=规定已过时")
    page.click("#send-opinion")
    page.wait_for_selector("#chat .act.on:text-is('有问题')")
    page.click("#chat .foot >> text=有用")
    page.wait_for_selector("#chat .act.on:text-is('有用')")


def test_a_citation_shows_the_passage_between_its_neighbours(visit, site, screen):
    page = visit()
    sign_in(page, site)
    ask(page, TERM)
    ended(page)
    page.click("#chat a.cite >> nth=0")
    page.wait_for_selector("#evidence blockquote")
    shown = page.inner_text("#evidence")
    assert "流动资金贷款管理办法" in shown and "现行有效" in shown and "2024-07-01起" in shown
    page.click("#evidence .beside >> nth=0")
    page.wait_for_timeout(800)
    screen(page, "workbench-evidence")
    page.click("#evidence .all")
    page.wait_for_selector("#evidence .sources")


def test_a_wrong_password_says_no_more_than_wrong(visit, site):
    page = visit()
    said = []
    for name in (site.demo["workbench"]["user"], "nobody"):
        page.goto(f"{site.url}/workbench")
        page.fill("#name", name)
        page.fill("#password", "not the password")
        page.click("button[type=submit]")
        said.append(page.inner_text("[role=alert]"))
    assert said[0] == said[1] == "用户名或密码不正确"
    assert page.request.get(f"{site.url}/workbench/config").status == 401
    assert not page.context.cookies()


def test_an_answer_goes_on_while_the_page_is_reloaded(visit, site, llm):
    page = visit()
    sign_in(page, site)
    llm.mode, llm.delay_s = "slow", 6.0
    ask(page, TERM)
    page.wait_for_selector("#chat .working")
    begun = time.monotonic()
    page.reload()
    page.wait_for_selector("#chat .asked")
    page.wait_for_selector("#chat .working")
    page.wait_for_selector("#stop")
    ended(page)
    assert time.monotonic() - begun < 20
    assert page.locator("#chat .asked").count() == 1
    assert "三年" in page.inner_text("#chat .said")


def test_stop_ends_the_answer(visit, site, llm):
    page = visit()
    sign_in(page, site)
    llm.mode, llm.delay_s = "slow", 15.0
    ask(page, TERM)
    page.click("#stop")
    page.wait_for_selector("#chat .notice:has-text('已停止')", timeout=8_000)
    page.wait_for_selector("#ask")


def test_history_opens_earlier_conversations(visit, site):
    page = visit()
    sign_in(page, site)
    ask(page, "2025年6月的一年期LPR是多少？")
    ended(page)
    page.click("#new")
    page.wait_for_selector(".welcome")
    page.click("#history .thread >> nth=0")
    page.wait_for_selector("#chat .asked")
    assert "LPR" in page.inner_text("#chat .asked")


def test_english(visit, site, screen):
    page = visit(locale="en-US")
    sign_in(page, site)
    assert page.inner_text("#ask") == "Ask"
    ask(page, TERM)
    ended(page)
    assert page.inner_text("#chat .chip.ai") == "AI-generated"
    page.click("#chat a.cite >> nth=0")
    page.wait_for_selector("#evidence blockquote")
    assert "In force" in page.inner_text("#evidence")
    screen(page, "workbench-english")
    chinese = re.compile("[\u4e00-\u9fff]")
    for part in ("#new", "#ask", "#left .heading", "#header .label"):
        assert not chinese.search(page.locator(part).first.inner_text()), part


ATTACKS = """![x](http://evil.example/a.png) ![r][1] [link](javascript:alert(1)) <http://evil.example/b>
[1]: http://evil.example/c.png
<img src=http://evil.example/d.png onerror="window.hurt=1"><script>window.hurt=1</script>
<svg onload="window.hurt=1"><iframe src=http://evil.example></iframe><style>@import url(http://evil.example/e)</style>
${window.hurt=1} {{constructor.constructor('window.hurt=1')()}} $$\\href{http://evil.example}{x}$$ www.evil.example
```mermaid
graph TD; A-->B
```"""


def test_hostile_text_stays_text(visit, site, llm):
    page = visit()
    sign_in(page, site)
    llm.fallback = Reply(f"流动资金贷款（流贷）的期限原则上不超过三年（3年）。[1]\n{ATTACKS}")
    ask(page, f"{TERM}\n{ATTACKS}")
    page.wait_for_selector("#chat .foot")
    page.wait_for_timeout(2_000)
    page.click("#history .thread >> nth=0")
    page.wait_for_timeout(1_000)
    assert page.evaluate("window.hurt") is None
    inside = "#chat .asked, #chat .said"
    assert page.evaluate(
        f"[...document.querySelectorAll('{inside}')].flatMap(e => [...e.querySelectorAll("
        "'img, script, svg, iframe, style, object, form, input, a:not(.cite)')]).length"
    ) == 0  # fmt: skip
    assert "<script>" in page.locator("#chat .asked").first.inner_text()
