"""The lexical index: SQLite FTS5 over pre-cut characters and character pairs. A cache, never the truth."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from assistant.retrieval.features import cut

LAYOUT = "1"
SHELVES = ("knowledge", "portraits")
_STOP = frozenset(
    "的了是在有我你他她们这那吗呢啊吧么和与及或为以被把就都也还要会能可对于从到由什怎哪个请问之其"
)
_COMMON_FROM = 5_000
_COMMON_SHARE = 0.05
_POSTINGS, _LEAST = 8_000, 6
_SCHEMA = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, shelf TEXT NOT NULL);
CREATE TABLE terms (shelf TEXT, term TEXT, passages INTEGER NOT NULL, PRIMARY KEY (shelf, term)) WITHOUT ROWID;
CREATE VIRTUAL TABLE knowledge USING fts5(head, body, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE portraits USING fts5(head, body, content='', tokenize='unicode61 remove_diacritics 0');
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
        if not self.weights:
            return 0.0
        found = set(cut(text))
        return sum(weight for term, weight in self.weights.items() if term in found) / (self.total or 1.0)

    def found_in(self, text: str) -> tuple[str, ...]:
        """The terms that stand in a text, rarest first."""
        found = set(cut(text))
        held = [term for term in self.weights if term in found]
        return tuple(sorted(held, key=lambda term: -self.weights[term]))


class TextIndex:
    """One SQLite file, or `:memory:`. Every method may raise `sqlite3.Error`: then the index is to be rebuilt."""

    def __init__(self, path: Path | None) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA journal_mode = WAL")

    def create(self) -> None:
        with self._lock:
            self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def sound(self) -> bool:
        """Whether the file is whole: SQLite's own check, the layout, and as many entries as indexed texts."""
        with self._lock:
            check = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            entries = self._connection.execute("SELECT count(*) FROM entries").fetchone()[0]
            held = sum(
                self._connection.execute(f"SELECT count(*) FROM {shelf}_docsize").fetchone()[0]  # noqa: S608
                for shelf in SHELVES
            )
        return check == ("ok",) and entries == held and self.state().get("layout") == LAYOUT

    def state(self) -> dict[str, str]:
        with self._lock:
            return dict(self._connection.execute("SELECT key, value FROM state").fetchall())

    def note(self, state: Mapping[str, str]) -> None:
        with self._lock:
            self._connection.executemany(
                "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                list(state.items()),
            )

    def ids(self) -> list[str]:
        """Passage ids by row."""
        with self._lock:
            return [id for (id,) in self._connection.execute("SELECT id FROM entries ORDER BY row")]

    def add(self, entries: Iterable[TextEntry], state: Mapping[str, str]) -> None:
        """Adds entries and notes `state`, all or nothing."""
        counts: dict[str, Counter[str]] = {shelf: Counter() for shelf in SHELVES}
        sizes = {shelf: self._size(shelf) for shelf in SHELVES}
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for entry in entries:
                    head, body = cut(entry.head), cut(entry.body)
                    counts[entry.shelf].update({*head, *body})
                    sizes[entry.shelf] += 1
                    self._connection.execute(
                        "INSERT INTO entries VALUES (?, ?, ?)", (entry.row, entry.id, entry.shelf)
                    )
                    self._connection.execute(
                        f"INSERT INTO {entry.shelf} (rowid, head, body) VALUES (?, ?, ?)",  # noqa: S608
                        (entry.row, " ".join(head), " ".join(body)),
                    )
                for shelf, terms in counts.items():
                    self._connection.executemany(
                        "INSERT INTO terms VALUES (?, ?, ?)"
                        " ON CONFLICT DO UPDATE SET passages = passages + excluded.passages",
                        [(shelf, term, count) for term, count in sorted(terms.items())],
                    )
                self._connection.executemany(
                    "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                    [
                        *state.items(),
                        *((f"size_{shelf}", str(size)) for shelf, size in sizes.items()),
                        ("layout", LAYOUT),
                    ],
                )
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _size(self, shelf: str) -> int:
        with self._lock:
            row = self._connection.execute(
                "SELECT value FROM state WHERE key = ?", (f"size_{shelf}",)
            ).fetchone()
        return int(row[0]) if row else 0

    def query_terms(self, query: str, shelf: str) -> QueryTerms:
        """The terms of a question weighed by rarity among the passages of a shelf, removed ones included.

        In a large collection, terms of more than a twentieth of the passages are left out, and of the others the
        rarest are taken until they stand in `_POSTINGS` passages together: the rest orders little and costs the most.
        """
        terms = [term for term in dict.fromkeys(cut(query)) if not _STOP.issuperset(term)]
        size = self._size(shelf)
        marks = ",".join("?" * len(terms))
        with self._lock:
            rows = self._connection.execute(
                f"SELECT term, passages FROM terms WHERE shelf = ? AND term IN ({marks})",  # noqa: S608
                (shelf, *terms),
            ).fetchall()
        held = dict(rows)
        weights = {
            term: max(0.0, math.log((size - held.get(term, 0) + 0.5) / (held.get(term, 0) + 0.5)))
            for term in terms
            if size < _COMMON_FROM or held.get(term, 0) <= size * _COMMON_SHARE
        }
        if size >= _COMMON_FROM:
            weights = _affordable(weights, held)
        return QueryTerms(weights or dict.fromkeys(terms, 0.0))

    def search(self, terms: QueryTerms, shelf: str, limit: int) -> tuple[Sequence[int], Sequence[float]]:
        """Rows and BM25 scores (positive, higher is better), best first; `limit` -1 means all."""
        if not terms.weights:
            return (), ()
        match = " OR ".join(f'"{term}"' for term in terms.weights)
        with self._lock:
            found = self._connection.execute(
                f"SELECT rowid, -rank FROM {shelf} WHERE {shelf} MATCH ? ORDER BY rank LIMIT ?",  # noqa: S608
                (match, limit),
            ).fetchall()
        return [row for row, _ in found], [score for _, score in found]


def _affordable(weights: dict[str, float], held: Mapping[str, int]) -> dict[str, float]:
    """The rarest terms within the budget, at least `_LEAST`, in the order of the question."""
    rarest, spent = set[str](), 0
    for term in sorted(weights, key=lambda term: held.get(term, 0)):
        spent += held.get(term, 0)
        if spent > _POSTINGS and len(rarest) >= _LEAST:
            break
        rarest.add(term)
    return {term: weight for term, weight in weights.items() if term in rarest}
