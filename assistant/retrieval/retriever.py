"""The search: which passages answer a question, for this caller, on this day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from assistant.asking import substance
from assistant.glossary import expand
from assistant.passage import Passage
from assistant.principal import Principal
from assistant.retrieval.chroma_keeper import ChromaKeeper
from assistant.retrieval.encoder import Encoder, Vectors
from assistant.retrieval.fusion import Weights
from assistant.retrieval.index_folder import IndexFolder
from assistant.retrieval.ranking import Query, Ranked, View, rank, status_of
from assistant.retrieval.relevance import certainty, covered
from assistant.retrieval.snapshot import PORTRAITS, Snapshot, read_snapshot
from assistant.retrieval.visibility import Mask, upcoming, visible
from assistant.store import consents, documents, passages
from assistant.store.database import Store
from assistant.store.passages import StoredPassage

NOT_FOUND_BELOW = 0.48
"""A best passage below this bears on the question no more than one drawn at random (finetune/embedder/LOG.md)."""

CANDIDATES = 200
_JUDGED = 20
_SPARE = 5
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class Retriever:
    """Open it once per process; it owns the index folder. Every search reads the database for who may see what."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        index_path: Path,
        *,
        weights: Weights | None = None,
        chroma: bool = True,
    ) -> None:
        """`chroma=False` leaves the vector database out (short-lived processes): exact search does its work."""
        self._store = store
        self._encoder = encoder
        self._weights = weights or Weights()
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
        return f"{self._encoder.name}@{self._view.snapshot.generation if self._view else 0}"

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

    async def adopt(self, encoder: Encoder) -> None:
        """Searches with this encoder from now on; the database holds its vectors. Searches under way are not disturbed."""
        await self.refresh()
        async with self._turn:
            assert self._view is not None
            await self._folder.adopt(encoder)
            if self._chroma is not None:
                await self._chroma.close()
                self._chroma = ChromaKeeper(self._index_path / "chroma", encoder.name)
            self._encoder = encoder
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

        `as_of` chooses the versions of the law, `today` (Shanghai) the consents. Portraits come in for
        `enterprise` or in the collection `portraits`; elsewhere only behind all knowledge.
        """
        now = today or datetime.now(_SHANGHAI).date()
        day = as_of or now
        async with self._store.reading() as session:
            generation = await documents.knowledge_generation(session)
            granted = await consents.granted_pairs(session, principal, today=now, purpose=purpose)
        view = await self._view_of(generation)
        mask = visible(
            view.snapshot,
            principal,
            granted,
            day,
            collection=collection,
            enterprise=enterprise,
            at_least=k + _SPARE,
        )
        found = await asyncio.to_thread(
            self._find, view, query, mask, k + _SPARE, with_portraits=enterprise is not None
        )
        return await self._passages(view, query, found[: k + _SPARE], mask, principal, now, k, purpose)

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
        return await self._passages(
            view, query, chosen, mask, principal, as_of, len(chosen), consents.CREDIT_SERVICE
        )

    @staticmethod
    def bears_on(passage: Passage) -> bool:
        """Whether a passage found is likely about the question at all."""
        return passage.score >= NOT_FOUND_BELOW

    @staticmethod
    def rows(found: Sequence[Passage]) -> list[dict[str, Any]]:
        """Rows as `bagui search --json` prints them; days as ISO text."""
        return [row_of(passage) for passage in found]

    async def _view_of(self, generation: int) -> View:
        if self._view is None or self._view.snapshot.generation != generation:
            await self.refresh()
        assert self._view is not None
        return self._view

    def _find(self, view: View, query: str, mask: Mask, wanted: int, *, with_portraits: bool) -> list[Ranked]:
        """Ranked passages of both shelves; portraits stand among the knowledge or behind it."""
        vectors = view.encoder.encode_questions([expand(query), expand(substance(query))])
        knowledge = self._shelf(view, query, vectors, mask, "knowledge", wanted)
        if not mask.portraits.any() or (len(knowledge) >= wanted and not with_portraits):
            return knowledge
        portraits = self._shelf(view, query, vectors, mask, PORTRAITS, wanted)
        if not with_portraits:
            return [*knowledge, *portraits]
        weighed = [(_strength(shelf), item) for shelf in (knowledge, portraits) for item in shelf]
        return [item for _, item in sorted(weighed, key=lambda pair: -pair[0] * pair[1].fused)]

    def _shelf(
        self, view: View, query: str, vectors: Vectors, mask: Mask, shelf: str, wanted: int
    ) -> list[Ranked]:
        terms = view.text.query_terms(expand(query), shelf)
        near = (
            self._chroma.nearest(view, shelf, vectors[0], max(CANDIDATES, wanted)) if self._chroma else None
        )
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
        self,
        view: View,
        query: str,
        ranked: Sequence[Ranked],
        mask: Mask,
        principal: Principal,
        today: date,
        k: int,
        purpose: str,
    ) -> list[Passage]:
        """Passages with text, read under consent now, their certainty as score."""
        ids = [view.snapshot.rows[item.place].id for item in ranked]
        async with self._store.reading() as session:
            stored = await passages.load_passages(session, principal, ids, today=today, purpose=purpose)
        by_id = {item.id: item for item in stored}
        kept = [(by_id[id], item) for id, item in zip(ids, ranked, strict=True) if id in by_id][:k]
        scores = self._scores(view, query, kept)
        return [
            _passage(view, text, score, status_of(view, item.place, mask))
            for (text, item), score in zip(kept, scores, strict=True)
        ]

    def _scores(self, view: View, query: str, kept: Sequence[tuple[StoredPassage, Ranked]]) -> list[float]:
        """Certainty of each passage, never lower than that of one behind it; a tail that is only ordered."""
        assert self._folder.text is not None
        terms = {shelf: self._folder.text.query_terms(query, shelf) for shelf in ("knowledge", PORTRAITS)}
        scores: list[float] = []
        for text, item in kept[:_JUDGED]:
            shelf = PORTRAITS if text.enterprise else "knowledge"
            share = covered(terms[shelf], f"{text.title} {text.context} {text.locator} {text.text}")
            scores.append(certainty(share, item.likeness))
        for place in range(len(scores) - 2, -1, -1):
            scores[place] = max(scores[place], scores[place + 1])
        floor, top = (scores[-1], kept[_JUDGED - 1][1].fused) if len(kept) > _JUDGED else (0.0, 1.0)
        tail = [
            floor * min(1.0, max(0.0, item.fused / top if top > 0 else 0.0)) for _, item in kept[_JUDGED:]
        ]
        return [round(score, 4) for score in (*scores, *tail)]


def _strength(shelf: Sequence[Ranked]) -> float:
    """What the best of a shelf is worth beside another shelf: orders within a shelf are relative to it."""
    return max((item.likeness for item in shelf), default=0.0)


def row_of(passage: Passage) -> dict[str, Any]:
    """One row of a search, as the contract has it."""
    return {
        "id": passage.id,
        "source_id": passage.source_id,
        "document_id": passage.document_id,
        "title": passage.title,
        "locator": passage.locator,
        "text": passage.text,
        "score": passage.score,
        "status": passage.status,
        "authority": passage.authority,
        "confidence": passage.confidence,
        "effective_from": passage.effective_from.isoformat() if passage.effective_from else None,
        "effective_to": passage.effective_to.isoformat() if passage.effective_to else None,
        "collection": passage.collection,
        "context": passage.context,
    }


def _passage(view: View, text: StoredPassage, score: float, status: Any) -> Passage:
    version = view.snapshot.version[text.version_id]
    shared = replace(
        _EMPTY,
        **{name: getattr(text, name) for name in StoredPassage.__slots__ if name in Passage.__slots__},
    )
    return replace(
        shared,
        generation=version.generation,
        collection=version.collection,
        score=score,
        status=status,
        doc_no=version.doc_no,
        issuer=version.issuer,
        source=version.source,
        not_held=version.not_held,
    )


_EMPTY = Passage(
    id="",
    source_id="",
    document_id="",
    version="",
    generation=0,
    collection="",
    title="",
    locator="",
    text="",
)
