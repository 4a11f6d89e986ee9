"""The index folder is a cache: deleted, damaged, stale or not writable, the search goes on."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from retrieval.another_encoder import Another
from retrieval.shelf_values import TODAY, Put

from assistant.document import DocumentVersion, DraftPassage
from assistant.encoding.encoder import Encoder, StaticEncoder
from assistant.principal import Principal
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import upsert_version


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def vectors(folder: Path) -> Path:
    return next(folder.glob("vectors-*.f32"))


DAMAGE: dict[str, Callable[[Path], None]] = {
    "nothing": lambda _: None,
    "folder deleted": shutil.rmtree,
    "terms truncated": lambda folder: truncate(folder / "terms.sqlite"),
    "terms emptied": lambda folder: (folder / "terms.sqlite").write_bytes(b""),
    "terms overwritten": lambda folder: (folder / "terms.sqlite").write_bytes(b"not a database" * 500),
    "vectors truncated": lambda folder: truncate(vectors(folder)),
    "vectors flipped": lambda folder: flip(vectors(folder)),
    "vectors deleted": lambda folder: vectors(folder).unlink(),
}


async def answers(store: Store, encoder: Encoder, path: Path, rm: Principal) -> list[str]:
    retriever = Retriever(store, encoder, path, chroma=False)
    await retriever.open()
    try:
        assert retriever.degraded == ()
        found = await retriever.search("示例贷款期限最长几年", rm, as_of=TODAY)
        return [f"{passage.id} {passage.score}" for passage in found]
    finally:
        await retriever.close()


@pytest.mark.usefixtures("law")
@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_is_found_at_opening_and_mended(
    damage: str, shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal
) -> None:
    path = tmp_path / "index"
    before = await answers(shelves, encoder, path, rm)
    DAMAGE[damage](path)
    assert await answers(shelves, encoder, path, rm) == before
    assert before


@pytest.mark.usefixtures("law")
async def test_an_index_of_another_database_is_not_believed(
    shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal, put: Put
) -> None:
    path = tmp_path / "index"
    before = await answers(shelves, encoder, path, rm)
    other = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'other' / 'bagui.sqlite'}", tmp_path / "other")
    version = DocumentVersion(id="restored", version="1", collection="policies", title="恢复的备份")
    async with other.writing() as session:
        await upsert_version(session, version, [DraftPassage("要点", "示例贷款期限由备份说明。")])
    found = await answers(other, encoder, path, rm)
    await other.close()
    assert len(found) == 1 and found[0].split()[0] not in {line.split()[0] for line in before}


@pytest.mark.usefixtures("law")
async def test_vectors_of_another_encoder_are_computed_again(
    shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal
) -> None:
    path = tmp_path / "index"
    await answers(shelves, encoder, path, rm)
    assert await answers(shelves, Another(encoder), path, rm)
    assert 4 * 8 * 5 in {file.stat().st_size for file in path.glob("vectors-*.f32")}


@pytest.mark.usefixtures("law")
async def test_a_folder_that_cannot_be_made_leaves_the_search_in_memory(
    shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal
) -> None:
    (tmp_path / "file").write_text("in the way")
    retriever = Retriever(shelves, encoder, tmp_path / "file" / "index", chroma=False)
    await retriever.open()
    assert retriever.degraded == ("text_index",)
    assert (await retriever.search("示例贷款期限最长几年", rm, as_of=TODAY))[0].document_id == "loan-rule"
    await retriever.close()


async def test_a_stale_index_catches_up_while_searches_run(
    shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal, put: Put
) -> None:
    retriever = Retriever(shelves, encoder, tmp_path / "index", chroma=False)
    await retriever.open()

    async def write(number: int) -> None:
        version = DocumentVersion(id=f"d{number}", version="1", collection="policies", title=f"通知{number}")
        await put(version, [DraftPassage("要点", f"第{number}号通知的要点。")])

    async def read() -> None:
        for _ in range(5):
            await retriever.search("通知的要点", rm, as_of=TODAY, k=50)

    await asyncio.gather(*(write(number) for number in range(10)), *(read() for _ in range(4)))
    assert len(await retriever.search("通知的要点", rm, as_of=TODAY, k=50)) == 10
    await retriever.close()
    assert len(await answers(shelves, encoder, tmp_path / "index", rm)) == 10
