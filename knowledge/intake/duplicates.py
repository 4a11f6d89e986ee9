"""Does a file say what another document says already? Told by the sentences that both hold."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

ALIKE = 0.8
_SENTENCE = re.compile(r"[。！？；;\n]+")
_NOISE = re.compile(r"[\W_]+")
_MIN_CHARS = 6


def sentence_marks(texts: Iterable[str]) -> frozenset[bytes]:
    """Hashes of the sentences, without punctuation and spaces; very short ones left out."""
    return frozenset(
        hashlib.blake2b(plain.encode(), digest_size=8).digest()
        for text in texts
        for sentence in _SENTENCE.split(text)
        if len(plain := _NOISE.sub("", sentence)) >= _MIN_CHARS
    )


class Holdings:
    """The sentences of the documents held, by document."""

    def __init__(self) -> None:
        self._holders: dict[bytes, set[str]] = defaultdict(set)

    def add(self, document_id: str, texts: Iterable[str]) -> None:
        for mark in sentence_marks(texts):
            self._holders[mark].add(document_id)

    def alike(self, document_id: str, texts: Iterable[str]) -> tuple[str, float] | None:
        """The other document that holds most of these sentences, and their share in [0, 1], where that is most."""
        marks = sentence_marks(texts)
        found = Counter(
            other for mark in marks for other in self._holders.get(mark, ()) if other != document_id
        )
        best = max(found.items(), key=lambda item: (item[1], item[0]), default=None)
        if best is None or best[1] < ALIKE * len(marks):
            return None
        return best[0], best[1] / len(marks)
