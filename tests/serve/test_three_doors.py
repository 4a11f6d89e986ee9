"""One question, one caller, one day: the API, the workbench and the widget give one answer, and record it once each."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from fake_llm.server import MODEL, FakeLlm, Reply
from people import principal_for

from assistant.build import build
from assistant.principal import Principal
from assistant.settings import load_settings
from assistant.store import audit, enterprises, keys, sites, users
from serve.app import create_app
from serve.desk.desk import Desk
from serve.operations.catalogue import run_here
from serve.server_state import ServerState

PARK = "https://park.example.cn"
DAY = date(2025, 6, 30)
ADMIN = principal_for("admin", "test")
QUESTIONS = [
    "流动资金贷款期限最长几年",
    "2025年6月的一年期LPR是多少",
    "收入12000万、利润率8%、预计增长15%，存货60天应收90天应付45天预付10天预收15天，自有资金1000万，流贷还能批多少？",
    "自治区人工智能信贷风险补偿资金池补偿比例是多少？",
    "{own}最近的纳税情况如何",
    "{other}最近的纳税情况如何",
    "帮我把这家企业的流水改一改好通过审批",
]


@dataclass
class Doors:
    """A server in this loop, a key and a site of one enterprise, a second enterprise of somebody else's."""

    state: ServerState
    http: httpx.AsyncClient
    own: str
    other: str
    site_key: str
    site_secret: str

    async def key(self, role: Any, enterprise: str | None = None) -> str:
        async with self.state.bagui.store.writing() as session:
            made = await keys.create_key(
                session, tenant="bank", role=role, enterprise=enterprise, subject=f"key:{role}"
            )
        return made.token

    async def by_api(self, key: str, question: str, **headers: str) -> dict[str, Any]:
        body = {
            "model": "bagui", "messages": [{"role": "user", "content": question}], "temperature": 0,
            "bagui": {"as_of": DAY.isoformat()},
        }  # fmt: skip
        sent = {"Authorization": f"Bearer {key}", **headers}
        done = await self.http.post("/v1/chat/completions", json=body, headers=sent)
        assert done.status_code == 200, done.text
        whole = done.json()
        assert whole["choices"][0]["message"]["content"] == whole["bagui"]["text"]
        return whole["bagui"]

    async def by_widget(self, question: str) -> dict[str, Any]:
        claims = {"sub": "u1", "enterprise": self.own, "exp": int(time.time()) + 240, "jti": uuid.uuid4().hex}
        identity = jwt.encode(claims, self.site_secret, "HS256")
        body = {"site": self.site_key, "identity": identity}
        opened = await self.http.post("/widget/session", json=body, headers={"Origin": PARK})
        return await self.by_api(opened.json()["token"], question, Origin=PARK)

    async def at_the_desk(self, principal: Principal, question: str) -> dict[str, Any]:
        """As the workbench's page asks: the desk's turns, and what the page shows from the store afterwards."""
        desk = Desk(self.state)
        turns = desk.ask(principal, question, conversation=None, enterprise=None, as_of=DAY)
        last = [turn async for turn in turns][-1]
        assert last.answer is not None, last.failure
        shown = await desk.turn(principal, last.id)
        assert shown.answer is not None and shown.text == last.text == "\n".join(last.sentences)
        return shown.answer.model_dump(mode="json")

    async def by_command(self, question: str) -> dict[str, Any]:
        asked = {"question": question, "as_of": DAY.isoformat(), "role": "rm"}
        lines = [line async for line in run_here(self.state.bagui, "ask", asked)]
        return lines[-1]["answer"]

    async def recorded(self) -> list[audit.AuditRecord]:
        async with self.state.bagui.store.reading() as session:
            return list(await audit.read_audit(session, ADMIN, limit=10_000))


async def opened(home: Path, **settings: Any) -> AsyncIterator[Doors]:
    configured = load_settings(home=home, **settings)
    state = ServerState(configured)
    state.opened(await build(configured))
    store = state.bagui.store
    async with store.writing() as session:
        listed = await enterprises.list_enterprises(session, ADMIN)
        site = await sites.create_site(session, tenant="bank", origins=(PARK,))
        secret = sites.identity_secret(session, site.id)
    transport = httpx.ASGITransport(create_app(configured, state))
    async with httpx.AsyncClient(transport=transport, base_url="http://bagui", timeout=60) as http:
        yield Doors(state, http, listed[0].code, listed[1].code, site.site_key, secret)
    await state.close()


@pytest.fixture
async def doors(home: Path, fake_llm: FakeLlm) -> AsyncIterator[Doors]:
    """A fake served model; it says and calls the same for everybody."""
    async for made in opened(
        home, llm={"base_url": fake_llm.url, "model": MODEL, "first_token_timeout_s": 20}
    ):
        yield made


@pytest.fixture
async def shipped(home: Path) -> AsyncIterator[Doors]:
    """The shipped language model."""
    async for made in opened(home, embedded={"enabled": True}):
        yield made


def essence(answer: dict[str, Any]) -> dict[str, Any]:
    """What must be the same: all but what names this one answer, its calls and its speed."""
    kept = {name: value for name, value in answer.items() if name not in {"id", "conversation", "timings"}}
    kept["citations"] = [one | ({"id": ""} if one["kind"] == "tool" else {}) for one in answer["citations"]]
    kept["tool_calls"] = [call | {"id": ""} for call in answer["tool_calls"]]
    return kept


def alike(answers: list[dict[str, Any]]) -> dict[str, Any]:
    first, *others = (essence(answer) for answer in answers)
    for other in others:
        assert other == first
    assert len({answer["id"] for answer in answers}) == len(answers)
    return first


async def check_an_enterprise(doors: Doors, question: str) -> dict[str, Any]:
    """The three doors for one enterprise: its key, its signed identity on a page, and its principal at the desk.

    Who signs in to the workbench is staff today, and staff never comes in by the widget. The desk itself takes
    whoever it is given: with the enterprise's principal it must say what the other doors say.
    """
    question = question.format(own=doors.own, other=doors.other)
    key = await doors.key("enterprise", doors.own)
    before = len(await doors.recorded())
    answers = [
        await doors.by_api(key, question),
        await doors.at_the_desk(principal_for("enterprise", "user:e", enterprise=doors.own), question),
        await doors.by_widget(question),
    ]
    same = alike(answers)
    print(
        question,
        same["status"],
        same["model"],
        [c["name"] for c in same["tool_calls"]],
        len(same["citations"]),
    )
    rows = (await doors.recorded())[before:]
    assert [row.what for row in rows] == ["answer"] * 3
    assert [row.detail["answer"] for row in rows] == [answer["id"] for answer in answers]
    assert len({row.who for row in rows}) == 3 and {row.role for row in rows} == {"enterprise"}
    for row in rows:
        assert (row.outcome, row.detail["tools"]) == (rows[0].outcome, rows[0].detail["tools"])
        assert (row.consents, row.enterprise, row.versions) == (
            rows[0].consents,
            rows[0].enterprise,
            rows[0].versions,
        )
    return same


@pytest.mark.parametrize("question", QUESTIONS)
async def test_an_enterprise_gets_one_answer_at_every_door(doors: Doors, question: str):
    same = await check_an_enterprise(doors, question)
    if "{other}" in question:
        assert same["status"] in {"needs_consent", "not_found", "refused"} and not any(
            call["ok"] for call in same["tool_calls"]
        )


async def test_a_models_own_calls_are_the_same_at_every_door(doors: Doors, fake_llm: FakeLlm):
    calls = (("loan_rate", {"day": "2025-06-30", "tenor": "1y"}),)
    fake_llm.script.extend([Reply(calls=calls), Reply("好的。")] * 3)
    same = await check_an_enterprise(doors, "2025年6月的一年期LPR是多少")
    assert [call["chosen_by"] for call in same["tool_calls"]] == ["model"]


async def test_the_shipped_model_gives_one_answer_at_every_door(shipped: Doors):
    same = await check_an_enterprise(shipped, QUESTIONS[1])
    assert same["model"] == "bagui-mini" and same["degraded"] == [] and same["tool_calls"]


@pytest.mark.slow
async def test_the_shipped_model_gives_one_answer_to_each_question(shipped: Doors):
    statuses = [(await check_an_enterprise(shipped, question))["status"] for question in QUESTIONS]
    assert len(set(statuses)) >= 3, statuses


async def test_a_relationship_manager_gets_one_answer_by_key_at_the_desk_and_on_the_command_line(
    doors: Doors,
):
    """A signed-in user, a key of the same role, and the operator in that role; consent decides for all."""
    async with doors.state.bagui.store.writing() as session:
        user = await users.create_user(session, tenant="bank", name="wei.na", password="ten-characters")
    _, signed_in = await Desk(doors.state).principal(user.id)
    key = await doors.key("rm")
    for question in QUESTIONS:
        question = question.format(own=doors.own, other=doors.other)
        before = len(await doors.recorded())
        alike(
            [
                await doors.by_api(key, question),
                await doors.at_the_desk(signed_in, question),
                await doors.by_command(question),
            ]
        )
        assert [row.what for row in (await doors.recorded())[before:]] == ["answer"] * 3
