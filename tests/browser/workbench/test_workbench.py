"""The workbench in a real browser: what a relationship manager does in a day."""

from __future__ import annotations

import io
import re

import pytest
from browser_steps import ask, ended, sign_in
from docx import Document
from fake_llm.server import Reply

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
FORECAST = Reply(calls=(("financing_forecast", {"horizon_months": 6}),))
TERM = "流动资金贷款期限最长几年？"


def test_journey_1_from_sign_in_to_export_and_opinion(visit, site, llm, screen):
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
    page.wait_for_timeout(300)
    screen(page, "workbench-opinion")
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


def test_journey_2_wrong_password_says_no_more_than_wrong(visit, site, screen):
    page = visit()
    said = []
    for name in (site.demo["workbench"]["user"], "nobody"):
        page.goto(f"{site.url}/workbench")
        page.fill("#name", name)
        page.fill("#password", "not the password")
        page.click("button[type=submit]")
        said.append(page.inner_text("[role=alert]"))
    assert said[0] == said[1] == "用户名或密码不正确"
    screen(page, "workbench-wrong-password")
    assert page.request.get(f"{site.url}/workbench/config").status == 401
    assert not page.context.cookies()


def test_journey_3_reload_in_mid_answer(visit, site, llm, screen):
    page = visit()
    sign_in(page, site)
    llm.mode, llm.delay_s = "slow", 6.0
    ask(page, TERM)
    page.wait_for_selector("#chat .working")
    page.wait_for_selector("#stop")
    screen(page, "workbench-working")
    page.reload()
    page.wait_for_selector("#chat .asked")
    page.wait_for_selector("#chat .working")
    page.wait_for_selector("#stop")
    ended(page)
    assert page.locator("#chat .asked").count() == 1
    assert "三年" in page.inner_text("#chat .said")


def test_journey_11_stop_in_mid_answer(visit, site, llm):
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


def test_journey_10_english(visit, site, screen):
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
    page.fill("#search textarea, #search input", "distress")
    page.wait_for_function(
        "[...document.querySelectorAll('.firm .stage')].every(s => s.innerText === 'Distress')"
    )
    assert page.locator(".firm").count() > 0
    assert_english(page, ".firm small", ".firm .stage", "#new", "#ask", "#left .heading", "#header .label")


def test_journey_10_english_names_every_fixed_word_of_a_portrait(visit, site, llm, screen):
    page = visit(locale="en-US")
    sign_in(page, site)
    page.fill("#search textarea, #search input", site.demo["enterprise"])
    page.wait_for_function("document.querySelectorAll('.firm').length === 1")
    page.click(".firm")
    page.wait_for_selector(".chosen code")
    llm.script.extend([Reply(calls=(("enterprise_portrait", {}),)), Reply("好的。")])
    ask(page, "这家企业的画像怎么样？")
    ended(page)
    page.wait_for_selector("#chart .polar")
    page.click("#chat a.cite >> nth=-1")
    page.wait_for_selector("#evidence .facts")
    page.locator("#chat .thought-group").first.click()
    assert_english(
        page, ".chosen .stage", ".chosen .chip", ".thought-group", ".foot", "#chart .angularaxistick", "#evidence .top",
        "#evidence h4", "#evidence .facts th", "#evidence .facts small", "#evidence .trace b", "#evidence .trace i",
        "#evidence summary",
    )  # fmt: skip
    page.locator("#evidence .facts").scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    screen(page, "workbench-english-portrait")


def assert_english(page, *parts: str) -> None:
    for part in parts:
        said = page.locator(part).all_text_contents()
        assert said and not re.search("[\u4e00-\u9fff]", "".join(said)), (part, said)


def test_journey_3_a_closed_tab_finds_its_answer_on_return(visit, site, llm):
    page = visit()
    sign_in(page, site)
    llm.mode, llm.delay_s = "slow", 4.0
    ask(page, TERM)
    page.wait_for_selector("#stop")
    context = page.context
    page.close()
    page = context.new_page()
    page.goto("about:blank")
    page.wait_for_timeout(5_000)
    page.goto(f"{site.url}/workbench/")
    ended(page)
    assert page.locator("#chat .asked").count() == 1 and "三年" in page.inner_text("#chat .said")


def test_journey_9_phone_shows_one_column_at_a_time(visit, site, llm, screen):
    page = visit(width=390, height=844, device_scale_factor=2, has_touch=True, is_mobile=True)
    sign_in(page, site)
    screen(page, "workbench-phone-welcome")
    page.click("#tabs .left")
    page.wait_for_timeout(400)
    screen(page, "workbench-phone-enterprises")
    assert not page.locator("#chat").is_visible()
    page.fill("#search textarea, #search input", site.demo["enterprise"])
    page.wait_for_function("document.querySelectorAll('.firm').length === 1")
    page.click(".firm")
    page.wait_for_selector(".chosen b")
    assert page.locator("#question").is_visible(), "a choice leads back to the conversation"
    llm.script.extend([FORECAST, Reply("好的。")])
    ask(page, "这家企业未来6个月的融资需求是多少？")
    ended(page)
    screen(page, "workbench-phone-answer")
    page.click("#chat a.cite >> nth=0")
    page.wait_for_selector("#evidence .trace")
    page.wait_for_selector("#chart .js-plotly-plot")
    assert not page.locator("#chat").is_visible()
    page.wait_for_timeout(800)
    chart = page.locator("#chart .main-svg").first.bounding_box()
    assert chart["x"] >= 0 and chart["x"] + chart["width"] <= 390
    screen(page, "workbench-phone-evidence")
    page.click("#tabs .middle")
    assert page.locator("#question").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_journey_12_the_as_of_day_changes_the_law_cited(visit, site, screen):
    page = visit()
    sign_in(page, site)
    ask(page, TERM)
    ended(page)
    assert "三年" in page.inner_text("#chat .said")
    page.click("#new")
    page.wait_for_selector(".welcome")
    page.fill("#as-of input", "2024-03-01")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    ask(page, TERM)
    ended(page)
    said = page.inner_text("#chat .answer")
    assert "流动资金贷款管理暂行办法" in said and "2024-03-01" in said
    page.click("#chat a.cite >> nth=0")
    page.wait_for_selector("#evidence blockquote")
    assert "按2024-03-01判断" in page.inner_text("#evidence")
    screen(page, "workbench-as-of")


def test_a_day_that_is_none_is_told_and_leaves_the_page_as_it_was(visit, site):
    page = visit()
    sign_in(page, site)
    page.fill("#as-of input", "2024-13-77")
    page.keyboard.press("Tab")
    ask(page, TERM)
    page.wait_for_selector(".toast-body:has-text('基准日应为')")
    assert page.locator(".welcome").is_visible() and page.locator(".panel.empty").is_visible()
    assert page.input_value("#question textarea") == TERM


PICTURES = {
    "radar": ("enterprise_portrait", {}),
    "waterfall": (
        "risk_pool_eligibility",
        {
            "pool": "anhui-2022", "net_loss": "200", "principal_loss": "200", "loan_type": "direct",
            "first_loan": True, "pool_remaining": "5000",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PICTURES)
def test_each_tool_with_a_picture_shows_its_chart(visit, site, llm, screen, kind):
    page = visit()
    sign_in(page, site)
    page.fill("#search textarea, #search input", site.demo["enterprise"])
    page.wait_for_function("document.querySelectorAll('.firm').length === 1")
    page.click(".firm")
    page.wait_for_selector(".chosen code")
    llm.script.extend([Reply(calls=(PICTURES[kind],)), Reply("好的。")])
    ask(page, "不良贷款本金200万元，安徽能补偿多少？" if kind == "waterfall" else "这家企业的画像怎么样？")
    ended(page)
    page.wait_for_selector("#chart .js-plotly-plot")
    assert page.locator("#chart .polar" if kind == "radar" else "#chart .waterfalllayer").count() >= 1
    page.locator("#chat .thought-group").first.click()
    page.click("#chat a.cite >> nth=-1")
    page.wait_for_selector("#evidence .trace")
    page.wait_for_timeout(800)
    screen(page, f"workbench-{kind}")
