"""The audit chain under attack: whatever is done to rows or to the head file shows."""

import asyncio
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from people import principal_for
from sqlalchemy import text

from assistant.answer import Answer, DataUse, Evidence, ToolCall
from assistant.errors import Forbidden
from assistant.principal import Principal
from assistant.store import audit
from assistant.store.audit import AuditEntry, ChainCheck
from assistant.store.database import Store

ENTRY = AuditEntry(
    what="tool.loan_rate",
    outcome="ok",
    why="credit_service",
    consents=("con_1",),
    evidence=("p_1", "call_2"),
    versions={"model": "bagui-mini"},
    detail={"as_of": date(2026, 6, 1), "tools": ["loan_rate"], "share": 0.1},
)


async def write(store: Store, count: int = 5) -> None:
    for _ in range(count):
        async with store.writing() as session:
            await audit.append(session, principal_for("rm", "rm-1"), ENTRY)


async def check(store: Store) -> ChainCheck:
    async with store.reading() as session:
        return await audit.verify(session)


async def attack(store: Store, *statements: str) -> ChainCheck:
    async with store.writing() as session:
        for statement in statements:
            await session.execute(text(statement))
    return await check(store)


async def test_an_untouched_chain_is_whole(store: Store):
    assert await check(store) == ChainCheck(0)
    await write(store, 7)
    found = await check(store)
    assert found.ok and found.rows == 7


async def test_rows_say_who_did_what_why_and_on_which_data(store: Store, rm: Principal):
    await write(store, 2)
    auditor = principal_for("auditor", "a")
    async with store.reading() as session:
        first, second = await audit.read_audit(session, auditor)
        assert await audit.read_audit(session, auditor, after=1) == (second,)
        assert await audit.read_audit(session, principal_for("auditor", "a", tenant="other-bank")) == ()
        with pytest.raises(Forbidden):
            await audit.read_audit(session, rm)
    assert (first.seq, first.who, first.what, first.why) == (1, "rm-1", "tool.loan_rate", "credit_service")
    assert (first.consents, first.evidence) == (("con_1",), ("p_1", "call_2"))
    assert first.detail == {"as_of": "2026-06-01", "tools": ["loan_rate"], "share": 0.1}
    assert second.previous == first.hash and second.at >= first.at and first.at.tzinfo is not None


@pytest.mark.parametrize(
    "change",
    [
        "who = 'someone'",
        "outcome = 'refused'",
        "enterprise = '91450100SAMPLE0001'",
        "consents = '[]'",
        "detail = '{}'",
        "at = '2020-01-01 00:00:00'",
        "hash = 'ffff'",
        "previous = 'ffff'",
    ],
)
async def test_an_edited_row_is_named(store: Store, change: str):
    await write(store)
    found = await attack(store, f"UPDATE audit SET {change} WHERE seq = 3")
    assert found.first_bad == 3 and found.problem


@pytest.mark.parametrize("seq", [1, 3])
async def test_a_row_deleted_in_the_middle_is_missed(store: Store, seq: int):
    await write(store)
    assert (await attack(store, f"DELETE FROM audit WHERE seq = {seq}")).first_bad == seq


async def test_closing_the_gap_after_a_deletion_does_not_help(store: Store):
    await write(store)
    found = await attack(
        store, "DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = seq - 1 WHERE seq > 3"
    )
    assert found.first_bad == 3


@pytest.mark.parametrize("kept", [0, 1, 4])
async def test_a_cut_tail_is_missed(store: Store, kept: int):
    await write(store)
    assert (await attack(store, f"DELETE FROM audit WHERE seq > {kept}")).first_bad == kept + 1


async def test_rows_written_after_a_cut_do_not_cover_it(store: Store):
    await write(store)
    await attack(store, "DELETE FROM audit WHERE seq > 3")
    await write(store, 4)
    assert (await check(store)).first_bad == 5


async def test_swapped_rows_are_noticed(store: Store):
    await write(store)
    found = await attack(
        store,
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 99",
    )
    assert found.first_bad == 2


async def test_an_inserted_row_is_noticed(store: Store):
    await write(store)
    columns = "at, tenant, who, role, what, why, enterprise, consents, evidence, versions, outcome, detail"
    found = await attack(
        store,
        f"INSERT INTO audit (seq, {columns}, previous, hash) "
        f"SELECT 6, {columns}, hash, 'abcd' FROM audit WHERE seq = 5",
    )
    assert found.first_bad == 6
    found = await attack(store, "DELETE FROM audit WHERE seq = 6", "UPDATE audit SET seq = 0 WHERE seq = 1")
    assert found.first_bad == 0


async def test_a_chain_rewritten_without_the_key_is_noticed(store: Store, tmp_path: Path):
    await write(store)
    forger = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/forger/bagui.sqlite", tmp_path / "forger")
    await write(forger)
    async with forger.reading() as session:
        forged = (await session.execute(text("SELECT seq, previous, hash FROM audit ORDER BY seq"))).all()
    await forger.close()
    async with store.writing() as session:
        for seq, previous, sealed in forged:
            await session.execute(
                text("UPDATE audit SET previous = :previous, hash = :hash WHERE seq = :seq"),
                {"previous": previous, "hash": sealed, "seq": seq},
            )
    assert (await check(store)).first_bad == 1


async def test_an_edited_or_missing_head_file_is_noticed_and_not_mended_silently(store: Store):
    await write(store)
    head = store.home / "audit.head"
    data = json.loads(head.read_text())
    head.write_text(json.dumps(data | {"seq": 3}))
    assert not (await check(store)).ok
    await write(store, 1)
    assert not (await check(store)).ok
    head.unlink()
    assert not (await check(store)).ok
    await write(store, 1)
    assert not (await check(store)).ok and not head.exists()
    head.write_text("no json")
    assert not (await check(store)).ok


async def test_a_head_that_lags_behind_after_a_crash_is_no_alarm(store: Store):
    await write(store, 3)
    head = store.home / "audit.head"
    older = head.read_text()
    await write(store, 2)
    head.write_text(older)
    assert (await check(store)).ok
    await write(store, 1)
    assert json.loads(head.read_text())["seq"] == 6


async def test_an_undone_transaction_leaves_no_row_and_no_gap(store: Store):
    await write(store, 2)
    with pytest.raises(ZeroDivisionError):
        async with store.writing() as session:
            await audit.append(session, principal_for("rm", "rm-1"), ENTRY)
            _ = 1 / 0
    await write(store, 1)
    found = await check(store)
    assert found.ok and found.rows == 3


async def test_several_rows_of_one_transaction_are_linked(store: Store):
    async with store.writing() as session:
        for _ in range(3):
            await audit.append(session, principal_for("rm", "rm-1"), ENTRY)
    assert (await check(store)) == ChainCheck(3)


async def test_time_never_runs_backwards(store: Store, monkeypatch: pytest.MonkeyPatch):
    await write(store, 1)

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) - timedelta(days=1)

    monkeypatch.setattr(audit, "datetime", Earlier)
    await write(store, 1)
    monkeypatch.undo()
    async with store.reading() as session:
        first, second = await audit.read_audit(session, principal_for("auditor", "a"))
    assert second.at == first.at
    assert (await check(store)).ok


_WRITERS = """
import asyncio, os, sys
from pathlib import Path
from assistant.principal import principal_for
from assistant.store import audit
from assistant.store.database import Store
from assistant.store.migrations import migrate

async def main(url, home, name):
    store = await Store.open(url, Path(home), lock_wait_s=30)
    for n in range(12):
        async with store.writing() as session:
            entry = audit.AuditEntry(what="work", outcome="ok", detail={"n": n})
            await audit.append(session, principal_for("rm", name, tenant="bank"), entry)
    await store.close()

children = []
for name in "abcd":
    child = os.fork()
    if child == 0:
        asyncio.run(main(*sys.argv[1:], name))
        os._exit(0)
    children.append(child)
sys.exit(max(os.waitpid(child, 0)[1] for child in children))
"""


async def test_four_processes_make_one_chain(store: Store, url: str):
    writers = await asyncio.create_subprocess_exec(sys.executable, "-c", _WRITERS, url, str(store.home))
    assert await writers.wait() == 0
    found = await check(store)
    assert found.ok and found.rows == 48
    assert json.loads((store.home / "audit.head").read_text())["seq"] == 48


async def test_an_answer_is_recorded_with_the_consents_it_was_read_under(
    store: Store, rm: Principal, companies, give_consent
):
    granted = await give_consent(companies[0], "tax", until=date(2099, 1, 1))
    uses = (
        DataUse(enterprise=companies[0], domain="tax"),
        DataUse(enterprise=companies[0], domain="registration"),
    )
    day = date(2026, 6, 1)
    item = Evidence(number=1, kind="passage", id="p_9", title="画像", text="纳税额。", as_of=day, uses=uses)
    failed = ToolCall(
        id="call_1", name="loan_rate", arguments={}, ok=False, error="x", error_code="invalid_value"
    )
    answer = Answer(
        id="ans_1", text="纳税额。", status="answered", tool_calls=(failed,), as_of=day, model="m"
    )
    async with store.writing() as session:
        row = await audit.append_answer(session, rm, answer, [item])
        call = ToolCall(
            id="call_2",
            name="enterprise_portrait",
            arguments={"enterprise": "示例甲"},
            ok=False,
            error="未取得授权",
            error_code="consent_required",
        )
        refused = await audit.append_tool_call(session, rm, call, as_of=day)
    assert (row.what, row.outcome, row.enterprise, row.consents) == (
        "answer",
        "answered",
        companies[0],
        (granted,),
    )
    assert row.evidence == ("p_9",) and row.versions["model"] == "m"
    assert row.detail["tools"] == [{"name": "loan_rate", "outcome": "invalid_value"}]
    assert "纳税额" not in repr(row), "the chain names evidence, it does not repeat it"
    assert (refused.what, refused.outcome) == ("tool.enterprise_portrait", "consent_required")
    assert "示例甲" not in repr(refused)
    assert (await check(store)).ok
