"""The index files of one installation, kept in step with the database; whatever is damaged is built anew."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.errors import IndexUnavailable
from assistant.retrieval.encoder import Encoder, Vectors, from_bytes, passage_text, place_text
from assistant.retrieval.snapshot import Snapshot
from assistant.retrieval.text_index import TextEntry, TextIndex
from assistant.retrieval.vector_file import VectorFile
from assistant.store.database import Store
from assistant.store.passages import IndexEntry, iterate_embeddings

_BATCH = 2_000
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
        """Whether the files on disk are whole and made by this encoder."""
        if self._path is None or not (self._path / "terms.sqlite").exists():
            return False
        try:
            text = TextIndex(self._path / "terms.sqlite")
        except sqlite3.Error:
            return False
        try:
            state = text.state()
            ids = text.ids()
            vectors = VectorFile(self._path / "vectors.f32", self._encoder.dim)
            if (
                text.sound()
                and state.get("encoder") == self._encoder.name
                and vectors.load(len(ids), int(state.get("checksum", "-1")))
            ):
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
                if file.name.startswith(("terms.sqlite", "vectors.f32")):
                    file.unlink()
            self.text = TextIndex(self._path / "terms.sqlite")
            self.text.create()
            self.vectors = VectorFile(self._path / "vectors.f32", self._encoder.dim)
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
            async for entry in iterate_embeddings(session, after_version=self._last_version):
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
            self.vectors.append(self._vectors(batch))
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
        marks = {"encoder": self._encoder.name, "checksum": str(self.vectors.checksum), **state}
        self.text.add(entries, marks)
        self.ids.extend(entry.id for entry in batch)

    def _vectors(self, batch: Sequence[IndexEntry]) -> Vectors:
        """The stored vectors; those of another encoder, or none, are computed again."""
        size = self._encoder.dim * 2
        stored = [
            entry.embedding
            if entry.encoder == self._encoder.name and len(entry.embedding or b"") == size
            else None
            for entry in batch
        ]
        vectors = np.zeros((len(batch), self._encoder.dim), dtype=np.float32)
        known = [place for place, data in enumerate(stored) if data is not None]
        if known:
            vectors[known] = from_bytes([data for data in stored if data is not None], self._encoder.dim)
        missing = [place for place, data in enumerate(stored) if data is None]
        if missing:
            texts = [passage_text(e.title, e.locator, e.text, e.context) for e in (batch[p] for p in missing)]
            vectors[missing] = self._encoder.encode(texts)
        return vectors
