"""All vectors in one file, for exact search and for scoring single passages. A cache of the database."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.encoding.encoder import Vectors


class VectorFile:
    """Rows of 32-bit floats, appended; row numbers are those of the text index. `path` None keeps them in memory."""

    def __init__(self, path: Path | None, dim: int) -> None:
        self._path = path
        self._dim = dim
        self._rows: Vectors = np.zeros((0, dim), dtype=np.float32)
        self.checksum = 0

    def load(self, count: int, checksum: int) -> bool:
        """Maps `count` rows; false when the file is missing, short or damaged. What lies beyond them is cut off."""
        if self._path is None:
            return count == 0
        size = count * self._dim * 4
        try:
            if self._path.stat().st_size < size:
                return False
            with self._path.open("r+b") as file:
                file.truncate(size)
        except OSError:
            return False
        self._map(count)
        self.checksum = zlib.crc32(self._rows.tobytes())
        return self.checksum == checksum

    def append(self, vectors: Vectors) -> None:
        """Adds rows at the end. Raises `OSError` when the file cannot be written."""
        self.checksum = zlib.crc32(vectors.tobytes(), self.checksum)
        if self._path is None:
            self._rows = np.concatenate([self._rows, vectors])
            return
        count = len(self._rows) + len(vectors)
        with self._path.open("ab") as file:
            file.write(vectors.astype("<f4").tobytes())
        self._map(count)

    def _map(self, count: int) -> None:
        if self._path is None or count == 0:
            self._rows = np.zeros((0, self._dim), dtype=np.float32)
            return
        mapped = np.memmap(self._path, dtype="<f4", mode="r", shape=(count, self._dim))
        self._rows = np.asarray(mapped)

    @property
    def rows(self) -> Vectors:
        return self._rows

    def score(self, vector: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosine of a unit vector with the given rows."""
        return self._rows[rows] @ vector

    def search(
        self, vector: Vectors, allowed: NDArray[np.bool_], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best rows among `allowed` (one flag a row), exactly, best first."""
        held = self._rows[: len(allowed)]
        rows = np.flatnonzero(allowed[: len(held)])
        if rows.size == 0:
            return rows, np.zeros(0, dtype=np.float32)
        scores = (held @ vector)[rows] if rows.size * 4 > len(held) else held[rows] @ vector
        if rows.size > limit:
            best = np.argpartition(-scores, limit - 1)[:limit]
            rows, scores = rows[best], scores[best]
        order = np.argsort(-scores, kind="stable")
        return rows[order], scores[order]
