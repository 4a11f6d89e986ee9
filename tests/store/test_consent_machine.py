"""Consent against a model: whatever is granted, revoked, expired or renewed, reads agree with a plain dict."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from people import principal_for
from sqlalchemy import delete

from assistant.errors import ConsentRequired, NotFound
from assistant.principal import Principal
from assistant.store import consents, enterprises
from assistant.store.database import Store
from assistant.store.enterprises import Enterprise
from assistant.store.tables import ConsentRow

CODES = ("A1", "B2")
DOMAINS = ("tax", "customs", "registration")
PURPOSES = ("credit_service", "marketing")
TENANTS = ("bank", "other-bank")
CALLERS: tuple[Principal, ...] = (
    principal_for("rm", "rm-1"),
    principal_for("rm", "rm-2", enterprise="A1"),
    principal_for("rm", "rm-3", tenant="other-bank"),
    principal_for("enterprise", "own", enterprise="A1"),
    principal_for("developer", "dev", enterprise="B2"),
    principal_for("developer", "unbound"),
)

codes = st.sampled_from(CODES)
domains = st.sampled_from(DOMAINS)
purposes = st.sampled_from(PURPOSES)
tenants = st.sampled_from(TENANTS)


class ConsentMachine(RuleBasedStateMachine):
    """`granted` is the model: every consent ever given, as (pair, tenant, purpose, first day, last day)."""

    runner: asyncio.Runner
    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.today = date(2026, 1, 1)
        self.granted: dict[str, tuple] = {}
        self.runner.run(self._empty())

    async def _empty(self) -> None:
        async with self.store.writing() as session:
            await session.execute(delete(ConsentRow))

    @initialize()
    def nothing_is_granted(self) -> None:
        assert not self.granted

    @rule(
        code=codes,
        domain=domains,
        purpose=purposes,
        tenant=tenants,
        start=st.integers(0, 3),
        length=st.integers(0, 5),
    )
    def grant(self, code, domain, purpose, tenant, start, length) -> None:
        first = self.today + timedelta(days=start)
        last = first + timedelta(days=length)

        async def give():
            async with self.store.writing() as session:
                return await consents.grant(
                    session,
                    principal_for("admin", "admin", tenant=tenant),
                    enterprise=code,
                    domain=domain,
                    purpose=purpose,
                    valid_from=first,
                    valid_to=last,
                    today=self.today,
                )

        given = self.runner.run(give())
        self.granted[given.id] = (code, domain, tenant, purpose, first, last)

    @rule(code=codes, domain=st.none() | domains, purpose=purposes, tenant=tenants)
    def revoke_domain(self, code, domain, purpose, tenant) -> None:
        async def end():
            async with self.store.writing() as session:
                return await consents.revoke_domain(
                    session,
                    principal_for("admin", "admin", tenant=tenant),
                    enterprise=code,
                    domain=domain,
                    purpose=purpose,
                )

        ended = {one.id for one in self.runner.run(end())}
        expected = {
            key
            for key, (c, d, t, p, _, _) in self.granted.items()
            if (c, t, p) == (code, tenant, purpose) and domain in (None, d)
        }
        assert ended == expected
        for key in ended:
            del self.granted[key]

    @rule(data=st.data())
    def revoke_one(self, data) -> None:
        if not self.granted:
            return
        key = data.draw(st.sampled_from(sorted(self.granted)))
        tenant = self.granted.pop(key)[2]

        async def end():
            async with self.store.writing() as session:
                await consents.revoke(session, principal_for("admin", "admin", tenant=tenant), key)

        self.runner.run(end())

    @rule(days=st.integers(1, 4))
    def days_pass(self, days) -> None:
        self.today += timedelta(days=days)

    @invariant()
    def every_read_agrees(self) -> None:
        self.runner.run(self._compare())

    async def _compare(self) -> None:
        async with self.store.reading() as session:
            for caller in CALLERS:
                for purpose in PURPOSES:
                    pairs = await consents.granted_pairs(session, caller, today=self.today, purpose=purpose)
                    assert pairs == self._expected(caller, purpose)
                for code in CODES:
                    outcome = await self._read(session, caller, code, "tax")
                    assert outcome == self._outcome(caller, code, "tax")

    async def _read(self, session, caller: Principal, code: str, domain: str) -> str:
        try:
            found = await enterprises.read_domain(session, caller, code, domain, today=self.today)
        except ConsentRequired:
            return "consent"
        except NotFound:
            return "not found"
        assert found.use.consent is None or found.use.consent in self.granted
        return "open"

    def _expected(self, caller: Principal, purpose: str) -> set[tuple[str, str]]:
        return {
            (code, domain)
            for code, domain, tenant, given_for, first, last in self.granted.values()
            if tenant == caller.tenant
            and given_for == purpose
            and first <= self.today <= last
            and caller.may("enterprises")
            and caller.sees(code)
        }

    def _outcome(self, caller: Principal, code: str, domain: str) -> str:
        if not (caller.may("enterprises") and caller.sees(code)):
            return "not found"
        covered = (code, domain) in self._expected(caller, "credit_service")
        return "open" if caller.own == code or covered else "consent"


def test_reads_follow_every_history_of_consents(tmp_path: Path):
    async def prepare() -> Store:
        store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bagui.sqlite'}", tmp_path)
        async with store.writing() as session:
            blank = ("", "", "", "", "", "", "", None, None, (), "", True)
            await enterprises.put_enterprises(
                session, [Enterprise(code, f"示例{code}公司", *blank) for code in CODES]
            )
        return store

    with asyncio.Runner() as open_runner:
        open_store = open_runner.run(prepare())

        class Machine(ConsentMachine):
            runner = open_runner
            store = open_store

        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=10,
                    stateful_step_count=12,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
        finally:
            open_runner.run(open_store.close())
