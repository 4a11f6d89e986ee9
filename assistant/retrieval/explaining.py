"""Why a passage stands where it stands, and how much the filters left out: counts, never what is hidden."""

from __future__ import annotations

from collections import Counter
from typing import Any

from assistant.passage import Passage
from assistant.principal import Principal
from assistant.retrieval.ranking import Ranked
from assistant.retrieval.snapshot import Snapshot
from assistant.retrieval.text_index import QueryTerms
from assistant.retrieval.visibility import Mask
from assistant.store.passages import may_read
from assistant.store.versions import StoredVersion, may_see

REASONS = ("collection", "audience", "date", "consent")
_TERMS = 12


def why(passage: Passage, item: Ranked, terms: QueryTerms) -> dict[str, Any]:
    """What raised a passage: its scores in each step and the terms of the question that it holds, rarest first."""
    text = f"{passage.title} {passage.context} {passage.locator} {passage.text}"
    return {
        "lexical": round(item.lexical, 4),
        "terms": list(terms.found_in(text))[:_TERMS],
        "dense": round(item.dense, 4),
        "fused": round(item.fused, 4),
        "rerank": None if item.reranked is None else round(item.reranked, 4),
        "boost": round(item.boost, 4),
        "factor": round(item.factor, 4),
        "order": round(item.order, 4),
    }


def dropped(
    snapshot: Snapshot,
    principal: Principal,
    granted: frozenset[tuple[str, str]],
    mask: Mask,
    collection: str | None,
    *,
    portraits: bool,
) -> dict[str, int]:
    """How many passages each filter left out, the first that applies counting. Enterprises outside the caller's
    portfolio are not counted: nobody learns from a number that they are there. `portraits` says whether the
    search looked at any.
    """
    counts: Counter[str] = Counter(dict.fromkeys(REASONS, 0))
    for version in snapshot.versions:
        if version.enterprise is not None and not portraits:
            continue
        reason = _of_version(version, principal, mask, collection)
        for place in snapshot.places.get(version.id, ()):
            if mask.knowledge[place] or mask.portraits[place]:
                continue
            row = snapshot.rows[place]
            if reason:
                counts[reason] += reason != "hidden"
            elif row.audience not in principal.audiences:
                counts["audience"] += 1
            else:
                counts["date" if may_read(row, principal, granted) else "consent"] += 1
    return {reason: counts[reason] for reason in REASONS}


def _of_version(version: StoredVersion, principal: Principal, mask: Mask, collection: str | None) -> str:
    """Why no passage of a version may be used; empty where it depends on the passage."""
    if not may_see(version, principal):
        return "hidden" if version.enterprise is not None else "audience"
    if collection not in (None, version.collection):
        return "collection"
    if version.enterprise is not None:
        return ""
    return "" if version.id in mask.status else "date"
