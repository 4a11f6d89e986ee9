"""The index files of one installation, kept in step with the database; whatever is damaged is built anew.

The text index is the same for every encoder; the vectors lie in a file named after theirs.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.encoding.encoder import Encoder, Vectors, from_bytes, passage_text, place_text
from assistant.errors import IndexUnavailable
from assistant.retrieval.snapshot import Snapshot
from assistant.retrieval.text_index import TextEntry, TextIndex
from assistant.retrieval.vector_file import VectorFile
from assistant.store.database import Store
from assistant.store.passages import IndexEntry, iterate_embeddings

_BATCH = 8_000
_DEAD_SHARE = 0.3
_log = logging.getLogger(__name__)


class IndexFolder:
    """The text index and the vectors of one folder, row by row the same passages.

    A folder that cannot be written leaves both in memory, and `faults` names the text index.
    """

    def __init__(self, store: Store, encoder: Encoder, path: Path) -> None:
        self._store = store
        self._encoder = encoder
        self._path: Path | None = path
        self.text: TextIndex | None = None
        self.vectors = VectorFile(None, encoder.dim)
        self.ids: list[str] = []
        self.faults: tuple[str, ...] = ()
        self._last_version = 0
        self._left: list[TextIndex] = []

    async def sync(self, snapshot: Snapshot) -> None:
        """Brings the files to `snapshot`: adds what is new, builds anew what is missing, damaged or mostly dead.

        Raises `IndexUnavailable` when not even an index in memory can be built.
        """
        if self.text is None and not self._open():
            self._start_over()
        if len(self.vectors.rows) != len(self.ids):
            await self._refill(self._encoder)
        gone = sum(1 for id in self.ids if id not in snapshot.position)
        if gone > 1000 and gone > _DEAD_SHARE * len(self.ids):
            self._start_over()
        try:
            await self._add_new(snapshot)
            if snapshot.position.keys() - set(self.ids):  # another database than the one it was built from
                self._start_over()
                await self._add_new(snapshot)
        except (sqlite3.Error, OSError) as error:
            _log.warning("the index folder cannot be written, searching from memory: %s", error)
            self._in_memory()
            try:
                await self._add_new(snapshot)
            except sqlite3.Error as second:
                raise IndexUnavailable(f"the text index cannot be built: {second}") from second

    async def adopt(self, encoder: Encoder) -> None:
        """Takes another encoder's vectors in place of the present ones, which views at work still hold."""
        await self._refill(encoder)
        self._encoder = encoder
        if self._path is not None:
            for file in self._path.glob("vectors-*.f32"):
                if file != self._vector_path(encoder):
                    file.unlink(missing_ok=True)

    async def _refill(self, encoder: Encoder) -> None:
        """Writes the vectors of all rows anew from the database."""
        assert self.text is not None
        place = {id: row for row, id in enumerate(self.ids)}
        whole = np.zeros((len(self.ids), encoder.dim), dtype=np.float32)
        async with self._store.reading() as session:
            batch: list[IndexEntry] = []
            async for entry in iterate_embeddings(session, encoder.name):
                if entry.id in place:
                    batch.append(entry)
                if len(batch) == _BATCH:
                    whole[[place[e.id] for e in batch]] = await asyncio.to_thread(_vectors, encoder, batch)
                    batch = []
            if batch:
                whole[[place[e.id] for e in batch]] = await asyncio.to_thread(_vectors, encoder, batch)
        try:
            path = self._vector_path(encoder)
            if path is not None:
                path.unlink(missing_ok=True)
            vectors = VectorFile(path, encoder.dim)
            vectors.append(whole)
        except OSError as error:
            _log.warning("vectors cannot be written, keeping them in memory: %s", error)
            vectors = VectorFile(None, encoder.dim)
            vectors.append(whole)
        self.vectors = vectors
        self.text.note({_checksum(encoder): str(vectors.checksum)})

    def _vector_path(self, encoder: Encoder) -> Path | None:
        digest = hashlib.sha256(encoder.name.encode()).hexdigest()[:12]
        return self._path / f"vectors-{digest}.f32" if self._path is not None else None

    def close(self) -> None:
        self._leave()
        while self._left:
            self._left.pop().close()

    def _leave(self) -> None:
        """Lets go of the text index; searches under way still read the old one until the folder is closed."""
        if self.text is not None:
            self._left.append(self.text)
            self.text = None

    def _open(self) -> bool:
        """Whether the text index on disk is whole; vectors that are missing or damaged leave `vectors` empty."""
        if self._path is None or not (self._path / "terms.sqlite").exists():
            return False
        try:
            text = TextIndex(self._path / "terms.sqlite")
        except sqlite3.Error:
            return False
        try:
            state = text.state()
            ids = text.ids()
            if text.sound():
                vectors = VectorFile(self._vector_path(self._encoder), self._encoder.dim)
                if not vectors.load(len(ids), int(state.get(_checksum(self._encoder), "-1"))):
                    vectors = VectorFile(None, self._encoder.dim)
                self.text, self.vectors, self.ids = text, vectors, ids
                self._last_version = int(state.get("last_version", "0"))
                return True
        except (sqlite3.Error, ValueError) as error:
            _log.warning("the text index is damaged and is built anew: %s", error)
        text.close()
        return False

    def _start_over(self) -> None:
        self._leave()
        self.ids, self._last_version = [], 0
        if self._path is None:
            return self._in_memory()
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            for file in self._path.iterdir():
                if file.name.startswith(("terms.sqlite", "vectors")):
                    file.unlink()
            self.text = TextIndex(self._path / "terms.sqlite")
            self.text.create()
            self.vectors = VectorFile(self._vector_path(self._encoder), self._encoder.dim)
        except (OSError, sqlite3.Error) as error:
            _log.warning("the index folder cannot be used, searching from memory: %s", error)
            self._in_memory()
        return None

    def _in_memory(self) -> None:
        self._leave()
        self._path = None
        self.ids, self._last_version = [], 0
        self.faults = ("text_index",)
        self.text = TextIndex(None)
        self.text.create()
        self.vectors = VectorFile(None, self._encoder.dim)

    async def _add_new(self, snapshot: Snapshot) -> None:
        newest = max((version.id for version in snapshot.versions), default=0)
        if newest <= self._last_version:
            return
        async with self._store.reading() as session:
            batch: list[IndexEntry] = []
            known = set(self.ids)
            async for entry in iterate_embeddings(
                session, self._encoder.name, after_version=self._last_version
            ):
                if entry.id in snapshot.position and entry.id not in known:
                    batch.append(entry)
                if len(batch) == _BATCH:
                    await asyncio.to_thread(self._add, batch, snapshot, {})
                    batch = []
            await asyncio.to_thread(self._add, batch, snapshot, {"last_version": str(newest)})
        self._last_version = newest

    def _add(self, batch: Sequence[IndexEntry], snapshot: Snapshot, state: dict[str, str]) -> None:
        assert self.text is not None
        start = len(self.ids)
        if batch:
            self.vectors.append(_vectors(self._encoder, batch))
        entries = (
            TextEntry(
                start + offset,
                entry.id,
                snapshot.shelf(snapshot.rows[snapshot.position[entry.id]]),
                place_text(entry.title, entry.locator, entry.context),
                entry.text,
            )
            for offset, entry in enumerate(batch)
        )
        marks = {_checksum(self._encoder): str(self.vectors.checksum), **state}
        self.text.add(entries, marks)
        self.ids.extend(entry.id for entry in batch)


def _checksum(encoder: Encoder) -> str:
    """The key under which the text index notes the checksum of an encoder's vectors."""
    return f"checksum {encoder.name}"


def _vectors(encoder: Encoder, batch: Sequence[IndexEntry]) -> Vectors:
    """The stored vectors; those that are missing are computed."""
    size = encoder.dim * 2
    stored = [entry.embedding if len(entry.embedding or b"") == size else None for entry in batch]
    vectors = np.zeros((len(batch), encoder.dim), dtype=np.float32)
    known = [place for place, data in enumerate(stored) if data is not None]
    if known:
        vectors[known] = from_bytes([data for data in stored if data is not None], encoder.dim)
    missing = [place for place, data in enumerate(stored) if data is None]
    if missing:
        texts = [passage_text(e.title, e.locator, e.text, e.context) for e in (batch[p] for p in missing)]
        vectors[missing] = encoder.encode(texts)
    return vectors
