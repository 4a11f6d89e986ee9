"""Files into the knowledge base: parsed apart, encoded in batches, stored one document a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.content import content_path
from assistant.document import DocumentVersion, DraftPassage
from assistant.encoding.encoder import Encoder, passage_text, to_bytes
from assistant.errors import InvalidRequest
from assistant.principal import Audience
from assistant.store.database import Store, StoreSession
from assistant.store.documents import is_current, upsert_version, upsert_versions
from assistant.store.passages import iterate_texts
from assistant.store.versions import find_version
from knowledge.intake.duplicates import Holdings
from knowledge.intake.files import UNSUPPORTED, files_in
from knowledge.intake.load import load_file
from knowledge.intake.outcome import FileOutcome, FileResult, IngestReport, IngestStep, Stage
from knowledge.intake.reader import Reader
from knowledge.reading.clean import clean
from knowledge.reading.loaded import LoadedDocument, Unreadable, file_id

_ENCODE_BATCH = 4_000


Progress = Callable[[IngestStep], None]
Record = Callable[[StoreSession, DocumentVersion, FileResult], Awaitable[None]]


async def _unrecorded(_session: StoreSession, _version: DocumentVersion, _outcome: FileResult) -> None:
    pass


async def ingest(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    *,
    collection: str | None = None,
    audience: Audience | None = None,
    progress: Progress | None = None,
    record: Record = _unrecorded,
) -> IngestReport:
    """Takes in files and folders; what was taken in before and has not changed is left alone.

    `audience` is for files that do not say themselves who may read them: without it, staff only. A bad file is
    reported and the rest go in; a run that was killed is taken up by the same call. Raises `StoreUnavailable` when the
    database cannot be written: the files reported through `progress` until then are in. `record` is called in the
    transaction that stores a document, so that what it writes is there exactly when the document is.
    """
    files = list(files_in(paths))
    run = _Run(store, encoder, collection, audience, progress or (lambda step: None), record, len(files))
    done: list[FileOutcome] = []
    async for outcome in run.take_in(files):
        done.append(outcome)
    return IngestReport(tuple(done))


async def load_builtin(store: Store, encoder: Encoder, folder: Path | None = None) -> int:
    """Brings in the knowledge that ships with the program, in one transaction; how many documents changed."""
    root = folder or content_path("corpus")
    loaded = [document for path in sorted(root.rglob("*.md")) for document in load_file(path)]
    async with store.reading() as session:
        new = [
            (document.version, document.passages)
            for document in loaded
            if not await is_current(session, document.version, document.passages)
        ]
    if not new:
        return 0
    ready = await asyncio.to_thread(
        lambda: [(version, embedded(passages, encoder, version.title)) for version, passages in new]
    )
    async with store.writing() as session:
        await upsert_versions(session, ready)
    return len(new)


def embedded(
    passages: Sequence[DraftPassage],
    encoder: Encoder,
    title: str = "",
    on_batch: Callable[[int, int], None] | None = None,
) -> list[DraftPassage]:
    """The passages with their vectors; `title` is the version's, for passages without one of their own.

    `on_batch` hears how many are encoded and how many there are.
    """
    ready: list[DraftPassage] = []
    for start in range(0, len(passages), _ENCODE_BATCH):
        part = passages[start : start + _ENCODE_BATCH]
        vectors = encoder.encode([passage_text(p.title or title, p.locator, p.text, p.context) for p in part])
        ready += [
            replace(passage, embedding=data, encoder=encoder.name)
            for passage, data in zip(part, to_bytes(vectors), strict=True)
        ]
        if on_batch is not None:
            on_batch(len(ready), len(passages))
    return ready


class _Run:
    """One call of `ingest`: the child that parses, what is held already, and whom to tell."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        collection: str | None,
        audience: Audience | None,
        tell: Progress,
        record: Record,
        total: int,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._collection = collection
        self._audience = audience
        self._tell = tell
        self._record = record
        self._held = _Held(store)
        self._reader = Reader()
        self._total = total
        self._done = 0

    async def take_in(self, files: Sequence[tuple[Path, str]]) -> AsyncIterator[FileOutcome]:
        try:
            for path, objection in files:
                outcome = await self._outcome(path, objection)
                self._done += 1
                self._tell(IngestStep(path, "done", self._done, self._total, outcome=outcome))
                yield outcome
        finally:
            await self._reader.close()

    async def _outcome(self, path: Path, objection: str) -> FileOutcome:
        if objection:
            return FileOutcome(
                path, "skipped" if objection.startswith(UNSUPPORTED) else "failed", reason=objection
            )
        self._at(path, "read")
        try:
            documents = await self._reader.read(
                path,
                self._collection,
                audience=self._audience,
                on_page=lambda part, parts: self._at(path, "read", part, parts),
            )
            return await self._store_file(path, documents)
        except Unreadable as error:
            return FileOutcome(path, "failed", reason=str(error))
        except InvalidRequest as error:
            return FileOutcome(path, "failed", reason=error.message)

    async def _store_file(self, path: Path, documents: Sequence[LoadedDocument]) -> FileOutcome:
        own = [await _own_place(self._store, path, document) for document in documents]
        outcomes = [await self._store_document(path, document) for document in own]
        notes = [document.note for document in own if document.note]
        notes += [
            note
            for document, outcome in zip(own, outcomes, strict=True)
            if outcome != "unchanged" and (note := await self._held.note(document))
        ]
        outcome: FileResult = (
            "updated" if "updated" in outcomes else "added" if "added" in outcomes else "unchanged"
        )
        version = own[0].version
        passages = sum(len(document.passages) for document in documents)
        return FileOutcome(
            path, outcome, version.id, passages, note="；".join(notes), audience=version.audience
        )

    async def _store_document(self, path: Path, document: LoadedDocument) -> FileResult:
        passages = document.passages
        async with self._store.reading() as session:
            if await is_current(session, document.version, passages):
                return "unchanged"
            known = await find_version(session, *_key(document.version)) is not None
        self._at(path, "encode", 0, len(passages))
        ready = await asyncio.to_thread(
            embedded,
            passages,
            self._encoder,
            document.version.title,
            lambda part, parts: self._at(path, "encode", part, parts),
        )
        self._at(path, "store")
        async with self._store.writing() as session:
            stored = await upsert_version(session, document.version, ready)
            if not stored.changed:
                return "unchanged"
            outcome: FileResult = "updated" if known else "added"
            await self._record(session, document.version, outcome)
        return outcome

    def _at(self, path: Path, stage: Stage, part: int = 0, parts: int = 0) -> None:
        self._tell(IngestStep(path, stage, self._done, self._total, part, parts))


async def _own_place(store: Store, path: Path, document: LoadedDocument) -> LoadedDocument:
    """The document under an id of the file's own where another file holds that edition of the law already."""
    async with store.reading() as session:
        same = await find_version(session, *_key(document.version))
    if same and same.source != document.version.source and document.version.source == clean(path.name):
        return replace(document, version=replace(document.version, id=file_id(path)))
    return document


class _Held:
    """What the knowledge base held before and during one run; read when the first new document comes in."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._holdings: Holdings | None = None

    async def note(self, document: LoadedDocument) -> str:
        """Names another document that says nearly the same, and remembers this one."""
        texts = [passage.text for passage in document.passages]
        if self._holdings is None:
            self._holdings = Holdings()
            async with self._store.reading() as session:
                async for document_id, text in iterate_texts(session):
                    self._holdings.add(document_id, [text])
        else:
            self._holdings.add(document.version.id, texts)
        found = self._holdings.alike(document.version.id, texts)
        return f"与已有文档“{found[0]}”内容重复约{found[1]:.0%}，请核对是否重复收入" if found else ""


def _key(version: DocumentVersion) -> tuple[str, str]:
    return version.id, version.version
