"""A passage of the knowledge base as a value: what retrieval returns and citations are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.answer import Authority, Confidence, LegalStatus
from assistant.document import NotHeld


@dataclass(frozen=True, slots=True)
class Passage:
    """`id` is the content hash; `document_id` names the logical document and `version` one version of it.

    `status` is that of the version on the `as_of` day of the search that found it. `score` is in [0, 1].
    `context` holds the headings above (编、章、节; of a divided article also its head). `enterprise` and `domain` are set for portrait passages only. `not_held` travels with every passage of the
    version.
    """

    id: str
    source_id: str
    document_id: str
    version: str
    generation: int
    collection: str
    title: str
    locator: str
    text: str
    score: float = 0.0
    status: LegalStatus = "unknown"
    authority: Authority = "national"
    confidence: Confidence = "H"
    doc_no: str = ""
    issuer: str = ""
    issued: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    audience: str = "public"
    enterprise: str | None = None
    domain: str | None = None
    context: str = ""
    source: str = ""
    not_held: tuple[NotHeld, ...] = ()
