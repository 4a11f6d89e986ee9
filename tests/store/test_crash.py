"""A process killed while it writes: what it acknowledged is there, and nothing is there in part."""

import asyncio
import sys
from datetime import date

from assistant.principal import Principal
from assistant.store import audit, documents, passages
from assistant.store.database import Store

ROUNDS = 20
PASSAGES = 40

_KILLED_WRITERS = """
import asyncio, os, random, signal, sys, time
from pathlib import Path
from assistant.document import DocumentVersion, DraftPassage
from assistant.principal import principal_for
from assistant.store import audit, documents
from assistant.store.database import Store
from assistant.store.migrations import migrate

url, home, rounds, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])

async def write(round_, acknowledged):
    store = await Store.open(url, home, lock_wait_s=30)
    for n in range(1000):
        version = DocumentVersion(f"doc-{n % 7}", "1", "policies", "标题")
        text = f"第{round_}轮第{n}次"
        drafts = [DraftPassage(str(k), text, embedding=bytes(512), encoder="e") for k in range(count)]
        async with store.writing() as session:
            await documents.upsert_version(session, version, drafts)
            entry = audit.AuditEntry(what="ingest", outcome="ok", detail={"text": text})
            await audit.append(session, principal_for("admin", "a", tenant="bank"), entry)
        os.write(acknowledged, f"{n % 7} {text}\\n".encode())

chance = random.Random(2026)
last = {}
for round_ in range(rounds):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        asyncio.run(write(round_, writer))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as lines:
        heard = [lines.readline()] if round_ % 2 else []  # half of them die after a commit at the earliest
        time.sleep(chance.random() * 0.15)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for line in [*heard, *lines]:
            number, text = line.split()
            last[number] = text
for number, text in last.items():
    print(number, text)
"""


async def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(store: Store, url: str, rm: Principal):
    writers = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _KILLED_WRITERS,
        url,
        str(store.home),
        str(ROUNDS),
        str(PASSAGES),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await writers.communicate()
    assert writers.returncode == 0
    acknowledged = dict(line.split() for line in output.decode().splitlines())
    assert acknowledged, "the writers never got to commit anything"
    async with store.reading() as session:
        chain = await audit.verify(session)
        recorded = {
            row["text"]
            for batch in range(0, chain.rows, 500)
            for row in [
                record.detail
                for record in await audit.read_audit(
                    session, rm.model_copy(update={"scopes": frozenset({"audit"})}), after=batch, limit=500
                )
            ]
        }
        assert chain.ok, chain
        assert set(acknowledged.values()) <= recorded
        for document in await documents.list_documents(session, rm):
            assert document.passages == (PASSAGES,)
        ids = [row.id for row in await passages.index_manifest(session)]
        found = await passages.load_passages(session, rm, ids, today=date(2026, 6, 1))
    by_document: dict[str, set[str]] = {}
    for passage in found:
        by_document.setdefault(passage.document_id, set()).add(passage.text)
    assert all(len(texts) == 1 for texts in by_document.values()), "one content per document"
    for number, text in acknowledged.items():
        (kept,) = by_document[f"doc-{number}"]
        assert kept in recorded
        assert (_order(kept)) >= _order(text), "an acknowledged write was undone"


def _order(text: str) -> tuple[int, int]:
    """`第3轮第12次` as (3, 12)."""
    round_, count = text.removeprefix("第").removesuffix("次").split("轮第")
    return int(round_), int(count)
