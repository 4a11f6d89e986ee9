"""Documents in and out of the knowledge base, and the passages that a caller gets to read."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from people import principal_for

from assistant.document import DocumentVersion, DraftPassage, NotHeld
from assistant.errors import InvalidRequest, NotFound
from assistant.principal import Principal
from assistant.store import documents, passages
from assistant.store.columns import UnstorableText
from assistant.store.consents import revoke_domain
from assistant.store.database import Store
from assistant.store.versions import load_versions, select_visible

TODAY = date(2026, 6, 1)
RULE = DocumentVersion(
    id="working-capital-loans",
    version="2024",
    collection="regulations",
    title="流动资金贷款管理办法",
    doc_no="国家金融监督管理总局令2024年第2号",
    issued=date(2024, 2, 2),
    effective_from=date(2024, 7, 1),
    not_held=(NotHeld("贷款期限", ("几年", "多久")),),
)


def draft(text: str, locator: str = "贷款期限", **changes) -> DraftPassage:
    return DraftPassage(locator=locator, text=text, embedding=text.encode(), encoder="e1", **changes)


async def put(store: Store, version: DocumentVersion, *drafts: DraftPassage) -> documents.Upserted:
    async with store.writing() as session:
        return await documents.upsert_version(session, version, drafts)


async def texts(store: Store, principal: Principal, today: date = TODAY) -> list[str]:
    async with store.reading() as session:
        ids = [row.id for row in await passages.index_manifest(session)]
        return [one.text for one in await passages.load_passages(session, principal, ids, today=today)]


async def test_a_version_comes_back_as_it_was_written(store: Store, rm: Principal):
    outcome = await put(store, RULE, draft("期限原则上不超过三年。", confidence="M"), draft("用途。", "用途"))
    async with store.reading() as session:
        (found,) = select_visible(await load_versions(session), rm, TODAY)
        ids = [row.id for row in await passages.index_manifest(session)]
        first, second = await passages.load_passages(session, rm, ids, today=TODAY)
    assert outcome.changed and outcome.passages == 2
    assert found.status == "in_force" and found.version.doc_no == RULE.doc_no
    assert found.version.not_held == RULE.not_held
    assert (first.confidence, second.confidence) == ("M", "H")
    assert (first.title, first.locator, first.issued) == (RULE.title, "贷款期限", RULE.issued)


async def test_the_same_content_again_changes_nothing(store: Store):
    first = await put(store, RULE, draft("三年。"))
    async with store.reading() as session:
        assert await documents.is_current(session, RULE, [draft("三年。")])
        assert not await documents.is_current(session, RULE, [draft("五年。")])
    again = await put(store, RULE, draft("三年。"))
    assert not again.changed and again.generation == first.generation


@pytest.mark.parametrize(
    ("version", "passage"),
    [
        (RULE, draft("五年。")),
        (replace(RULE, effective_to=date(2030, 1, 1)), draft("三年。")),
        (RULE, draft("三年。", audience="internal")),
    ],
)
async def test_any_other_content_is_a_new_generation(store: Store, version, passage):
    first = await put(store, RULE, draft("三年。"))
    second = await put(store, version, passage)
    assert second.changed and second.generation > first.generation
    async with store.reading() as session:
        assert await documents.knowledge_generation(session) == second.generation
        assert len(await passages.index_manifest(session)) == 1


async def test_many_at_once_become_what_they_become_one_by_one(store: Store, rm: Principal):
    other = replace(RULE, id="credit-reporting", title="征信业管理条例")
    held = [(RULE, [draft("三年。")]), (other, [draft("五年。", "不良信息")])]
    coming = [
        (replace(RULE, version="2010"), [draft("旧文。")]),
        (RULE, [draft("三年。")]),  # there already
        (other, [draft("查询须取得同意。"), draft("五年。", "不良信息")]),
        (replace(other, id="deposits"), [replace(draft("本金。"), embedding=None)]),
        (other, [draft("再改。")]),  # the same version a second time: the later one stands
        (other, [draft("再改。")]),
    ]

    async def everything():
        async with store.reading() as session:
            versions = [replace(one, id=0) for one in await load_versions(session)]
            ids = [row.id for row in await passages.index_manifest(session)]
            found = await passages.load_passages(session, rm, ids, today=TODAY)
            vectors = [one async for one in passages.iterate_embeddings(session, "e1")]
            return versions, [replace(one, version_id=0) for one in found], vectors

    async with store.writing() as session:
        single = [await documents.upsert_version(session, *one) for one in held + coming]
    by_one = await everything()
    async with store.writing() as session:
        start = await documents.knowledge_generation(session)
        for id in ("working-capital-loans", "credit-reporting", "deposits"):
            await documents.remove_document(session, id)
    async with store.writing() as session:
        together = await documents.upsert_versions(session, held)
        together += await documents.upsert_versions(session, coming)
    offset = start + 3
    assert [replace(one, generation=one.generation - offset) for one in together] == single
    again = await everything()
    moved = [replace(one, generation=one.generation - offset) for one in again[0]]
    assert (moved, *again[1:]) == by_one


async def test_one_bad_document_among_many_leaves_all_out(store: Store, rm: Principal):
    bad = replace(RULE, id="x" * 201)
    async with store.writing() as session:
        with pytest.raises(InvalidRequest):
            await documents.upsert_versions(session, [(RULE, [draft("三年。")]), (bad, [draft("五年。")])])
    assert await texts(store, rm) == []


async def test_a_swap_shows_the_old_content_or_the_new_and_never_a_part(store: Store, rm: Principal):
    old = {f"旧{n}。" for n in range(20)}
    new = {f"新{n}。" for n in range(30)}
    await put(store, RULE, *(draft(text) for text in sorted(old)))
    async with store.reading() as before:
        ids = [row.id for row in await passages.index_manifest(before)]
        await put(store, RULE, *(draft(text) for text in sorted(new)))
        assert {p.text for p in await passages.load_passages(before, rm, ids, today=TODAY)} == old
    assert set(await texts(store, rm)) == new

    async def swap() -> None:
        for round_ in range(5):
            chosen = old if round_ % 2 == 0 else new
            await put(store, RULE, *(draft(text) for text in sorted(chosen)))

    swapping = asyncio.create_task(swap())
    while not swapping.done():
        assert set(await texts(store, rm)) in (old, new)
    await swapping


async def test_a_failed_swap_leaves_the_old_content_whole(store: Store, rm: Principal):
    await put(store, RULE, draft("三年。"))
    with pytest.raises(UnstorableText):
        await put(store, RULE, draft("好的。"), draft("坏\x00的。"))
    assert await texts(store, rm) == ["三年。"]


async def test_unchanged_passages_keep_their_id_across_versions_of_the_file(store: Store):
    await put(store, RULE, draft("三年。"), draft("用途。", "用途"))
    async with store.reading() as session:
        before = {row.id for row in await passages.index_manifest(session)}
    await put(store, RULE, draft("五年。"), draft("用途。", "用途"))
    async with store.reading() as session:
        after = {row.id for row in await passages.index_manifest(session)}
    assert len(before & after) == 1


async def test_the_same_words_in_two_documents_and_twice_in_one_are_passages_of_their_own(store: Store):
    await put(store, RULE, draft("同上。"), draft("同上。"))
    await put(store, replace(RULE, version="2010"), draft("同上。"))
    async with store.reading() as session:
        assert len({row.id for row in await passages.index_manifest(session)}) == 3


async def test_removing_takes_a_document_away_and_it_can_come_back(store: Store, rm: Principal):
    first = await put(store, RULE, draft("三年。"))
    async with store.writing() as session:
        assert await documents.remove_document(session, RULE.id) == 1
    async with store.reading() as session:
        assert await documents.list_documents(session, rm) == ()
        assert await documents.knowledge_generation(session) > first.generation
    assert await texts(store, rm) == []
    with pytest.raises(NotFound):
        async with store.writing() as session:
            await documents.remove_document(session, RULE.id)
    assert (await put(store, RULE, draft("三年。"))).changed
    assert await texts(store, rm) == ["三年。"]


async def test_a_version_is_removed_alone(store: Store, rm: Principal):
    await put(store, RULE, draft("三年。"))
    await put(store, replace(RULE, version="2010"), draft("旧。"))
    async with store.writing() as session:
        assert await documents.remove_document(session, RULE.id, version="2010") == 1
    async with store.reading() as session:
        (listed,) = await documents.list_documents(session, rm)
    assert [one.version for one in listed.versions] == ["2024"] and listed.passages == (1,)


@pytest.mark.parametrize("drafts", [[], [draft("  \n")]])
async def test_a_document_without_text_is_refused(store: Store, drafts: list[DraftPassage]):
    with pytest.raises(InvalidRequest) as refused:
        await put(store, RULE, *drafts)
    assert refused.value.code == "empty_document"


@pytest.mark.parametrize("name", ["", "长" * 201])
async def test_an_identifier_has_bounds(store: Store, name: str):
    with pytest.raises(InvalidRequest):
        await put(store, replace(RULE, id=name), draft("三年。"))


async def test_the_list_shows_only_what_the_caller_may_see(store: Store, rm: Principal, visitor: Principal):
    await put(store, RULE, draft("三年。"))
    await put(store, replace(RULE, id="manual", collection="products", audience="internal"), draft("内部。"))
    async with store.reading() as session:
        assert [d.id for d in await documents.list_documents(session, rm)] == ["manual", RULE.id]
        assert [d.id for d in await documents.list_documents(session, visitor)] == [RULE.id]
        narrowed = await documents.list_documents(session, rm, collection="products")
    assert [d.id for d in narrowed] == ["manual"]
    assert await texts(store, visitor) == ["三年。"]


async def test_an_internal_section_of_a_public_document_stays_internal(
    store: Store, rm: Principal, visitor: Principal
):
    await put(store, RULE, draft("公开。"), draft("内部。", audience="internal"))
    assert await texts(store, visitor) == ["公开。"]
    assert await texts(store, rm) == ["公开。", "内部。"]


async def test_portrait_passages_open_and_close_with_the_consent(
    store: Store, rm: Principal, companies: tuple[str, str], give_consent
):
    code, other = companies
    portrait = DocumentVersion(f"portrait-{code}", "1", "portraits", "企业画像", enterprise=code)
    await put(
        store,
        portrait,
        draft("登记。", domain="registration"),
        draft("税务。", domain="tax"),
        draft("综合。"),
    )
    enterprise = principal_for("enterprise", "own", enterprise=code)
    stranger = principal_for("enterprise", "other", enterprise=other)
    assert await texts(store, rm) == ["登记。"]
    assert await texts(store, enterprise) == ["登记。", "税务。", "综合。"]
    assert await texts(store, stranger) == []
    assert await texts(store, principal_for("developer", "dev")) == []
    await give_consent(code, "tax", until=date(2026, 12, 31))
    assert await texts(store, rm) == ["登记。", "税务。"]
    assert await texts(store, rm, today=date(2027, 1, 1)) == ["登记。"]
    async with store.writing() as session:
        await revoke_domain(session, rm, enterprise=code, domain="tax")
    assert await texts(store, rm) == ["登记。"]


async def test_passages_come_in_the_order_asked_for_and_strangers_are_left_out(store: Store, rm: Principal):
    await put(store, RULE, *(draft(f"第{n}句。") for n in range(4)))
    async with store.reading() as session:
        ids = [row.id for row in await passages.index_manifest(session)]
        asked = [ids[2], "p_unknown", ids[0]]
        found = await passages.load_passages(session, rm, asked, today=TODAY)
    assert [one.text for one in found] == ["第2句。", "第0句。"]


async def test_an_index_is_rebuilt_from_everything_that_is_ready(store: Store):
    await put(store, RULE, *(draft(f"第{n}句。") for n in range(7)))
    await put(store, replace(RULE, version="2010"), draft("旧。"))
    await put(store, RULE, *(draft(f"新{n}句。") for n in range(5)))
    async with store.reading() as session:
        entries = [entry async for entry in passages.iterate_embeddings(session, "e1", batch=2)]
        manifest = await passages.index_manifest(session)
    assert [entry.text for entry in entries] == ["旧。", *(f"新{n}句。" for n in range(5))]
    assert [entry.id for entry in entries] == [row.id for row in manifest]
    assert all(entry.embedding == entry.text.encode() for entry in entries)
