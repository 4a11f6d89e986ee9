"""A document of the knowledge base as a value: one version of it, with the dates that law has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

LegalStatus = Literal["in_force", "expired", "not_yet", "unknown"]
Authority = Literal["national", "local", "proposal", "standard", "internal", "fictional"]
Confidence = Literal["H", "M", "L", "B-H", "B-M"]

_ASIDE = re.compile(
    r"[（(〔][^（）()〔〕]*(?:年|版|修订|修正|题录)[^（）()〔〕]*[）)〕]|中华人民共和国|[《》\s]"
)


@dataclass(frozen=True, slots=True)
class NotHeld:
    """A topic that a document is known to regulate and that the knowledge base does not hold."""

    topic: str
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """The front matter of one version of a logical document (`id`).

    Unknown dates are `None`; `effective_to` is the last day in force. `supersedes` names earlier versions of
    the same document, other documents, `document@version`, or 《title》 of whatever older text bears it. `enterprise` is set for portraits only.
    """

    id: str
    version: str
    collection: str
    title: str
    doc_no: str = ""
    issuer: str = ""
    issued: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    authority: Authority = "national"
    jurisdiction: str = ""
    audience: str = "public"
    supersedes: tuple[str, ...] = ()
    source: str = ""
    confidence: Confidence = "H"
    not_held: tuple[NotHeld, ...] = ()
    enterprise: str | None = None


def bare_title(title: str) -> str:
    """A title without state name, book marks, spaces and edition in brackets: 《…法》（2024年修订） is …法."""
    return _ASIDE.sub("", title)


def legal_status(effective_from: date | None, effective_to: date | None, as_of: date) -> LegalStatus:
    """Status of a text on a day. `effective_to` is the last day in force; an unknown start is `unknown`."""
    if effective_to is not None and as_of > effective_to:
        return "expired"
    if effective_from is None:
        return "unknown"
    return "not_yet" if as_of < effective_from else "in_force"


@dataclass(frozen=True, slots=True)
class DraftPassage:
    """A passage on its way into the store; what is `None` or empty is as its version says.

    `embedding` holds the encoder's vector as bytes (its layout is the encoder's business), `encoder` names the
    encoder and its version. `context` is what stands above the text (chapters, the head of a divided article): searched
    with it, never quoted. `enterprise` and `domain` mark enterprise data, readable under consent only.
    """

    locator: str
    text: str
    source_id: str = ""
    title: str = ""
    embedding: bytes | None = None
    encoder: str = ""
    confidence: Confidence | None = None
    authority: Authority | None = None
    issued: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    audience: str | None = None
    enterprise: str | None = None
    domain: str | None = None
    context: str = ""
