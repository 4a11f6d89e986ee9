"""Passages that a search found, on their way out: as values, as rows, and as a re-ranker sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.answer import LegalStatus
from assistant.passage import Passage
from assistant.question.consequence import asks_law, asks_sanction, states_sanction
from assistant.retrieval.interaction import Candidate
from assistant.retrieval.ranking import Ranked
from assistant.retrieval.relevance import certainty, covered
from assistant.retrieval.reranker import Reranker
from assistant.retrieval.snapshot import PORTRAITS
from assistant.retrieval.text_index import QueryTerms
from assistant.store.passages import StoredPassage
from assistant.store.versions import StoredVersion

Held = tuple[StoredPassage, Ranked]
RERANKED = 50
_JUDGED = 20
BESIDE_LAW = 0.6
NO_SANCTION = 0.85
_NO_LAW = frozenset({"fictional", "proposal"})
_PRODUCTS = "products"


def reordered(reranker: Reranker, question: str, held: Sequence[Held]) -> list[Held]:
    """The first `RERANKED` knowledge passages in the order of the re-ranker; portraits keep their places."""
    places = [place for place, (text, _) in enumerate(held) if text.enterprise is None][:RERANKED]
    own = [held[place] for place in places]
    judgement = reranker.judge(question, [candidate_of(*pair) for pair in own])
    order = judgement.order.tolist()
    sure = [None] * len(order) if judgement.certainty is None else judgement.certainty.tolist()
    judged = [
        (text, replace(item, reranked=score, certainty=certain))
        for (text, item), score, certain in zip(own, order, sure, strict=True)
    ]
    ordered = list(held)
    for place, pair in zip(places, sorted(judged, key=lambda pair: -pair[1].order), strict=True):
        ordered[place] = pair
    return ordered


def law_first(question: str, held: Sequence[Held], versions: Mapping[int, StoredVersion]) -> list[Held]:
    """For a question of law: samples, proposals and products step back behind what is law, and where a sanction is asked
    for, what states none behind what states one. Portraits and what a question names keep their places.
    """
    if not asks_law(question):
        return list(held)
    sanction = asks_sanction(question)
    places: list[int] = []
    weighed: list[Held] = []
    for place, (text, item) in enumerate(held[:RERANKED]):
        if text.enterprise is not None:
            continue
        factor = 1.0
        if text.authority in _NO_LAW or versions[text.version_id].collection == _PRODUCTS:
            factor = BESIDE_LAW
        elif sanction and not states_sanction(text.text):
            factor = NO_SANCTION
        places.append(place)
        weighed.append((text, item if item.boost else replace(item, factor=item.factor * factor)))
    ordered = list(held)
    for place, pair in zip(places, sorted(weighed, key=lambda pair: -pair[1].order), strict=True):
        ordered[place] = pair
    return ordered


def candidate_of(text: StoredPassage, item: Ranked) -> Candidate:
    """What a re-ranker looks at."""
    place = f"{text.context} {text.locator}".strip()
    return Candidate(text.title, place, text.text, item.lexical, item.fused, item.cosine, item.likeness)


def scores_of(kept: Sequence[Held], terms_of: Callable[[str], QueryTerms]) -> list[float]:
    """Certainty of each passage, never lower than that of one behind it; a tail that is only ordered.

    `terms_of` gives the question's terms on a shelf, and is asked only where the re-ranker left a passage unjudged.
    """
    scores: list[float] = []
    terms: dict[str, QueryTerms] = {}
    for text, item in kept[:_JUDGED]:
        if item.certainty is not None:
            scores.append(item.certainty)
            continue
        shelf = PORTRAITS if text.enterprise else "knowledge"
        if shelf not in terms:
            terms[shelf] = terms_of(shelf)
        share = covered(terms[shelf], f"{text.title} {text.context} {text.locator} {text.text}")
        scores.append(certainty(share, item.likeness))
    for place in range(len(scores) - 2, -1, -1):
        scores[place] = max(scores[place], scores[place + 1])
    floor, top = (scores[-1], kept[_JUDGED - 1][1].order) if len(kept) > _JUDGED else (0.0, 1.0)
    tail = [floor * min(1.0, max(0.0, item.order / top if top > 0 else 0.0)) for _, item in kept[_JUDGED:]]
    return [round(score, 4) for score in (*scores, *tail)]


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


def passage_of(text: StoredPassage, version: StoredVersion, score: float, status: LegalStatus) -> Passage:
    """The passage as the rest of the program knows it."""
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
