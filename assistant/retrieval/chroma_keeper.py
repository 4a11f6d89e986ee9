"""Keeps Chroma in step with the database in a thread of its own; until it is there, exact search serves."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from assistant.encoding.encoder import Vectors
from assistant.errors import IndexUnavailable
from assistant.retrieval.dense_index import BATCH, DenseIndex
from assistant.retrieval.ranking import View
from assistant.retrieval.snapshot import PORTRAITS
from assistant.retrieval.text_index import SHELVES

_log = logging.getLogger(__name__)


class ChromaKeeper:
    """`nearest` answers only for the view that Chroma holds completely; a failure is named in `faults`."""

    def __init__(self, folder: Path, encoder: str) -> None:
        self._index = DenseIndex(folder, encoder)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chroma")
        self._stop = Event()
        self._opened = False
        self._held: View | None = None
        self._sizes: dict[str, int] = {}
        self._work: asyncio.Future[None] | None = None
        self.faults: tuple[str, ...] = ()

    def follow(self, view: View, vectors: Vectors) -> None:
        """Begins to bring Chroma to `view` (`vectors` by row), after whatever it is still busy with."""
        self._held = None
        self._work = asyncio.get_running_loop().run_in_executor(self._thread, self._bring, view, vectors)

    async def ready(self) -> None:
        """Waits until the last `follow` is done, whatever its outcome."""
        if self._work is not None:
            await asyncio.wait([self._work])

    async def close(self) -> None:
        self._stop.set()
        await self.ready()
        self._thread.shutdown(wait=True)
        self._index.close()

    def nearest(self, view: View, shelf: str, vector: Vectors, limit: int) -> list[str] | None:
        """Ids nearest to a vector, or `None` when Chroma does not hold this view or fails."""
        if self._held is not view or not self._sizes[shelf]:
            return None
        try:
            return self._index.search(shelf, vector, min(limit, self._sizes[shelf]))
        except IndexUnavailable as error:
            self._fail(error)
            return None

    def _bring(self, view: View, vectors: Vectors) -> None:
        """Runs in the keeper's thread. What is damaged is thrown away and built once more from the vectors."""
        for attempt in (1, 2):
            try:
                if not self._opened:
                    self._index.open(SHELVES)
                    self._opened = True
                whole = self._fill(view, vectors)
                self._index.seal()
                if whole and not self._stop.is_set():
                    self._held, self.faults = view, ()
                return
            except IndexUnavailable as error:
                self._opened = False
                if attempt == 2:
                    self._fail(error)
                    return
                _log.warning("Chroma is built anew: %s", error)
                self._index.discard()

    def _fill(self, view: View, vectors: Vectors) -> bool:
        """Adds and removes what differs; false when told to stop. Raises `IndexUnavailable` for lost vectors."""
        for shelf in SHELVES:
            wanted = {
                row.id: int(view.row_of[place])
                for place, row in enumerate(view.snapshot.rows)
                if (row.enterprise is not None) == (shelf == PORTRAITS)
            }
            held = self._index.held(shelf)
            self._index.remove(shelf, sorted(held - wanted.keys()))
            missing = [id for id in wanted if id not in held]
            for start in range(0, len(missing), BATCH):
                if self._stop.is_set():
                    return False
                part = missing[start : start + BATCH]
                self._index.add(shelf, part, vectors[[wanted[id] for id in part]])
            ids = list(wanted)
            self._sizes[shelf] = len(ids)
            if ids and not self._index.sound(shelf, ids, vectors[[wanted[id] for id in ids]]):
                raise IndexUnavailable(f"Chroma lost vectors of the shelf {shelf}")
        return True

    def _fail(self, error: IndexUnavailable) -> None:
        self._held = None
        self.faults = ("dense_index",)
        _log.warning("exact search serves instead of Chroma: %s", error)
