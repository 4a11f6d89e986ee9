"""The corpus of hostile answers in the workbench and in what it exports: nothing runs, nothing is fetched."""

from __future__ import annotations

import asyncio
import io
import threading
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS, Attack
from browser_steps import sign_in

from assistant.answer import (
    Answer,
    AnswerSentence,
    Citation,
    Evidence,
    Fact,
    RuleRef,
    ToolCall,
    ToolResult,
    TraceStep,
)
from assistant.store import answers, users
from assistant.store.database import Store

DAY = date(2026, 11, 25)
IN_ONE = 25
pytestmark = pytest.mark.timeout(600)


def hostile_answer(identity: str, text: str) -> tuple[Answer, list[Evidence]]:
    """An answer in which everything that a model or a document can reach says `text`."""
    result = ToolResult(
        as_of=DAY, summary=(text,), facts=(Fact(label=text, value=text, unit=text, period=text),), missing=(text,),
        trace=(TraceStep(label=text, detail=text, outcome="fail", clause=text),), requires_human=True,
        rule=RuleRef(id=text, version=text, status="in_force"), inputs_used={text: text},
    )  # fmt: skip
    call = ToolCall(id=f"call_{identity}", name="loan_rate", arguments={text: text}, ok=True, result=result)
    failed = ToolCall(id=f"bad_{identity}", name=text, arguments={}, ok=False, error=text)
    passage = {"number": 1, "kind": "passage", "id": text, "title": text, "locator": text, "as_of": DAY}
    tool = {"number": 2, "kind": "tool", "id": call.id, "title": text, "locator": text, "as_of": DAY}
    cited = {"title": text, "locator": text, "quote": text, "url": text}
    answer = Answer(
        id=identity, text=f"{text}[1]\n{text}[2]", status="partial", degraded=(text,), missing=(text,), as_of=DAY,
        citations=(Citation(n=1, kind="passage", id=text, **cited), Citation(n=2, kind="tool", id=call.id, **cited)),
        tool_calls=(call, failed), model=text,
    )  # fmt: skip
    return answer, [Evidence(text=text, **passage), Evidence(text=text, **tool)]


async def _seed(home: Path, name: str) -> list[tuple[str, tuple[Attack, ...]]]:
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home, lock_wait_s=30)
    made: list[tuple[str, tuple[Attack, ...]]] = []
    async with store.writing() as session:
        user = next(one for one in await users.list_users(session, tenant="bank") if one.name == name)
        for start in range(0, len(ATTACKS), IN_ONE):
            conversation: str | None = None
            for attack in ATTACKS[start : start + IN_ONE]:
                text = attack.text.replace("\x00", "\ufffd")  # the store refuses what it cannot keep whole
                begun = await answers.start_answer(
                    session, user.principal, question=text, as_of=DAY, conversation=conversation
                )
                conversation = begun.conversation
                answer, evidence = hostile_answer(begun.id, text)
                said = [AnswerSentence(text=text, cites=(1, 2))]
                await answers.finish_answer(session, answer, said, evidence)
            assert conversation is not None
            made.append((conversation, ATTACKS[start : start + IN_ONE]))
    await store.close()
    return made


def seed(home: Path, name: str) -> list[tuple[str, tuple[Attack, ...]]]:
    """Conversations full of hostile answers, written beside the running server; the browser's loop has this thread."""
    made: list[Any] = []
    writer = threading.Thread(target=lambda: made.extend(asyncio.run(_seed(home, name))))
    writer.start()
    writer.join()
    assert made, "nothing was written"
    return made


def test_every_hostile_answer_is_shown_and_does_nothing(visit, site):
    """Without the page's own policy: a fetch that it would stop is to be seen here."""
    seeded = seed(site.home, site.demo["workbench"]["user"])
    page = visit(bypass_csp=True)
    sign_in(page, site)
    shown = "#chat .said, #chat .asked, #chat .missing, #chat .notice, #chat .step, #evidence, #history"
    forbidden = (
        "img, script, svg, iframe, style, object, embed, form, input, video, audio, link, meta, base, math"
    )
    for conversation, attacks in seeded:
        page.reload()
        page.wait_for_selector(f'.thread[href="#do/open/{conversation}"]')
        page.click(f'.thread[href="#do/open/{conversation}"]')
        page.wait_for_function(
            "n => document.querySelectorAll('#chat .foot .acts').length === n", arg=len(attacks)
        )
        page.locator("#chat .thought-group").first.click()
        for number in (1, 2):
            page.locator(f'#chat a.cite[href$="/{number}"]').first.click()
            page.wait_for_selector(f"#evidence .top .num:text-is('{number}')")
        inside = page.evaluate(
            "([where, what]) => [...document.querySelectorAll(where)].flatMap(one => [...one.querySelectorAll(what)])"
            ".map(one => one.outerHTML)",
            [shown, forbidden],
        )
        assert inside == []
        links = page.evaluate(
            "[...document.querySelectorAll('main a[href]')].map(a => a.getAttribute('href'))"
        )
        assert [link for link in links if not link.startswith(("#do/", "/workbench/"))] == []
        for handler in ("onerror", "onload", "onclick", "srcset", "style"):
            assert page.locator(f"#chat .answer [{handler}]:not(th):not(td)").count() == 0
        assert page.evaluate("globalThis.__ran") is None, conversation
        with page.expect_download() as download:
            page.click("#acts .act")
        assert_closed(download.value.path().read_bytes())
    assert page.url == f"{site.url}/workbench/"


def assert_closed(document: bytes) -> None:
    """Nothing of the file leads out of it."""
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        for name in package.namelist():
            content = package.read(name)
            assert not name.endswith(".rels") or b'TargetMode="External"' not in content, name
            for element in (
                b"<w:fldSimple",
                b"<w:instrText",
                b"<w:hyperlink",
                b"<w:altChunk",
                b"<w:object",
                b"<w:drawing",
            ):
                assert element not in content, (name, element)
