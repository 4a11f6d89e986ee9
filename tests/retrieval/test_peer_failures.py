"""What other systems were seen to get wrong with their indexes; each test names the failure."""

import asyncio
import sys
from pathlib import Path

import pytest
from retrieval.shelf_values import TODAY

from assistant.document import DocumentVersion, DraftPassage
from assistant.encoding.encoder import StaticEncoder
from assistant.principal import Principal
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import upsert_version
from knowledge.intake.ingest import embedded

_OTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from assistant.encoding.encoder import shipped_encoder
from assistant.store.database import Store
from knowledge.intake.ingest import ingest

async def main(home, file):
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    await ingest(store, shipped_encoder(), [file])
    await store.close()

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("chunks", [1_100, pytest.param(5_100, marks=pytest.mark.slow)])
async def test_p28_the_index_is_dead_after_a_restart_with_thousands_of_chunks(
    chunks: int, shelves: Store, encoder: StaticEncoder, tmp_path: Path, rm: Principal
) -> None:
    passages = [DraftPassage(f"第{n}条", f"第{n}号业务的贷款额度为{n}万元。") for n in range(chunks)]
    version = DocumentVersion("many", "1", "regulations", "示例细则")
    ready = embedded(passages, encoder, version.title)
    async with shelves.writing() as session:
        await upsert_version(session, version, ready)
    answers: list[list[str]] = []
    for _ in range(3):
        retriever = Retriever(shelves, encoder, tmp_path / "index")
        await retriever.open()
        assert retriever._chroma is not None
        await retriever._chroma.ready()
        assert retriever.degraded == ()
        view = retriever._view
        assert view is not None
        near = retriever._chroma.nearest(view, "knowledge", encoder.encode(["贷款额度"])[0], chunks)
        assert near is not None and len(set(near)) == chunks, "the restarted index does not hold every chunk"
        found = await retriever.search(f"第{chunks - 1}号业务的贷款额度", rm, as_of=TODAY, today=TODAY)
        answers.append([passage.id for passage in found])
        assert found[0].locator == f"第{chunks - 1}条"
        await retriever.close()
    assert answers[0] == answers[1] == answers[2]


async def test_p28_a_second_process_writes_and_the_first_does_not_see_it(
    shelves: Store, retriever: Retriever, rm: Principal, tmp_path: Path
) -> None:
    file = tmp_path / "note.txt"
    for text in ("补偿比例为百分之四十。", "补偿比例为百分之五十。"):
        file.write_text(text, "utf-8")
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _OTHER_PROCESS, str(shelves.home), str(file), cwd=Path(__file__).parents[2]
        )
        assert await other.wait() == 0
        found = await retriever.search("补偿比例", rm, as_of=TODAY, today=TODAY)
        assert [passage.text for passage in found] == [text]
