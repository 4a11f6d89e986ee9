"""Another encoder takes over only when every passage has its vector, and the one before can come back."""

from pathlib import Path

import pytest
from retrieval.another_encoder import Another
from retrieval.shelf_values import TODAY, Put

from assistant.document import DocumentVersion, DraftPassage
from assistant.encoding.encoder import Encoder, StaticEncoder
from assistant.errors import ConfigurationError, Conflict
from assistant.principal import Principal
from assistant.retrieval import reindex as module
from assistant.retrieval.reindex import encoder_at, encoder_before, mark_of, reindex, serving_encoder
from assistant.retrieval.retriever import Retriever
from assistant.store import encodings
from assistant.store.database import Store


async def run(store: Store, encoder: Encoder) -> list[tuple[int, int]]:
    return [(step.done, step.total) async for step in reindex(store, encoder)]


async def serving_name(store: Store) -> str:
    async with store.reading() as session:
        mark = await encodings.serving(session)
    return mark.name if mark else ""


async def missing(store: Store, encoder: Encoder) -> int:
    async with store.reading() as session:
        return await encodings.count_unencoded(session, encoder.name)


@pytest.mark.usefixtures("law")
async def test_a_new_encoder_takes_over_at_once_and_the_old_one_comes_back_without_encoding(
    shelves: Store,
    encoder: StaticEncoder,
    retriever: Retriever,
    rm: Principal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)
    assert (await serving_encoder(shelves, None)).name == await serving_name(shelves) == encoder.name
    other = Another(encoder)
    steps = await run(shelves, other)
    assert steps == [(0, 5), (2, 5), (4, 5), (5, 5)]
    assert await serving_name(shelves) == other.name
    await retriever.adopt(other)
    assert retriever.version.startswith(other.name)
    found = await retriever.search("示例贷款期限最长几年", rm, as_of=TODAY)
    assert found[0].document_id == "loan-rule"
    assert await missing(shelves, encoder) == 0
    before = await encoder_before(shelves)
    assert before.name == encoder.name
    assert await run(shelves, before) == [(5, 5)]
    assert await serving_name(shelves) == encoder.name and await missing(shelves, other) == 0


@pytest.mark.usefixtures("law")
async def test_until_the_last_vector_is_there_the_old_ones_serve_and_a_second_run_goes_on(
    shelves: Store, encoder: StaticEncoder, rm: Principal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)
    await serving_encoder(shelves, None)
    broken = Another(encoder, fail_after=1)
    with pytest.raises(ConnectionAbortedError):
        await run(shelves, broken)
    broken.left = None
    broken.encoded = 0
    async for step in reindex(shelves, broken):
        if step.done == 4:
            break
    assert await serving_name(shelves) == encoder.name and await missing(shelves, broken) == 1
    retriever = Retriever(shelves, await serving_encoder(shelves, None), tmp_path / "index", chroma=False)
    await retriever.open()
    assert (await retriever.search("示例贷款期限", rm, as_of=TODAY))[0].document_id == "loan-rule"
    await retriever.close()
    again = Another(encoder)
    await run(shelves, again)
    assert again.encoded == 1 and await serving_name(shelves) == again.name


@pytest.mark.usefixtures("law")
async def test_what_comes_in_during_the_run_is_encoded_before_the_switch(
    shelves: Store, encoder: StaticEncoder, put: Put
) -> None:
    await serving_encoder(shelves, None)
    other = Another(encoder)
    async for step in reindex(shelves, other):
        if step.done == 5:
            version = DocumentVersion(id="late", version="1", collection="policies", title="晚到的通知")
            await put(version, [DraftPassage("标准", "晚到的标准。")])
    assert await missing(shelves, other) == 0 and await serving_name(shelves) == other.name
    async with shelves.writing() as session:
        with pytest.raises(Conflict):
            await encodings.switch(session, mark_of(Another(encoder, dim=4)))


@pytest.mark.usefixtures("law")
async def test_another_encoder_by_setting_is_refused_until_the_vectors_are_its_own(
    shelves: Store, encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Another(encoder)
    monkeypatch.setattr(module, "encoder_at", lambda folder: other if folder else encoder)
    assert await serving_encoder(shelves, None) is encoder
    with pytest.raises(ConfigurationError) as refused:
        await serving_encoder(shelves, other.folder)
    assert refused.value.code == "encoder_mismatch" and "bagui reindex" in refused.value.message
    await run(shelves, other)
    assert await serving_encoder(shelves, other.folder) is other
    assert await serving_encoder(shelves, None) is other, (
        "what the database holds serves where nothing is set"
    )


async def test_a_fresh_knowledge_base_takes_the_encoder_of_the_setting(
    shelves: Store, encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Another(encoder)
    monkeypatch.setattr(module, "encoder_at", lambda folder: other if folder else encoder)
    assert await serving_encoder(shelves, other.folder) is other
    with pytest.raises(Conflict):
        await encoder_before(shelves)


@pytest.mark.usefixtures("law")
async def test_sets_nobody_can_go_back_to_are_deleted(shelves: Store, encoder: StaticEncoder) -> None:
    await serving_encoder(shelves, None)
    for dim in (4, 8, 16):
        await run(shelves, Another(encoder, dim))
    assert [await missing(shelves, Another(encoder, dim)) for dim in (4, 8, 16)] == [5, 0, 0]


def test_a_model_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as missing:
        encoder_at(tmp_path / "bge-m3")
    assert missing.value.code == "model_missing" and "bge-m3" in missing.value.message
