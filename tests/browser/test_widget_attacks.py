"""The corpus of hostile answers in the widget: nothing runs, nothing is fetched, no policy has to help."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attacks import ATTACKS


def hostile_answer(text: str) -> dict[str, Any]:
    """An answer in which everything a document or a model can reach says `text`."""
    citation = {
        "n": 1, "kind": "passage", "id": text, "title": text, "locator": text, "quote": text, "status": text,
        "authority": text, "effective_from": text, "effective_to": text, "url": text,
    }  # fmt: skip
    fact = {"label": text, "value": text, "unit": text, "period": text}
    step = {"label": text, "detail": text, "outcome": "fail", "clause": text}
    rule = {"id": text, "version": text, "status": text}
    result = {
        "facts": [fact], "missing": [text], "trace": [step], "rule": rule, "requires_human": True, "value": text,
    }  # fmt: skip
    call = {"id": "call_1", "name": "loan_rate", "ok": True, "result": result, "error": None}
    return {
        "id": "ans_1", "text": f"{text}\n\n[1]", "status": "partial", "degraded": [text], "citations": [citation],
        "tool_calls": [call, call | {"ok": False, "result": None, "error": text}],
        "verification": {"withheld": 1}, "missing": [text], "as_of": text, "conversation": None,
    }  # fmt: skip


def stream(text: str) -> str:
    """The text in pieces of 3, as a model would send it, then the answer."""
    pieces = [text[at : at + 3] for at in range(0, len(text), 3)][:60]
    chunks: list[dict[str, Any]] = [
        {"bagui": {"event": "started", "answer_id": "ans_1", "conversation": text}},
        {"bagui": {"event": "tool_started", "id": "call_1", "title": text, "name": "x", "arguments": {}}},
        *({"choices": [{"delta": {"content": piece}}]} for piece in pieces),
        {"bagui": hostile_answer(text)},
    ]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


@pytest.mark.timeout(400)
def test_every_hostile_answer_is_shown_and_does_nothing(door, host, site, open_tab):
    tab = open_tab()
    page = tab.page
    said = {"text": ""}
    headers = {"access-control-allow-origin": host.url, "content-type": "text/event-stream"}
    page.route(
        "**/v1/chat/completions",
        lambda route: route.fulfill(status=200, headers=headers, body=stream(said["text"])),
    )
    # Without any policy of the page's: a fetch that a policy would stop is to be seen here.
    page.goto(host.url + host.embed(door, site["site_key"], policy=False))
    page.get_by_role("button", name="打开企业金融助手").click()
    box = page.get_by_label("您的问题")
    before = page.url
    for number, attack in enumerate(ATTACKS):
        if number % 12 == 0:
            page.get_by_role("button", name="新会话").click()
        said["text"] = attack.text
        box.fill("问")
        box.press("Enter")
        answer = page.locator("article.answer").last
        answer.locator(".feedback").wait_for(state="attached")
        assert page.evaluate("globalThis.__ran") is None, attack.id
        for summary in answer.locator("summary").all():
            summary.evaluate("node => node.parentElement.open = true")
    page.mouse.move(600, 400)
    page.wait_for_timeout(500)
    assert page.evaluate("globalThis.__ran") is None
    assert page.url == before
    assert tab.hosts() == {door.url.removeprefix("http://"), host.url.removeprefix("http://")}
    assert page.locator("bagui-assistant").count() == 1
