"""The widget in a real browser: who may open it, what it shows, and that it can be used without a mouse."""

from __future__ import annotations

import re
from typing import Any

import pytest

QUESTION = "流动资金贷款的期限最长几年？"


def launch(page: Any, address: str, label: str = "打开企业金融助手") -> None:
    page.goto(address)
    page.get_by_role("button", name=label).click()


def ask(page: Any, question: str, box: str = "您的问题") -> Any:
    """Asks and waits until the answer has ended; returns it."""
    page.get_by_label(box).fill(question)
    page.keyboard.press("Enter")
    last = page.locator("article.answer").last
    page.locator("article.answer:not([aria-busy])").last.wait_for()
    last.locator(".feedback, .notice").first.wait_for()
    return last


def test_journey_4_allowed_origin_a_visitor_asks_on_the_demo_page_and_sees_the_source(door, open_tab, screen):
    tab = open_tab()
    page = tab.page
    launch(page, f"{door.url}/widget/demo")
    page.get_by_text("访客 · 仅公开知识").wait_for()
    answer = ask(page, QUESTION)
    assert "三年（3年）" in answer.inner_text()
    assert answer.get_by_text("由AI生成").is_visible() and page.locator(".head .generated").is_visible()
    answer.locator("button.mark").first.click()
    source = answer.locator("details.source[open]")
    assert "现行有效" in source.inner_text() and "国家规定" in source.inner_text()
    assert "2024-07-01起" in source.inner_text()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.tagName") == "SUMMARY"
    screen(page, "widget-answer")
    assert {door.url.removeprefix("http://")} == tab.hosts()
    assert tab.complaints == [], "a strict policy has nothing to complain of"


def test_a_complaint_reaches_the_server(door, open_tab, screen):
    page = open_tab().page
    launch(page, f"{door.url}/widget/demo")
    page.get_by_role("button", name="投诉与反馈").click()
    page.get_by_text("收到回答后，可在此对回答投诉").wait_for()
    ask(page, QUESTION)
    page.get_by_role("button", name="投诉与反馈").click()
    page.get_by_label("规定已过时").check()
    page.get_by_label("补充说明").fill("2024年有新办法")
    screen(page.locator("section.panel"), "widget-complaint")
    with page.expect_response(re.compile("/feedback$")) as said:
        page.get_by_role("button", name="提交").click()
    assert said.value.json()["reason"] == "outdated" and said.value.json()["comment"] == "2024年有新办法"
    page.get_by_text("已记录，谢谢您的反馈").wait_for()


def test_journey_4_allowed_origin_another_site_under_a_strict_policy(door, host, site, open_tab):
    tab = open_tab()
    launch(tab.page, host.url + host.embed(door, site["site_key"]))
    assert "三年" in ask(tab.page, QUESTION).inner_text()
    assert tab.hosts() == {door.url.removeprefix("http://"), host.url.removeprefix("http://")}
    blocked = [text for text in tab.complaints if "favicon" not in text]
    assert blocked == []


def test_a_page_that_trusts_no_type_of_ours_still_shows_the_words(door, host, site, open_tab):
    page = open_tab().page
    launch(page, host.url + host.embed(door, site["site_key"], trusted="'none'"))
    answer = ask(page, QUESTION)
    assert "三年" in answer.inner_text() and answer.locator("button.mark").count() > 0


def test_journey_5_denied_origin_is_told_so_and_gets_nothing(door, host, site, open_tab, screen):
    tab = open_tab()
    launch(tab.page, host.foreign_url + host.embed(door, site["site_key"]))
    tab.page.get_by_text("此页面未获准使用本助手").wait_for()
    assert tab.page.get_by_label("您的问题").is_disabled()
    assert not any("/v1/" in address for address in tab.requests)
    screen(tab.page.locator("section.panel"), "widget-denied")


def test_journey_6_expired_token_is_renewed_unseen_and_told_when_it_cannot(
    door, host, site, open_tab, monkeypatch
):
    tab = open_tab()
    with monkeypatch.context() as late:
        late.setattr("serve.callers.site_token.LIFETIME_S", -1)
        launch(tab.page, host.url + host.embed(door, site["site_key"]))
        tab.page.get_by_text("访客 · 仅公开知识").wait_for()
        refused = ask(tab.page, QUESTION)
        assert "会话已过期" in refused.inner_text()
    assert "三年" in ask(tab.page, QUESTION).inner_text()
    sessions = [address for address in tab.requests if address.endswith("/widget/session")]
    assert len(sessions) >= 2


def test_journey_7_signed_enterprise_sees_its_own_figures(door, host, site, identity, open_tab, screen):
    code = door.state.demo.enterprise
    host.identity = lambda: identity(code)
    tab = open_tab()
    page = tab.page
    launch(page, host.url + host.embed(door, site["site_key"], identity_url="/identity"))
    page.get_by_text(f"已登录企业 {door.state.demo.enterprise}").wait_for()
    answer = ask(page, "我们企业的画像怎么样")
    card = answer.locator("section.card").first
    card.wait_for()
    assert card.locator("dl > div").count() >= 3
    assert card.get_by_role("heading", name="企业画像").is_visible()
    card.scroll_into_view_if_needed()
    screen(page.locator("section.panel"), "widget-enterprise")
    assert tab.hosts() == {door.url.removeprefix("http://"), host.url.removeprefix("http://")}


def test_an_identity_works_once_and_a_second_page_is_refused(door, host, site, identity, open_tab):
    address = host.url + host.embed(door, site["site_key"], identity=identity(door.state.demo.enterprise))
    first, second = open_tab().page, open_tab().page
    launch(first, address)
    first.get_by_text(f"已登录企业 {door.state.demo.enterprise}").wait_for()
    launch(second, address)
    second.get_by_text("企业身份未通过验证").wait_for()
    assert second.get_by_label("您的问题").is_disabled()


def test_journey_8_visitor_asking_for_private_data_is_told_to_sign_in(door, open_tab, screen):
    listed = door.operate("enterprises")[0]
    page = open_tab().page
    launch(page, f"{door.url}/widget/demo")
    answer = ask(page, f"{listed['short_name']}的纳税情况和财务画像怎么样")
    said = answer.inner_text()
    assert answer.locator("section.card").count() == 0
    assert listed["code"] not in said and "万元" not in said
    assert "请先在本网站登录企业账号" in said and "需要先登录企业账号" in said and "企业身份" in said
    assert page.get_by_label("您的问题").is_enabled(), "what is public can still be asked"
    screen(page.locator("section.panel"), "widget-private")


def test_journey_9_phone_gets_the_whole_screen_and_keeps_the_focus(door, open_tab, screen):
    page = open_tab(390, 844, device_scale_factor=2, has_touch=True, is_mobile=True).page
    launch(page, f"{door.url}/widget/demo")
    answer = ask(page, QUESTION)
    assert "三年" in answer.inner_text()
    box = page.locator("section.panel").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screen(page, "widget-phone")
    for key in ["Tab"] * 14 + ["Shift+Tab"] * 16:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.tagName") == "BAGUI-ASSISTANT"


def test_journey_10_english_texts_and_dark_colours(door, host, site, open_tab, screen):
    page = open_tab(1200, 800, color_scheme="dark").page
    launch(
        page, host.url + host.embed(door, site["site_key"], lang="en"), "Open the business finance assistant"
    )
    page.get_by_text("Visitor · public knowledge only").wait_for()
    answer = ask(page, QUESTION, "Your question")
    assert "AI-generated" in answer.inner_text() and "In force" in answer.inner_text()
    interface = page.locator(".head, .foot, .answer > header")
    assert not re.search(r"[\u4e00-\u9fff]", " ".join(interface.all_inner_texts()).replace("八桂智融", ""))
    screen(page.locator("section.panel"), "widget-english-dark")


def test_the_keyboard_is_enough(door, open_tab):
    page = open_tab().page
    page.goto(f"{door.url}/widget/demo")
    page.locator("bagui-assistant").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.insert_text(QUESTION)
    assert page.get_by_label("您的问题").input_value() == f"第一行\n{QUESTION}"
    page.keyboard.press("Enter")
    page.locator("article.answer .feedback").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("section.panel").is_hidden()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launcher"
    page.keyboard.press("Enter")
    assert page.locator("article.answer").count() == 1, "what was said is still there"
    page.get_by_role("button", name="新会话").press("Enter")
    assert page.locator("article.answer").count() == 0


def test_enter_belongs_to_the_input_method_while_it_composes(door, open_tab):
    page = open_tab().page
    launch(page, f"{door.url}/widget/demo")
    box = page.get_by_label("您的问题")
    box.fill("liudong")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "keyCode": 229})
    assert box.input_value() == "liudong" and page.locator("article.answer").count() == 0


def test_journey_11_stop_in_mid_answer_leaves_the_box_ready(door, open_tab):
    page = open_tab().page
    page.route("**/v1/chat/completions", lambda route: None)
    launch(page, f"{door.url}/widget/demo")
    page.get_by_label("您的问题").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="停止").click()
    page.get_by_text("已停止显示").wait_for()
    page.unroute("**/v1/chat/completions")
    assert "三年" in ask(page, QUESTION).inner_text()


@pytest.mark.parametrize(("status", "said"), [(503, "服务暂时不可用"), (400, "问题太长")])
def test_a_failure_is_told_in_a_sentence(door, open_tab, status, said):
    page = open_tab().page
    body = {"error": {"message": "问题太长", "type": "x", "param": None, "code": "x"}}
    page.route("**/v1/chat/completions", lambda route: route.fulfill(status=status, json=body))
    launch(page, f"{door.url}/widget/demo")
    answer = ask(page, QUESTION)
    assert said in answer.inner_text()
    page.unroute("**/v1/chat/completions")
    if status == 503:
        answer.get_by_role("button", name="重试").click()
        page.get_by_text("三年（3年）").first.wait_for()
