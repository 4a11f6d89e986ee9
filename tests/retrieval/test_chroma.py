"""Chroma as a cache: in step with the database, rebuilt when lost, left out when it fails, never a server."""

import shutil
from pathlib import Path

import psutil
import pytest
from retrieval.shelf_values import TODAY

from assistant.encoding.encoder import StaticEncoder
from assistant.principal import Principal
from assistant.retrieval.chroma_keeper import ChromaKeeper
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def listening() -> set[int]:
    """Ports that this process listens on."""
    return {c.laddr.port for c in psutil.Process().net_connections() if c.status == psutil.CONN_LISTEN}


def keeper(retriever: Retriever) -> ChromaKeeper:
    assert retriever._chroma is not None
    return retriever._chroma


@pytest.mark.usefixtures("law", "portraits")
async def test_chroma_and_exact_search_agree_and_nothing_listens(
    shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal, retriever: Retriever
) -> None:
    before = listening()  # servers that other tests of this process share
    with_chroma = Retriever(shelves, encoder, tmp_path / "other")
    await with_chroma.open()
    await keeper(with_chroma).ready()
    view = with_chroma._view
    assert view is not None and with_chroma.degraded == ()
    near = keeper(with_chroma).nearest(view, "knowledge", encoder.encode(["贷款期限"])[0], 3)
    assert near is not None and len(near) == 3
    for question in ("示例贷款期限最长几年", "贴息", "当面核对"):
        both = [await one.search(question, rm, as_of=TODAY, today=TODAY) for one in (with_chroma, retriever)]
        assert [p.id for p in both[0]] == [p.id for p in both[1]]
    assert listening() <= before
    await with_chroma.close()


@pytest.mark.usefixtures("law")
@pytest.mark.parametrize("damage", ["segments deleted", "database truncated"])
async def test_a_damaged_chroma_is_built_anew(
    damage: str, shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal
) -> None:
    path = tmp_path / "index"
    first = Retriever(shelves, encoder, path)
    await first.open()
    await first.close()
    chroma = path / "chroma"
    if damage == "segments deleted":
        for folder in (item for item in chroma.iterdir() if item.is_dir()):
            shutil.rmtree(folder)
    else:
        data = (chroma / "chroma.sqlite3").read_bytes()
        (chroma / "chroma.sqlite3").write_bytes(data[: len(data) // 3])
    again = Retriever(shelves, encoder, path)
    await again.open()
    assert (await again.search("示例贷款期限", rm, as_of=TODAY))[0].document_id == "loan-rule"
    await keeper(again).ready()
    assert again._view is not None and again.degraded == ()
    assert keeper(again).nearest(again._view, "knowledge", encoder.encode(["贷款期限"])[0], 3)
    await again.close()


@pytest.mark.usefixtures("law")
async def test_when_chroma_cannot_be_opened_exact_search_serves_and_it_is_said(
    shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal
) -> None:
    path = tmp_path / "index"
    path.mkdir()
    (path / "chroma").write_text("in the way")
    retriever = Retriever(shelves, encoder, path)
    await retriever.open()
    await keeper(retriever).ready()
    assert retriever.degraded == ("dense_index",)
    assert (await retriever.search("示例贷款期限", rm, as_of=TODAY))[0].document_id == "loan-rule"
    await retriever.close()
