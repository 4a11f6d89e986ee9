"""Character features of Chinese text: the units that the text index and the shipped encoder both count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[^\W_a-z0-9]+")
_SHIFT = np.uint64(21)
_PLANE = 0x10000
_ODD = np.uint32(0x110000)  # no code point
_JAMO = range(0x1100, 0x1200)  # Korean letters, which join to syllables


def fold(text: str) -> str:
    """Compatibility forms and letter case made one (NFKC, lower case)."""
    return unicodedata.normalize("NFKC", text).lower()


def cut(text: str) -> list[str]:
    """Terms of the text index: Latin words and numbers whole, Chinese as single characters and pairs."""
    terms: list[str] = []
    for match in _RUN.finditer(fold(text)):
        run = match.group()
        if run[0].isascii():
            terms.append(run.replace(".", "点"))
            continue
        terms.extend(run)
        terms.extend(run[index : index + 2] for index in range(len(run) - 1))
    return terms


def latin(folded: str) -> list[str]:
    """The Latin words and numbers among the terms of a folded text."""
    return [word.replace(".", "点") for word in _RUN.findall(folded) if word[0].isascii()]


@lru_cache(maxsize=1)
def _is_word() -> NDArray[np.bool_]:
    """Which code points of the basic plane are letters or digits; characters above it are counted by none."""
    return np.array([chr(code).isalnum() for code in range(_PLANE)], dtype=np.bool_)


@lru_cache(maxsize=1)
def _folded() -> NDArray[np.uint32]:
    """What `fold` makes of each code point of the basic plane, or `_ODD` where it depends on its neighbours, or is not one
    code point. The last entry stands for all characters above the plane.
    """
    table = np.full(_PLANE + 1, _ODD, dtype=np.uint32)
    characters = [chr(code) for code in range(_PLANE)]
    joining = {"\u03a3", *map(chr, _JAMO)}  # a capital sigma has another small letter at the end of a word
    for parts in map(str.split, filter(None, map(unicodedata.decomposition, characters))):
        if len(parts) == 2 and not parts[0].startswith("<"):
            joining.add(chr(int(parts[1], 16)))
    for code, character in enumerate(characters):
        whole = unicodedata.normalize("NFKC", character)
        folded = whole.lower()
        forms = {character, whole, folded}
        if len(folded) != 1 or not joining.isdisjoint(forms) or any(map(unicodedata.combining, forms)):
            continue
        if folded == character or fold(folded) == folded:
            table[code] = ord(folded)
    return table


def codes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Single characters and adjacent pairs of every text as integers, and the index of the text of each.

    A character is its code point, a pair is `first << 21 | second`; pairs never cross punctuation or texts.
    """
    points = _points(texts)
    owner = np.cumsum(points == 0)
    word = _is_word()[np.minimum(points, _PLANE - 1)] & (points != 0)
    wide = points.astype(np.uint64)
    pair = word[:-1] & word[1:]
    pairs = (wide[:-1][pair] << _SHIFT) | wide[1:][pair]
    return np.concatenate([wide[word], pairs]), np.concatenate([owner[word], owner[:-1][pair]])


def _points(texts: Sequence[str]) -> NDArray[np.uint32]:
    """The code points of the folded texts, a zero between two."""
    joined = "\0".join(text.replace("\0", " ") for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
    folded = _folded()[np.minimum(points, _PLANE)]
    if not (folded == _ODD).any():
        return folded
    joined = "\0".join(fold(text).replace("\0", " ") for text in texts)
    return np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
