"""Takes files in, one line on stdout for every acknowledged one; meant to be killed at any moment."""

import asyncio
import sys
from pathlib import Path

from assistant.retrieval.encoder import shipped_encoder
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from knowledge.ingest import ingest
from knowledge.outcome import Step


def acknowledge(step: Step) -> None:
    if step.outcome is not None:
        sys.stdout.write(f"{step.outcome.outcome} {step.path.name}\n")
        sys.stdout.flush()


async def main(home: Path, folder: Path) -> None:
    encoder = shipped_encoder()
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    retriever = Retriever(store, encoder, home / "index", chroma=False)
    await retriever.open()

    async def keep_up() -> None:
        while True:
            await retriever.refresh()
            await asyncio.sleep(0.02)

    following = asyncio.create_task(keep_up())
    await ingest(store, encoder, [folder], progress=acknowledge)
    following.cancel()
    await asyncio.wait([following])
    await retriever.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
