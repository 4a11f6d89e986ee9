"""The lexical index: BM25 over characters and character pairs, postings in SQLite. A cache, never the truth.

Each term has its passages as arrays, so a search is a few dozen reads and additions of arrays, under the mask of what the
caller may see. SQLite's own full-text index took 17 ms for what takes 2 here (docs/decisions/retrieval.md).
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.encoding.features import cut, fold, latin

LAYOUT = "2"
SHELVES = ("knowledge", "portraits")
_STOP = frozenset(
    "的了是在有我你他她们这那吗呢啊吧么和与及或为以被把就都也还要会能可对于从到由什怎哪个请问之其"
)
_COMMON_FROM = 5_000
_COMMON_SHARE = 0.05
_K1, _B, _LEAST_WEIGHT = 1.2, 0.75, 1e-6
# Of SQLite's pages: with its default of two MiB the frequencies of a question took 1.2 ms, so .7.
_CACHE_KIB = 32_768
_FREQUENCIES = 50_000  # terms whose number of passages is kept at hand
_PART = 4_096  # passages of a term in one row of the table; the last row grows until then
_SCHEMA = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, shelf TEXT NOT NULL, length INTEGER NOT NULL);
CREATE TABLE postings (
    shelf TEXT, term TEXT, part INTEGER, passages INTEGER NOT NULL, rows BLOB NOT NULL, counts BLOB NOT NULL,
    PRIMARY KEY (shelf, term, part)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A passage as the index takes it. `row` is its number in every index of the folder, from 0."""

    row: int
    id: str
    shelf: str
    head: str
    body: str


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """The terms of a question that carry meaning, each with its rarity (inverse document frequency, ≥ 0)."""

    weights: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.weights.values())

    def covered(self, text: str) -> float:
        """Which share of the question's weight stands in a text, in [0, 1]."""
        held = self._held(text)
        return sum(self.weights[term] for term in held) / (self.total or 1.0)

    def found_in(self, text: str) -> tuple[str, ...]:
        """The terms that stand in a text, rarest first."""
        return tuple(sorted(self._held(text), key=lambda term: -self.weights[term]))

    def _held(self, text: str) -> list[str]:
        """The terms that `cut` would find: Chinese ones anywhere, Latin words and numbers only whole."""
        folded = fold(text)
        whole = set(latin(folded)) if any(term[0].isascii() for term in self.weights) else set()
        return [term for term in self.weights if (term in whole if term[0].isascii() else term in folded)]


class Postings:
    """Passages of one term in the order of their rows, with how often it stands in each (at most 255)."""

    def __init__(self) -> None:
        self.rows, self.counts = array("I"), array("B")

    def add(self, row: int, count: int) -> None:
        self.rows.append(row)
        self.counts.append(min(count, 255))


class TextIndex:
    """One SQLite file, or `:memory:`. Every method may raise `sqlite3.Error`: then the index is to be rebuilt."""

    def __init__(self, path: Path | None) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._damping: dict[str, NDArray[np.float32]] = {}
        self._frequencies: dict[tuple[str, str], int] = {}

    def create(self) -> None:
        with self._lock:
            self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def sound(self) -> bool:
        """Whether the file is whole: SQLite's own check, the layout, and as many entries as were counted in."""
        state = self.state()
        with self._lock:
            check = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            held = self._connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        added = sum(int(state.get(f"size_{shelf}", "0")) for shelf in SHELVES)
        return check == ("ok",) and held == added and state.get("layout") == LAYOUT

    def state(self) -> dict[str, str]:
        with self._lock:
            return dict(self._connection.execute("SELECT key, value FROM state").fetchall())

    def note(self, state: Mapping[str, str]) -> None:
        with self._lock:
            self._note(state)

    def _note(self, state: Mapping[str, str]) -> None:
        self._connection.executemany(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            list(state.items()),
        )

    def ids(self) -> list[str]:
        """Passage ids by row."""
        with self._lock:
            return [id for (id,) in self._connection.execute("SELECT id FROM entries ORDER BY row")]

    def add(self, entries: Iterable[TextEntry], state: Mapping[str, str]) -> None:
        """Adds entries in the order of their rows and notes `state`, all or nothing."""
        found: dict[tuple[str, str], Postings] = {}
        sizes = {shelf: self._size(shelf) for shelf in SHELVES}
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for entry in entries:
                    terms = [*cut(entry.head), *cut(entry.body)]
                    for term, count in Counter(terms).items():
                        found.setdefault((entry.shelf, term), Postings()).add(entry.row, count)
                    sizes[entry.shelf] += 1
                    self._connection.execute(
                        "INSERT INTO entries VALUES (?, ?, ?, ?)",
                        (entry.row, entry.id, entry.shelf, len(terms)),
                    )
                for (shelf, term), postings in sorted(found.items()):
                    self._append(shelf, term, postings)
                counted = {f"size_{shelf}": str(size) for shelf, size in sizes.items()}
                self._note({**state, **counted, "layout": LAYOUT})
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self._damping, self._frequencies = {}, {}

    def _append(self, shelf: str, term: str, postings: Postings) -> None:
        last = self._connection.execute(
            "SELECT part, passages, rows, counts FROM postings WHERE shelf = ? AND term = ?"
            " ORDER BY part DESC LIMIT 1",
            (shelf, term),
        ).fetchone()
        part, passages, rows, counts = last or (0, 0, b"", b"")
        if passages >= _PART:
            part, passages, rows, counts = part + 1, 0, b"", b""
        self._connection.execute(
            "INSERT OR REPLACE INTO postings VALUES (?, ?, ?, ?, ?, ?)",
            (
                shelf,
                term,
                part,
                passages + len(postings.rows),
                rows + postings.rows.tobytes(),
                counts + postings.counts.tobytes(),
            ),
        )

    def _size(self, shelf: str) -> int:
        with self._lock:
            row = self._connection.execute(
                "SELECT value FROM state WHERE key = ?", (f"size_{shelf}",)
            ).fetchone()
        return int(row[0]) if row else 0

    def query_terms(self, query: str, shelf: str) -> QueryTerms:
        """The terms of a question weighed by rarity among the passages of a shelf, removed ones included.

        In a large collection, terms of more than a twentieth of the passages are left out: they order little.
        """
        terms = [term for term in dict.fromkeys(cut(query)) if not _STOP.issuperset(term)]
        size = self._size(shelf)
        held = self._frequencies_of(shelf, terms)
        weights = {
            term: max(0.0, math.log((size - held[term] + 0.5) / (held[term] + 0.5)))
            for term in terms
            if size < _COMMON_FROM or held[term] <= size * _COMMON_SHARE
        }
        return QueryTerms(weights or dict.fromkeys(terms, 0.0))

    def _frequencies_of(self, shelf: str, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages of the shelf each term stands."""
        with self._lock:
            known = self._frequencies
            unread = [term for term in terms if (shelf, term) not in known]
            if len(known) + len(unread) > _FREQUENCIES:
                known.clear()
                unread = list(terms)
            marks = ",".join("?" * len(unread))
            rows = self._connection.execute(
                f"SELECT term, sum(passages) FROM postings WHERE shelf = ? AND term IN ({marks}) GROUP BY term",  # noqa: S608
                (shelf, *unread),
            )
            known.update(((shelf, term), 0) for term in unread)
            known.update(((shelf, term), passages) for term, passages in rows)
            return {term: known[shelf, term] for term in terms}

    def search(
        self, terms: QueryTerms, shelf: str, limit: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Sequence[int], Sequence[float]]:
        """The best `limit` rows and their BM25 scores (positive), best first; of `allowed` rows only, where it is given."""
        marks = ",".join("?" * len(terms.weights))
        with self._lock:
            damping = self._damping_of(shelf)
            parts = self._connection.execute(
                f"SELECT term, rows, counts FROM postings WHERE shelf = ? AND term IN ({marks})",  # noqa: S608
                (shelf, *terms.weights),
            ).fetchall()
        scores = np.zeros(len(damping), dtype=np.float32)
        for term, rows, counts in parts:
            at, count = np.frombuffer(rows, np.uint32), np.frombuffer(counts, np.uint8).astype(np.float32)
            weight = max(terms.weights[term], _LEAST_WEIGHT)
            scores[at] += weight * (_K1 + 1) * count / (count + damping[at])
        if allowed is not None:
            scores = scores[: len(allowed)] * allowed[: len(scores)]
        found = np.flatnonzero(scores)
        if found.size > limit:
            found = np.sort(found[np.argpartition(-scores[found], limit)[:limit]])
        found = found[np.argsort(-scores[found], kind="stable")]
        return found.tolist(), scores[found].tolist()

    def _damping_of(self, shelf: str) -> NDArray[np.float32]:
        """By row, what a term's count is weighed against: more for a text longer than the shelf's mean."""
        if shelf not in self._damping:
            rows = self._connection.execute("SELECT row, length, shelf = ? FROM entries", (shelf,)).fetchall()
            table = np.array(rows, dtype=np.int64).reshape(-1, 3)
            lengths = np.zeros(int(table[:, 0].max(initial=-1)) + 1, dtype=np.float32)
            lengths[table[:, 0]] = table[:, 1]
            own = table[table[:, 2] == 1, 1]
            mean = float(own.mean()) if own.size else 1.0
            self._damping[shelf] = (_K1 * (1 - _B + _B * lengths / max(mean, 1.0))).astype(np.float32)
        return self._damping[shelf]
