"""Sessions and attempts: who stays in, who is slowed down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from people import principal_for

from assistant.errors import Unauthenticated
from assistant.settings import load_settings
from assistant.store import audit, users
from assistant.store.database import Store
from serve.callers.sign_in import FAILURES_HERE, IDLE_S, LONGEST_S, WINDOW_S, SignIns, TooManyAttempts
from serve.server_state import ServerState

PASSWORD = "ten-characters"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[ServerState]:
    settings = load_settings(home=tmp_path / "home")
    store = await Store.open(settings.database, settings.home_path)
    async with store.writing() as session:
        await users.create_user(session, tenant="bank", name="wei.na", password=PASSWORD)
    made = ServerState(settings)
    made.opened(cast(Any, SimpleNamespace(store=store)))
    yield made
    await store.close()


@pytest.fixture
def sign_ins(state: ServerState, clock: Clock) -> SignIns:
    return SignIns(state, clock)


async def fail(sign_ins: SignIns, name: str, client: str = "10.0.0.1") -> None:
    with pytest.raises(Unauthenticated):
        await sign_ins.sign_in(name, "wrong password", client)


async def test_a_session_ends_when_idle_after_twelve_hours_and_on_sign_out(sign_ins: SignIns, clock: Clock):
    token = await sign_ins.sign_in("wei.na", PASSWORD, "c")
    assert (await sign_ins.user(token)).name == "wei.na"
    await sign_ins.sign_out(token)
    with pytest.raises(Unauthenticated):
        await sign_ins.user(token)

    token = await sign_ins.sign_in("wei.na", PASSWORD, "c")
    clock.now += IDLE_S + 1
    with pytest.raises(Unauthenticated):
        await sign_ins.user(token)

    token = await sign_ins.sign_in("wei.na", PASSWORD, "c")
    begun = clock.now
    while clock.now - begun + IDLE_S < LONGEST_S:
        clock.now += IDLE_S - 1
        await sign_ins.user(token)
    clock.now = begun + LONGEST_S + 1
    with pytest.raises(Unauthenticated):
        await sign_ins.user(token)


@pytest.mark.parametrize("name", ["wei.na", "nobody"])
async def test_known_and_unknown_names_are_slowed_down_alike(sign_ins: SignIns, clock: Clock, name: str):
    for _ in range(FAILURES_HERE):
        await fail(sign_ins, name)
    with pytest.raises(TooManyAttempts):
        await sign_ins.sign_in(name, PASSWORD, "10.0.0.1")
    clock.now += WINDOW_S + 1
    await fail(sign_ins, name)


async def test_a_colleague_elsewhere_is_not_locked_out(sign_ins: SignIns):
    for _ in range(FAILURES_HERE):
        await fail(sign_ins, "wei.na", "10.0.0.66")
    assert await sign_ins.sign_in("wei.na", PASSWORD, "10.0.0.7")


async def test_success_is_not_counted_as_a_failure(sign_ins: SignIns):
    for _ in range(FAILURES_HERE + 3):
        assert await sign_ins.sign_in("wei.na", PASSWORD, "c")


async def test_a_disabled_user_is_out_at_the_next_request(state: ServerState, sign_ins: SignIns):
    token = await sign_ins.sign_in("wei.na", PASSWORD, "c")
    async with state.bagui.store.writing() as session:
        await users.disable_user(session, "wei.na", tenant="bank")
    with pytest.raises(Unauthenticated):
        await sign_ins.user(token)
    await sign_ins.sign_out(token)


async def test_signing_in_is_on_the_audit_chain_and_tokens_are_not_kept(
    state: ServerState, sign_ins: SignIns
):
    token = await sign_ins.sign_in("wei.na", PASSWORD, "c")
    async with state.bagui.store.reading() as session:
        assert (await audit.verify(session)).ok
        records = await audit.read_audit(session, principal_for("auditor", "a"))
    assert records[-1].what == "user.sign_in"
    assert token not in repr(vars(sign_ins))
