"""Loading into a store: complete, under consent, and repeatable without undoing what happened since."""

from datetime import date, timedelta

import pytest
from people import principal_for

from assistant.errors import ConsentRequired
from assistant.store import consents, enterprises, passages, versions
from assistant.store.database import Store
from knowledge.sample.generator import generate
from knowledge.sample.loader import load_samples

TODAY = date(2026, 11, 23)
RM = principal_for("rm", "tester")


@pytest.fixture
async def store(tmp_path):
    opened = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'b.sqlite'}", tmp_path)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def few():
    return generate(14, seed=3)


async def test_load_brings_everything(store, few):
    loaded = await load_samples(store, tenant="bank", today=TODAY, sample=few)
    assert (loaded.enterprises, loaded.records, loaded.passages) == (14, 84, 84)
    async with store.reading() as session:
        listed = await enterprises.list_enterprises(session, RM)
        held = await versions.load_versions(session)
        manifest = await passages.index_manifest(session)
    assert [one.code for one in listed] == [one.code for one in few.enterprises]
    assert all(one.fictional for one in listed)
    assert {version.collection for version in held} == {"portraits"}
    assert len(manifest) == 84
    assert all(row.enterprise and row.domain for row in manifest)


async def test_stored_payload_is_the_generated_one(store, few):
    await load_samples(store, tenant="bank", today=TODAY, sample=few)
    chosen = few.enterprises[0]
    async with store.reading() as session:
        read = await enterprises.read_domain(session, RM, chosen.code, "tax", today=TODAY)
    assert len(read.records) == 1
    assert read.records[0].values == chosen.records["tax"].payload()
    assert read.use.consent


async def test_expired_and_absent_consents_do_not_open_a_domain(store, few):
    await load_samples(store, tenant="bank", today=TODAY, sample=few)
    closed = [e for e in few.enterprises if e.consent_kind in ("none", "expired")]
    assert {e.consent_kind for e in closed} == {"none", "expired"}
    async with store.reading() as session:
        for enterprise in closed:
            with pytest.raises(ConsentRequired):
                await enterprises.read_domain(session, RM, enterprise.code, "tax", today=TODAY)
            await enterprises.read_domain(session, RM, enterprise.code, "registration", today=TODAY)


async def test_consents_end_on_their_day(store, few):
    await load_samples(store, tenant="bank", today=TODAY, sample=few)
    chosen = few.enterprises[0]
    last = next(c for c in chosen.consents if c.domain == "tax").to_days
    async with store.reading() as session:
        day = TODAY + timedelta(days=last)
        await enterprises.read_domain(session, RM, chosen.code, "tax", today=day)
        with pytest.raises(ConsentRequired):
            await enterprises.read_domain(session, RM, chosen.code, "tax", today=day + timedelta(days=1))


async def test_a_second_load_does_not_bring_a_revoked_consent_back(store, few):
    await load_samples(store, tenant="bank", today=TODAY, sample=few)
    chosen = few.enterprises[0].code
    async with store.writing() as session:
        await consents.revoke_domain(session, RM, enterprise=chosen, domain="tax")
    again = await load_samples(store, tenant="bank", today=TODAY, sample=few)
    assert (again.enterprises, again.records, again.consents) == (0, 0, 0)
    async with store.reading() as session:
        with pytest.raises(ConsentRequired):
            await enterprises.read_domain(session, RM, chosen, "tax", today=TODAY)


async def test_prepare_sees_every_passage_once(store, few):
    from dataclasses import replace

    seen: list[str] = []

    def prepare(drafts):
        seen.extend(draft.source_id for draft in drafts)
        return [replace(draft, embedding=b"\x00\x01", encoder="fake") for draft in drafts]

    await load_samples(store, tenant="bank", today=TODAY, sample=few, prepare=prepare)
    assert len(seen) == len(set(seen)) == 84
    async with store.reading() as session:
        entries = [entry async for entry in passages.iterate_embeddings(session, "fake")]
    assert all(entry.embedding == b"\x00\x01" for entry in entries)
