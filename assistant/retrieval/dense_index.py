"""The vector index in an embedded Chroma: the only file that knows chromadb. A cache that can be thrown away.

Measured: a metadata filter makes a query of 3 ms one of 40 to 190 ms, so nothing is filtered here; the caller
asks for more than it needs and applies its own mask. One process owns the folder, and no server is started.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.encoding.encoder import Vectors
from assistant.errors import IndexUnavailable

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

BATCH = 2_000
_SAMPLE = 5
_SEAL = "sealed.json"
_FAILURES: tuple[type[Exception], ...] = (
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


class DenseIndex:
    """A Chroma collection per shelf, named after the encoder; those of others are deleted. Chroma is imported on opening."""

    def __init__(self, folder: Path, encoder: str) -> None:
        self._folder = folder
        self._encoder = encoder
        self._client: Any = None
        self._collections: dict[str, Collection] = {}
        self._failures: tuple[type[Exception], ...] = _FAILURES

    def open(self, shelves: Sequence[str]) -> None:
        """Opens or creates the collections. Raises `IndexUnavailable` when Chroma cannot.

        Files that are not as they were left are never given to Chroma: its native reader dies of them, and the
        whole process with it.
        """
        if not self._as_left():
            raise IndexUnavailable("the files of Chroma are not as they were left")
        logging.getLogger("chromadb").setLevel(logging.ERROR)
        import chromadb
        from chromadb.config import Settings as ChromaSettings
        from chromadb.errors import ChromaError

        self._failures = (*_FAILURES, ChromaError)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(
                path=str(self._folder), settings=ChromaSettings(anonymized_telemetry=False)
            )
            own = {self._name(shelf) for shelf in shelves}
            for other in self._client.list_collections():
                if other.name not in own:
                    self._client.delete_collection(other.name)
            for shelf in shelves:
                self._collections[shelf] = self._client.get_or_create_collection(
                    self._name(shelf), embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )
        except self._failures as error:
            raise IndexUnavailable(f"Chroma cannot be opened: {error}") from error

    def _name(self, shelf: str) -> str:
        return f"{shelf}-{hashlib.sha256(self._encoder.encode()).hexdigest()[:12]}"

    def held(self, shelf: str) -> set[str]:
        """Ids that the collection holds."""
        return set(self._call(lambda: self._collections[shelf].get(include=[])["ids"]))

    def add(self, shelf: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Adds at most `BATCH` vectors."""
        self._call(lambda: self._collections[shelf].upsert(ids=list(ids), embeddings=vectors))

    def remove(self, shelf: str, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), BATCH):
            self._call(
                lambda part=list(ids[start : start + BATCH]): self._collections[shelf].delete(ids=part)
            )

    def search(self, shelf: str, vector: Vectors, limit: int) -> list[str]:
        """Ids of the nearest passages, nearest first. Raises `IndexUnavailable`."""
        found = self._call(
            lambda: self._collections[shelf].query(query_embeddings=[vector], n_results=limit, include=[])
        )
        return found["ids"][0]

    def sound(self, shelf: str, ids: Sequence[str], vectors: Vectors) -> bool:
        """Whether a sample of stored vectors finds itself; a lost HNSW file otherwise shows no error at all."""
        step = max(1, len(ids) // _SAMPLE)
        for id, vector in list(zip(ids, vectors, strict=True))[::step]:
            if vector.any() and id not in self.search(shelf, vector, min(20, len(ids))):
                twins = (vectors @ vector > 0.9999).sum()
                if twins < 20:
                    return False
        return True

    def seal(self) -> None:
        """Notes the digests of the vector files, once nothing is being written."""
        written = self._folder / f"{_SEAL}.new"
        try:
            written.write_text(json.dumps(self._digests()), encoding="utf-8")
            os.replace(written, self._folder / _SEAL)
        except OSError as error:
            raise IndexUnavailable(f"Chroma cannot be sealed: {error}") from error

    def _as_left(self) -> bool:
        found = self._digests()
        try:
            return found == json.loads((self._folder / _SEAL).read_bytes())
        except (OSError, ValueError):
            return not found

    def _digests(self) -> dict[str, str]:
        """Of the files that Chroma's native reader opens; its own SQLite file heals by itself."""
        digests: dict[str, str] = {}
        for path in sorted(self._folder.glob("*/*")):
            try:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "blake2b").hexdigest()
            except OSError as error:
                raise IndexUnavailable(f"a file of Chroma cannot be read: {error}") from error
            digests[path.relative_to(self._folder).as_posix()] = digest
        return digests

    def close(self) -> None:
        """Lets go of the files; also of what Chroma keeps for the folder within the process."""
        self._collections.clear()
        if self._client is not None:
            self._client.close()
            self._client = None
            with contextlib.suppress(IndexUnavailable):  # unsealed files are built anew at the next opening
                self.seal()

    def discard(self) -> None:
        """Deletes the folder, to build it anew, and what Chroma remembers of it within the process."""
        from chromadb.api.shared_system_client import SharedSystemClient

        self._collections.clear()
        self._client = None
        SharedSystemClient.clear_system_cache()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except self._failures as error:
            raise IndexUnavailable(f"Chroma failed: {error}") from error
