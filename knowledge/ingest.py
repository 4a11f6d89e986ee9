"""Files into the knowledge base: parsed apart, encoded in batches, stored one document a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from assistant.content import content_path
from assistant.document import DocumentVersion, DraftPassage
from assistant.errors import InvalidRequest
from assistant.retrieval.encoder import Encoder, passage_text, to_bytes
from assistant.store.database import Store
from assistant.store.documents import is_current, upsert_version
from assistant.store.passages import iterate_texts
from assistant.store.versions import load_versions
from knowledge.clean import clean
from knowledge.description import SIDE_CAR
from knowledge.duplicates import Holdings
from knowledge.load import load_file, supported
from knowledge.loaded import LoadedDocument, Unreadable, file_id
from knowledge.reader import Reader

Outcome = Literal["added", "updated", "unchanged", "failed", "skipped"]
_ENCODE_BATCH = 4_000


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. `reason` says why it failed or was skipped; `document_id` names the first document;
    `note` says what a person should know of a file that went in."""

    path: Path
    outcome: Outcome
    document_id: str = ""
    passages: int = 0
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Every file in the order taken. A file named here as added or updated is committed."""

    files: tuple[FileOutcome, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(file.outcome == outcome for file in self.files)

    @property
    def ok(self) -> bool:
        return self.count("failed") == 0


Progress = Callable[[FileOutcome, int, int], None]
"""Called after each file with its outcome, how many are done, and how many there are."""


async def ingest(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    *,
    collection: str | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Takes in files and folders; what was taken in before and has not changed is left alone.

    A bad file is reported and the rest go in. Raises `StoreUnavailable` when the database cannot be written:
    the files reported through `progress` until then are in.
    """
    files = list(_files(paths))
    done: list[FileOutcome] = []
    async for outcome in _each(store, encoder, files, collection):
        done.append(outcome)
        if progress is not None:
            progress(outcome, len(done), len(files))
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
        for version, passages in ready:
            await upsert_version(session, version, passages)
    return len(new)


def embedded(passages: Sequence[DraftPassage], encoder: Encoder, title: str = "") -> list[DraftPassage]:
    """The passages with their vectors; `title` is the version's, for passages without one of their own."""
    ready: list[DraftPassage] = []
    for start in range(0, len(passages), _ENCODE_BATCH):
        part = passages[start : start + _ENCODE_BATCH]
        vectors = encoder.encode([passage_text(p.title or title, p.locator, p.text, p.context) for p in part])
        ready += [
            replace(passage, embedding=data, encoder=encoder.name)
            for passage, data in zip(part, to_bytes(vectors), strict=True)
        ]
    return ready


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Files with, where they cannot be taken in at all, the reason; folders in depth, hidden files left out."""
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file() and not item.is_symlink())
            described = {item.with_suffix("") for item in inside if supported(item)}
            inside = [i for i in inside if i.suffix not in SIDE_CAR or i.with_suffix("") not in described]
            for item in inside:
                if not any(part.startswith(".") for part in item.relative_to(path).parts):
                    yield item, "" if supported(item) else f"不支持的格式 {item.suffix or '（无扩展名）'}"
        elif not path.exists():
            yield path, "文件不存在"
        else:
            yield path, "" if supported(path) else f"不支持的格式 {path.suffix or '（无扩展名）'}"


async def _each(
    store: Store, encoder: Encoder, files: Sequence[tuple[Path, str]], collection: str | None
) -> AsyncIterator[FileOutcome]:
    reader, holdings = Reader(), _Held(store)
    try:
        for path, objection in files:
            if objection:
                missing = not path.exists()
                yield FileOutcome(path, "failed" if missing else "skipped", reason=objection)
                continue
            try:
                documents = await reader.read(path, collection)
                yield await _take_in(store, encoder, path, documents, holdings)
            except Unreadable as error:
                yield FileOutcome(path, "failed", reason=str(error))
            except InvalidRequest as error:
                yield FileOutcome(path, "failed", reason=error.message)
    finally:
        await reader.close()


async def _take_in(
    store: Store, encoder: Encoder, path: Path, documents: Sequence[LoadedDocument], held: _Held
) -> FileOutcome:
    own = [await _own_place(store, path, document) for document in documents]
    outcomes = [await _store_document(store, encoder, document) for document in own]
    notes = [
        note
        for document, outcome in zip(own, outcomes, strict=True)
        if outcome != "unchanged" and (note := await held.note(document))
    ]
    outcome: Outcome = "updated" if "updated" in outcomes else "added" if "added" in outcomes else "unchanged"
    passages = sum(len(document.passages) for document in documents)
    return FileOutcome(path, outcome, own[0].version.id, passages, note="；".join(notes))


async def _own_place(store: Store, path: Path, document: LoadedDocument) -> LoadedDocument:
    """The document under an id of the file's own where another file holds that edition of the law already."""
    async with store.reading() as session:
        versions = await load_versions(session)
    same = [v for v in versions if (v.document_id, v.version) == _key(document.version)]
    if same and same[0].source != document.version.source and document.version.source == clean(path.name):
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


async def _store_document(store: Store, encoder: Encoder, document: LoadedDocument) -> Outcome:
    passages = document.passages
    async with store.reading() as session:
        if await is_current(session, document.version, passages):
            return "unchanged"
        held = {(version.document_id, version.version) for version in await load_versions(session)}
    ready = await asyncio.to_thread(embedded, passages, encoder, document.version.title)
    async with store.writing() as session:
        stored = await upsert_version(session, document.version, ready)
    known = _key(document.version) in held
    return "unchanged" if not stored.changed else "updated" if known else "added"


def _key(version: DocumentVersion) -> tuple[str, str]:
    return version.id, version.version
