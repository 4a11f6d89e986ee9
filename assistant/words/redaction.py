"""Personal identifiers masked, before a model, a log or the audit sees a text."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.words.identifiers import IdentifierKind, find_personal
from assistant.words.numerals import fold


@dataclass(frozen=True, slots=True)
class Masked:
    """`text[start:end]` of the original held an identifier of this kind. The identifier itself is not kept."""

    kind: IdentifierKind
    start: int
    end: int


def masked_spans(text: str) -> tuple[Masked, ...]:
    """Where personal identifiers stand, in order. Offsets are those of `text` as it was given."""
    found = (Masked(kind, start, end) for start, end, kind in find_personal(fold(text)))
    return tuple(sorted(found, key=lambda span: span.start))


def redact(text: str) -> str:
    """The text with each personal identifier replaced by its kind: `［手机号］`.

    Identity card (18 and 15 digits), mobile and fixed-line phone, bank card, e-mail, passport and number plate,
    also in full-width digits and with spaces or hyphens inside. Credit codes of enterprises stay: they name no
    person. Redacting twice changes nothing more.
    """
    parts: list[str] = []
    position = 0
    for span in masked_spans(text):
        parts += [text[position : span.start], f"［{span.kind}］"]
        position = span.end
    return "".join([*parts, text[position:]])
