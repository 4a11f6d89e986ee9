"""Takes files in, one line on stdout for every acknowledged step; meant to be killed at any moment.

With `churn` every second document is removed and the index built anew before the files come in again.
"""

import asyncio
import shutil
import sys
from pathlib import Path

from assistant.encoding.encoder import shipped_encoder
from assistant.principal import principal_for
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from assistant.store.documents import list_documents, remove_document
from knowledge.intake.ingest import ingest
from knowledge.intake.outcome import IngestStep


def acknowledge(what: str, name: str) -> None:
    sys.stdout.write(f"{what} {name}\n")
    sys.stdout.flush()


def on_step(step: IngestStep) -> None:
    if step.outcome is not None:
        acknowledge(step.outcome.outcome, step.path.name)


async def remove_every_second(store: Store) -> None:
    async with store.reading() as session:
        held = await list_documents(session, principal_for("rm", "tester", tenant="bank"))
    for document in held[::2]:
        async with store.writing() as session:
            await remove_document(session, document.id)
        acknowledge("removed", f"law{int(document.title[4:]):02}.txt")


async def main(home: Path, folder: Path, churn: bool) -> None:
    encoder = shipped_encoder()
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    retriever = Retriever(store, encoder, home / "index", chroma=False)
    await retriever.open()
    if churn:
        await remove_every_second(store)
        await retriever.close()
        shutil.rmtree(home / "index")
        retriever = Retriever(store, encoder, home / "index", chroma=False)
        await retriever.open()
        acknowledge("indexed", "anew")

    async def keep_up() -> None:
        while True:
            await retriever.refresh()
            await asyncio.sleep(0.02)

    following = asyncio.create_task(keep_up())
    await ingest(store, encoder, [folder], progress=on_step)
    following.cancel()
    await asyncio.wait([following])
    await retriever.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), "churn" in sys.argv[3:]))
