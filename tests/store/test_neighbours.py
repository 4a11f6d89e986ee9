"""What stands beside a passage, as far as its reader may see it."""

from datetime import date

from assistant.document import DocumentVersion, DraftPassage
from assistant.principal import Principal
from assistant.store import documents, passages
from assistant.store.database import Store
from assistant.store.neighbours import surroundings

TODAY = date(2026, 6, 1)
RULE = DocumentVersion(id="rule", version="1", collection="regulations", title="办法")


async def put(store: Store, *locators: str) -> list[str]:
    drafts = [
        DraftPassage(locator=one, text=f"{one}内容。", embedding=b"e", encoder="e1") for one in locators
    ]
    async with store.writing() as session:
        await documents.upsert_version(session, RULE, drafts)
    async with store.reading() as session:
        return [row.id for row in await passages.index_manifest(session)]


async def test_a_passage_stands_between_its_neighbours(store: Store, rm: Principal):
    ids = await put(store, "第一条", "第二条", "第三条")
    async with store.reading() as session:
        first, middle, last = [await surroundings(session, rm, one, today=TODAY) for one in ids]
    assert middle.before and middle.passage and middle.after
    assert [middle.before.locator, middle.passage.locator, middle.after.locator] == [
        "第一条",
        "第二条",
        "第三条",
    ]
    assert first.before is None and last.after is None


async def test_a_passage_that_is_gone_has_none(store: Store, rm: Principal):
    ids = await put(store, "第一条", "第二条")
    async with store.writing() as session:
        await documents.remove_document(session, "rule")
    async with store.reading() as session:
        around = await surroundings(session, rm, ids[0], today=TODAY)
    assert (around.passage, around.before, around.after) == (None, None, None)


async def test_neighbours_obey_the_audience(store: Store, visitor: Principal):
    drafts = [
        DraftPassage(locator=one, text=f"{one}内容。", embedding=b"e", encoder="e1", audience=audience)
        for one, audience in (("第一条", "internal"), ("第二条", "public"))
    ]
    async with store.writing() as session:
        await documents.upsert_version(session, RULE, drafts)
    async with store.reading() as session:
        ids = [row.id for row in await passages.index_manifest(session)]
        around = await surroundings(session, visitor, ids[1], today=TODAY)
        hidden = await surroundings(session, visitor, ids[0], today=TODAY)
    assert around.passage is not None and around.before is None
    assert hidden.passage is None
