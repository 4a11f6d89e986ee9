"""A question as the reader sees it: values and names by their kind, words as character n-grams, hashed into columns.

Training and serving build their inputs here and nowhere else.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from assistant.words.mentions import LETTERS, Mention, find_mentions

COLUMNS = 1 << 16
SIZES = (1, 2, 3, 4)
# One private character for each kind of mention, so that an n-gram sees a value as one letter.
_KINDS = {kind: chr(0xE000 + place) for place, kind in enumerate(LETTERS)}
_EDGE = "\ue0ff"


def shape(question: str, mentions: Sequence[Mention]) -> str:
    """The question without its values: what kind of thing is asked, not how much of it or of whom."""
    parts: list[str] = []
    position = 0
    for mention in mentions:
        parts += [question[position : mention.start], _KINDS[mention.kind]]
        position = mention.end
    text = "".join([*parts, question[position:]])
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def shape_of(question: str, names: Sequence[str] = ()) -> str:
    """The shape of a question of which only the text is known; `names` are those of enterprises in it."""
    directory = [(name, name, name) for name in names]
    return shape(question, find_mentions(question, directory=directory))


def columns(text: str) -> Counter[int]:
    """How often each column occurs: the n-grams of a shape with its edges marked."""
    marked = f"{_EDGE}{text}{_EDGE}"
    return Counter(
        _column(marked[start : start + size]) for size in SIZES for start in range(len(marked) - size + 1)
    )


@lru_cache(maxsize=1 << 17)
def _column(gram: str) -> int:
    return zlib.crc32(gram.encode()) % COLUMNS
