"""A page that is still being filled: what its user does meanwhile is not undone by what arrives late."""

from __future__ import annotations

from typing import Any

import pytest
from browser_steps import ask, ended, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
TERM, RATE = "流动资金贷款期限最长几年？", "2025年6月的一年期LPR是多少？"
# The server fills the page at once, the browser hears of it three seconds later; all else is in time.
LATE = """
const fetched = window.fetch;
let first = true;
window.fetch = async (...asked) => {
  const answer = await fetched(...asked);
  if (first && String(asked[0]?.url ?? asked[0]).includes('/queue/join')) {
    first = false;
    await new Promise((go) => setTimeout(go, 3000));
  }
  return answer;
};
"""


@pytest.fixture
def late(visit, site) -> Any:
    """A page that was left at an answer and is opened again over a slow line."""
    page = visit()
    sign_in(page, site)
    ask(page, TERM)
    ended(page)
    page.context.add_init_script(LATE)
    page.goto(f"{site.url}/workbench/", wait_until="commit")
    page.wait_for_selector("#question textarea")
    return page


def filled(page: Any) -> None:
    page.wait_for_selector("#history .thread", state="attached")


def test_a_question_typed_before_the_page_is_filled_waits_for_it(late):
    """It neither goes to a conversation that is not on the screen yet nor is its answer overwritten by it."""
    late.fill("#question textarea", RATE)
    late.keyboard.press("Enter")
    filled(late)
    late.wait_for_selector("#chat .asked")
    assert late.locator("#chat .asked").all_inner_texts() == [TERM]
    assert late.input_value("#question textarea") == RATE
    late.press("#question textarea", "Enter")
    ended(late, 8)
    assert late.locator("#chat .asked").all_inner_texts() == [TERM, RATE]
    assert late.input_value("#question textarea") == ""


def test_an_enterprise_chosen_and_a_conversation_begun_early_stay(late, site):
    late.fill("#search textarea, #search input", site.demo["enterprise"])
    late.wait_for_function("document.querySelectorAll('.firm').length === 1")
    late.click(".firm")
    late.wait_for_selector(f".chosen code:text-is('{site.demo['enterprise']}')")
    late.click("#new")
    late.wait_for_selector(".welcome")
    filled(late)
    late.wait_for_timeout(3_500)
    assert late.locator(".firm").count() == 1 and late.locator(".welcome").is_visible()
    assert late.inner_text(".chosen code") == site.demo["enterprise"]


def test_enter_asks_and_shift_enter_is_a_new_line(visit, site, llm):
    page = visit()
    sign_in(page, site)
    page.fill("#question textarea", "流动资金贷款")
    page.press("#question textarea", "Shift+Enter")
    page.keyboard.type("期限最长几年？")
    assert page.input_value("#question textarea") == "流动资金贷款\n期限最长几年？"
    llm.mode, llm.delay_s = "slow", 3.0
    page.keyboard.press("Enter")
    page.wait_for_selector("#stop")
    page.fill("#question textarea", RATE)
    page.keyboard.press("Enter")  # one at a time: the second question waits in its box
    ended(page)
    assert page.locator("#chat .asked").count() == 1 and page.input_value("#question textarea") == RATE
