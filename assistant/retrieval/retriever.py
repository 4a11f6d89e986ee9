"""The search: which passages answer a question, for this caller, on this day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.document import bare_title
from assistant.encoding.encoder import Encoder, Vectors
from assistant.passage import Passage
from assistant.principal import Principal
from assistant.question.asking import substance
from assistant.question.law_question import law_question
from assistant.retrieval.chroma_keeper import ChromaKeeper
from assistant.retrieval.explaining import dropped, why
from assistant.retrieval.found import (
    RERANKED,
    Held,
    law_first,
    passage_of,
    reordered,
    row_of,
    scores_of,
)
from assistant.retrieval.fusion import Weights
from assistant.retrieval.index_folder import IndexFolder
from assistant.retrieval.ranking import Query, Ranked, View, rank, status_of
from assistant.retrieval.reranker import Reranker
from assistant.retrieval.snapshot import PORTRAITS, Snapshot, read_snapshot
from assistant.retrieval.text_index import SHELVES
from assistant.retrieval.visibility import Mask, upcoming, visible
from assistant.store import consents, documents, passages
from assistant.store.database import Store
from assistant.words.glossary import expand

NOT_FOUND_BELOW, DOUBTFUL_BELOW = 0.35, 0.6
"""Under the first even the best passage is taken for chance: one in a hundred of the everyday questions that the built-in
knowledge and sixty laws do answer, five in six of those about something else altogether. Up to the second it is shown, and said
to be the nearest only: six in a hundred of those answered, nearly one in four of the gaps (docs/decisions/retrieval.md)."""
CANDIDATES = 200
_EXACT_UP_TO = 2_000  # among so few the exact search takes a tenth of the time that Chroma does
_SPARE = 5
_SHANGHAI = ZoneInfo("Asia/Shanghai")
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Who searches, for which day and with which consents, and what the search is limited to."""

    principal: Principal
    as_of: date | None
    today: date
    collection: str | None
    enterprise: str | None
    purpose: str

    @property
    def asks_portraits(self) -> bool:
        return self.enterprise is not None or self.collection == PORTRAITS


class Retriever:
    """Open it once per process; it owns the index folder. Every search reads the database for who may see what."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        index_path: Path,
        *,
        weights: Weights | None = None,
        reranker: Reranker | None = None,
        chroma: bool = True,
    ) -> None:
        """`chroma=False` leaves the vector database out (short-lived processes): exact search does its work.

        Without a `reranker` the first stage decides.
        """
        self._store = store
        self._encoder = encoder
        self._weights = weights or Weights()
        self._reranker = reranker
        self._index_path = index_path
        self._folder = IndexFolder(store, encoder, index_path)
        self._chroma = ChromaKeeper(index_path / "chroma", encoder.name) if chroma else None
        self._view: View | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Loads the indexes, building anew what is missing or damaged. Chroma is filled in the background."""
        await self.refresh()

    async def close(self) -> None:
        if self._chroma is not None:
            await self._chroma.close()
        self._folder.close()

    async def ready(self) -> None:
        """Waits until Chroma holds what the database holds, or has failed to."""
        if self._chroma is not None:
            await self._chroma.ready()

    @property
    def degraded(self) -> tuple[str, ...]:
        """Index parts that do not serve; searches go on without them."""
        return (*self._folder.faults, *(self._chroma.faults if self._chroma else ()))

    @property
    def encoder(self) -> Encoder:
        """What questions are encoded with, and passages that come in."""
        return self._encoder

    @property
    def version(self) -> str:
        """Encoder and knowledge generation that searches rest on."""
        return f"{self.encoder.name}@{self._view.snapshot.generation if self._view else 0}"

    async def refresh(self) -> None:
        """Takes in what changed in the knowledge base. Raises `StoreUnavailable`, `IndexUnavailable`."""
        async with self._turn:
            async with self._store.reading() as session:
                generation = await documents.knowledge_generation(session)
                if self._view is not None and self._view.snapshot.generation == generation:
                    return
                snapshot = await read_snapshot(session)
            await self._folder.sync(snapshot)
            self._show(snapshot)

    async def adopt(self, encoder: Encoder, reranker: Reranker | None = None) -> None:
        """Searches with this encoder, whose vectors the database holds, and this re-ranker from now on.

        Searches under way are not disturbed.
        """
        await self.refresh()
        async with self._turn:
            assert self._view is not None
            await self._folder.adopt(encoder)
            if self._chroma is not None:
                await self._chroma.close()
                self._chroma = ChromaKeeper(self._index_path / "chroma", encoder.name)
            self._encoder, self._reranker = encoder, reranker
            self._show(self._view.snapshot)

    def _show(self, snapshot: Snapshot) -> None:
        folder = self._folder
        assert folder.text is not None
        self._view = View.of(snapshot, folder.text, folder.vectors, self._encoder, folder.ids)
        if self._chroma is not None:
            self._chroma.follow(self._view, folder.vectors.rows)

    async def search(
        self,
        query: str,
        principal: Principal,
        *,
        k: int = 10,
        collection: str | None = None,
        as_of: date | None = None,
        today: date | None = None,
        enterprise: str | None = None,
        purpose: str = consents.CREDIT_SERVICE,
    ) -> list[Passage]:
        """The `k` best passages (all, where fewer may be seen), best first, scores in [0, 1].

        `as_of` chooses the versions of the law (a question about the life of a text also finds its next one),
        `today` (Shanghai) the consents. Portraits come in for `enterprise` or in the collection `portraits`;
        elsewhere only behind all knowledge.
        """
        scope = Scope(
            principal, as_of, today or datetime.now(_SHANGHAI).date(), collection, enterprise, purpose
        )
        *_, found = await self._search(query, scope, k)
        return [passage for passage, _ in found]

    async def explain(
        self,
        query: str,
        principal: Principal,
        *,
        k: int = 10,
        collection: str | None = None,
        as_of: date | None = None,
        today: date | None = None,
        enterprise: str | None = None,
        purpose: str = consents.CREDIT_SERVICE,
    ) -> dict[str, Any]:
        """The rows of `search`, each with why it stands there, and how much the filters left out."""
        scope = Scope(
            principal, as_of, today or datetime.now(_SHANGHAI).date(), collection, enterprise, purpose
        )
        view, mask, granted, found = await self._search(query, scope, k, explaining=True)
        terms = {shelf: view.text.query_terms(expand(query), shelf) for shelf in SHELVES}
        allowed = int(mask.knowledge.sum() + mask.portraits.sum())
        return {
            "query": expand(query),
            "as_of": mask.day.isoformat(),
            "index": self.version,
            "reranker": self._reranker.name if self._reranker else None,
            "searched": allowed,
            "dense_weight": round(self._weights.dense(int(mask.knowledge.sum())), 3),
            "dropped": dropped(
                view.snapshot, principal, granted, mask, collection, portraits=bool(mask.portraits.any())
            ),
            "rows": [
                {
                    **row_of(passage),
                    "why": why(passage, item, terms[PORTRAITS if passage.enterprise else "knowledge"]),
                }
                for passage, item in found
            ],
        }

    async def _search(
        self, query: str, scope: Scope, k: int, *, explaining: bool = False
    ) -> tuple[View, Mask, Pairs, list[tuple[Passage, Ranked]]]:
        """What was searched, under which consents, and what was found there."""
        pool = max(k + _SPARE, RERANKED if self._reranker else 0)
        about = scope.enterprise is not None
        async with self._reading() as (session, view):
            mask, granted = await self._look(session, view, query, scope, k, explaining=explaining)
            ranked = await asyncio.to_thread(self._find, view, query, mask, pool, with_portraits=about)
            held = await _texts(session, view, ranked[:pool], scope.principal, granted)
        return view, mask, granted, await self._passages(view, query, held, mask, k)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[tuple[AsyncSession, View]]:
        """One reading session for a whole search, and the view of its generation.

        The view is chosen before the session begins: so the database never lacks what the view holds, save what was
        taken out meanwhile.
        """
        view = self._view
        async with self._store.reading() as session:
            if view is not None and await documents.knowledge_generation(session) == view.snapshot.generation:
                yield session, view
                return
        await self.refresh()  # outside of the session: it reads in one of its own, and there are not many
        view = self._view
        assert view is not None
        async with self._store.reading() as session:
            yield session, view

    async def _granted(self, session: AsyncSession, scope: Scope, enterprise: str | None) -> Pairs:
        return await consents.granted_pairs(
            session, scope.principal, today=scope.today, purpose=scope.purpose, enterprise=enterprise
        )

    def _mask(self, view: View, scope: Scope, granted: Pairs, k: int) -> Mask:
        return visible(
            view.snapshot,
            scope.principal,
            granted,
            scope.as_of or scope.today,
            collection=scope.collection,
            enterprise=scope.enterprise,
            at_least=k + _SPARE,
        )

    async def _look(
        self, session: AsyncSession, view: View, query: str, scope: Scope, k: int, *, explaining: bool
    ) -> tuple[Mask, Pairs]:
        """What a search may use, and the consents for it: the database is asked for them where portraits may come in
        (`explaining` says what consents keep out, and asks for all).
        """
        asked_for = scope.asks_portraits or explaining
        granted: Pairs = frozenset()
        if asked_for:
            granted = await self._granted(session, scope, None if explaining else scope.enterprise)
        mask = self._mask(view, scope, granted, k)
        if not asked_for and int(mask.knowledge.sum()) < k + _SPARE:
            granted = await self._granted(session, scope, scope.enterprise)
            mask = self._mask(view, scope, granted, k)
        # Who asks whether a new text has begun is shown the new text, though the old one still rules.
        asked = law_question(query, view.snapshot.titled)
        if asked is not None and asked.held:
            own = frozenset(
                version.document_id
                for version in view.snapshot.knowledge
                if bare_title(version.title) == asked.title and scope.collection in (None, version.collection)
            )
            mask = mask.beside(upcoming(view.snapshot, scope.principal, own, mask.day))
        return mask, granted

    async def successors(
        self, query: str, found: Sequence[Passage], principal: Principal, *, as_of: date
    ) -> list[Passage]:
        """For each document in `found` that has a version issued by `as_of` and effective later: its best passage."""
        view = self._view
        if view is None or not found:
            return []
        mask = upcoming(view.snapshot, principal, frozenset(item.document_id for item in found), as_of)
        if not mask.knowledge.any():
            return []
        ranked = await asyncio.to_thread(self._find, view, query, mask, CANDIDATES, with_portraits=False)
        best: dict[int, Ranked] = {}
        for item in ranked:
            best.setdefault(view.snapshot.rows[item.place].version_id, item)
        chosen = list(best.values())
        async with self._store.reading() as session:
            held = await _texts(session, view, chosen, principal, frozenset())
        shown = await self._passages(view, query, held, mask, len(chosen))
        return [passage for passage, _ in shown]

    @staticmethod
    def bears_on(passage: Passage) -> bool:
        """Whether a passage found is likely about the question at all."""
        return passage.score >= NOT_FOUND_BELOW

    @staticmethod
    def doubtful(found: Sequence[Passage]) -> bool:
        """Whether even the best of what was found may only be near to the question."""
        return found[0].score < DOUBTFUL_BELOW if found else False

    @staticmethod
    def rows(found: Sequence[Passage]) -> list[dict[str, Any]]:
        """Rows as `bagui search --json` prints them; days as ISO text."""
        return [row_of(passage) for passage in found]

    def _find(self, view: View, query: str, mask: Mask, wanted: int, *, with_portraits: bool) -> list[Ranked]:
        """Ranked passages of both shelves; portraits stand among the knowledge or behind it."""
        vectors = view.encoder.encode_questions([expand(query), expand(substance(query))])
        knowledge = self._shelf(view, query, vectors, mask, "knowledge", wanted)
        if not mask.portraits.any() or (len(knowledge) >= wanted and not with_portraits):
            return knowledge
        portraits = self._shelf(view, query, vectors, mask, PORTRAITS, wanted)
        if not with_portraits:
            return [*knowledge, *portraits]
        shelves = [(_strength(shelf), shelf) for shelf in (knowledge, portraits)]
        weighed = [(strength, item) for strength, shelf in shelves for item in shelf]
        return [item for _, item in sorted(weighed, key=lambda pair: -pair[0] * pair[1].order)]

    def _shelf(
        self, view: View, query: str, vectors: Vectors, mask: Mask, shelf: str, wanted: int
    ) -> list[Ranked]:
        terms = view.text.query_terms(expand(query), shelf)
        near = None
        if self._chroma is not None and int(mask.shelf(shelf).sum()) > _EXACT_UP_TO:
            near = self._chroma.nearest(view, shelf, vectors[0], max(CANDIDATES, wanted))
        return rank(
            view,
            Query(query, vectors[0], vectors[1], terms, near),
            mask,
            shelf,
            wanted,
            CANDIDATES,
            self._weights,
        )

    async def _passages(
        self, view: View, query: str, held: list[Held], mask: Mask, k: int
    ) -> list[tuple[Passage, Ranked]]:
        """The texts looked at once more, the best `k` as passages, their certainty as score."""
        if self._reranker is not None and len(held) > 1:
            held = await asyncio.to_thread(reordered, self._reranker, expand(query), held)
        kept = law_first(query, held, view.snapshot.version)[:k]
        scores = scores_of(kept, lambda shelf: view.text.query_terms(query, shelf))
        return [
            (
                passage_of(
                    text,
                    view.snapshot.version[text.version_id],
                    score,
                    status_of(view, item.place, mask),
                ),
                item,
            )
            for (text, item), score in zip(kept, scores, strict=True)
        ]


async def _texts(
    session: AsyncSession, view: View, ranked: Sequence[Ranked], principal: Principal, granted: Pairs
) -> list[Held]:
    """The passages with their texts, those that the caller may read with the consents `granted`."""
    ids = [view.snapshot.rows[item.place].id for item in ranked]
    by_id = {item.id: item for item in await passages.read_passages(session, principal, ids, granted)}
    return [(by_id[id], item) for id, item in zip(ids, ranked, strict=True) if id in by_id]


def _strength(shelf: Sequence[Ranked]) -> float:
    """What the best of a shelf is worth beside another shelf: orders within a shelf are relative to it."""
    return max((item.likeness for item in shelf), default=0.0)
