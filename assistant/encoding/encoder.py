"""Texts to vectors: what an encoder is, and the one that ships (a static embedding, numpy only)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from assistant.encoding.features import codes
from assistant.errors import ConfigurationError

Vectors = NDArray[np.float32]
SHIPPED = Path(__file__).parent.parent / "models" / "embed"
_BATCH = 256
CUT = "c2"
"""How passages are cut and what is encoded of each; grows with the chunker and with `passage_text`."""


@runtime_checkable
class Encoder(Protocol):
    """`name` carries model, dimension, version and `CUT`: vectors of two names are never compared."""

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    @property
    def folder(self) -> str:
        """The folder it is read from; empty for the one that ships."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Passages as unit vectors, shape `(len(texts), dim)`; a text without a known term is all zeros."""
        ...

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Questions in the same space; some models want them marked as such."""
        ...


class StaticEncoder:
    """Sum of the learned vectors of a text's characters and character pairs, damped by 1 + ln(count).

    The table is int8 with one scale per row; which terms have a row is decided in training.
    """

    def __init__(self, vocabulary: NDArray[np.uint64], table: NDArray[np.float32], name: str) -> None:
        order = np.argsort(vocabulary)
        self._vocabulary = vocabulary[order]
        self._table = np.ascontiguousarray(table[order])
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def dim(self) -> int:
        return int(self._table.shape[1])

    @property
    def folder(self) -> str:
        return ""

    @property
    def vocabulary(self) -> NDArray[np.uint64]:
        """The terms that have a vector, ascending."""
        return self._vocabulary

    @property
    def table(self) -> Vectors:
        """A row for each term of the vocabulary."""
        return self._table

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            chunk = texts[start : start + _BATCH]
            out[start : start + len(chunk)] = self._encode_batch(chunk)
        return out

    def _encode_batch(self, texts: Sequence[str]) -> Vectors:
        rows, owners, weights = bags(texts, self._vocabulary)
        out = np.zeros((len(texts), self.dim), dtype=np.float32)
        if rows.size:
            starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
            out[owners[starts]] = np.add.reduceat(self._table[rows] * weights[:, None], starts, axis=0)
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return np.divide(out, norms, out=out, where=norms > 0)


def bags(
    texts: Sequence[str], vocabulary: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Rows of the sorted `vocabulary`, the text that each belongs to (ascending) and its weight."""
    terms, owners = codes(texts)
    place = np.minimum(np.searchsorted(vocabulary, terms), len(vocabulary) - 1)
    known = vocabulary[place] == terms
    keys, counts = np.unique(owners[known] * np.int64(len(vocabulary)) + place[known], return_counts=True)
    return keys % len(vocabulary), keys // len(vocabulary), (1 + np.log(counts)).astype(np.float32)


def shipped_encoder() -> StaticEncoder:
    """The encoder that ships with the program."""
    return load_encoder(SHIPPED)


def to_bytes(vectors: Vectors) -> list[bytes]:
    """Each row as the database keeps it: little-endian half floats."""
    halves = vectors.astype("<f2")
    return [row.tobytes() for row in halves]


def from_bytes(stored: Sequence[bytes], dim: int) -> Vectors:
    """Rows as `to_bytes` made them, shape `(len(stored), dim)`. Raises `ValueError` when the size is another."""
    return np.frombuffer(b"".join(stored), dtype="<f2").reshape(len(stored), dim).astype(np.float32)


def passage_text(title: str, locator: str, text: str, context: str = "") -> str:
    """What is encoded for a passage: where it stands, then what it says."""
    return f"{place_text(title, locator, context)} {text}"


def place_text(title: str, locator: str, context: str = "") -> str:
    """Where a passage stands: the law, the chapters above (and a divided article's head), the article."""
    return f"{title} {context} {locator}" if context else f"{title} {locator}"


def load_encoder(folder: Path) -> StaticEncoder:
    """The encoder in `folder`: `config.json` and `model.safetensors` (terms, table, scale)."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        tensors = load_file(folder / "model.safetensors")
        table = tensors["table"].astype(np.float32) * tensors["scale"].astype(np.float32)[:, None]
        name = f"{config['name']}-{table.shape[1]}-{config['version']}-{CUT}"
        return StaticEncoder(tensors["terms"], table, name)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ConfigurationError(f"the encoder in {folder} cannot be read: {error}") from error
