"""People who sign in: what is kept of a password, and that a stranger learns nothing from a refusal."""

import time

import pytest
from sqlalchemy import text

from assistant.errors import InvalidRequest, NotFound, Unauthenticated
from assistant.store import users
from assistant.store.database import Store

PASSWORD = "correct horse 电池"


async def make(store: Store, name: str = "wei.na", password: str = PASSWORD, **options) -> users.User:
    async with store.writing() as session:
        return await users.create_user(session, tenant="bank", name=name, password=password, **options)


async def enter(store: Store, name: str, password: str) -> users.User:
    async with store.reading() as session:
        return await users.authenticate(session, name, password)


async def test_a_user_signs_in_and_only_an_argon2_hash_is_kept(store: Store):
    made = await make(store)
    assert await enter(store, "wei.na", PASSWORD) == made
    async with store.reading() as session:
        kept = repr((await session.execute(text("SELECT * FROM users"))).all())
        assert await users.list_users(session, tenant="bank") == (made,)
    assert PASSWORD not in kept and "$argon2id$" in kept
    assert made.principal.role == "rm" and made.principal.subject == f"user:{made.id}"


@pytest.mark.parametrize("typed", ["WEI.NA", " wei.na ", "ｗｅｉ.na"])
async def test_a_name_is_one_name_however_it_is_typed(store: Store, typed: str):
    made = await make(store)
    assert (await enter(store, typed, PASSWORD)).id == made.id
    with pytest.raises(InvalidRequest):
        await make(store, typed)


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [
        ("", PASSWORD, "rm"), ("a" * 61, PASSWORD, "rm"), ("a\u202eb", PASSWORD, "rm"), ("x", "short", "rm"),
        ("longenoughname", "LongEnoughName", "rm"), ("x", "p" * 201, "rm"), ("x", PASSWORD, "visitor"),
        ("x", PASSWORD, "enterprise"),
    ],
)  # fmt: skip
async def test_weak_or_unfit_users_are_refused(store: Store, name: str, password: str, role: str):
    with pytest.raises(InvalidRequest):
        await make(store, name, password, role=role)


async def refusal(store: Store, name: str, password: str) -> tuple[str, float]:
    begun = time.perf_counter()
    with pytest.raises(Unauthenticated) as caught:
        await enter(store, name, password)
    return str(caught.value), time.perf_counter() - begun


async def test_unknown_wrong_and_disabled_read_the_same_and_cost_the_same(store: Store):
    await make(store)
    await make(store, "gone")
    async with store.writing() as session:
        await users.disable_user(session, "gone", tenant="bank")
    await refusal(store, "nobody", PASSWORD)  # the hash that nobody matches is made once
    tries = {
        name: [await refusal(store, name, "x" * 12) for _ in range(3)]
        for name in ("wei.na", "nobody", "gone")
    }
    assert {said for found in tries.values() for said, _ in found} == {"用户名或密码不正确"}
    best = {name: min(took for _, took in found) for name, found in tries.items()}
    assert min(best.values()) > 0.2 * max(best.values()), best


async def test_a_disabled_user_is_out_of_a_session_that_has_begun(store: Store):
    made = await make(store)
    async with store.writing() as session:
        await users.disable_user(session, made.id, tenant="bank")
        again = await users.disable_user(session, "wei.na", tenant="bank")
    assert again.disabled_at is not None
    async with store.reading() as session:
        with pytest.raises(Unauthenticated):
            await users.active_user(session, made.id)
        with pytest.raises(NotFound):
            await users.disable_user(session, "nobody", tenant="bank")


async def test_the_demo_user_keeps_its_id_and_changes_its_password(store: Store):
    async def renew(password: str) -> users.User:
        async with store.writing() as session:
            return await users.renew_demo_user(session, name="demo", password=password, tenant="bank")

    await make(store, "demo")
    first, second = await renew("first-password"), await renew("second-password")
    assert first.id == second.id and first.name.startswith("demo-")
    with pytest.raises(Unauthenticated):
        await enter(store, first.name, "first-password")
    assert (await enter(store, first.name, "second-password")).demo
    async with store.writing() as session:
        await users.disable_demo_user(session)
    with pytest.raises(Unauthenticated):
        await enter(store, first.name, "second-password")
