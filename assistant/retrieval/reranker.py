"""A second look at the first passages by a bank's own cross-encoder. None ships (finetune/LOG.md says why)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.foreign_encoder import existing_folder, sentence_transformers, unreadable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder  # pyright: ignore[reportMissingImports]

_MAX_TOKENS = 512


class Reranker(Protocol):
    """Scores in [0, 1], one a passage, that order them better than the first stage did."""

    @property
    def name(self) -> str: ...

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]: ...


class CrossEncoderReranker:
    """Any cross-encoder that sentence-transformers reads (bge-reranker, …), from a folder; loaded at its first use."""

    def __init__(self, folder: Path) -> None:
        self._path = existing_folder(folder, "retrieval.reranker")

    @property
    def name(self) -> str:
        return self._path.name

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        if not passages:
            return np.zeros(0, dtype=np.float32)
        found: Any = self._model.predict(
            [(question, text) for text in passages], batch_size=16, show_progress_bar=False
        )
        scores = np.asarray(found, dtype=np.float64).reshape(len(passages), -1)[:, -1]
        if scores.min() < 0 or scores.max() > 1:  # a model that gives logits
            scores = 1 / (1 + np.exp(-scores))
        return scores.astype(np.float32)

    @cached_property
    def _model(self) -> CrossEncoder:
        package = sentence_transformers("retrieval.reranker")
        try:
            return package.CrossEncoder(
                str(self._path), device="cpu", max_length=_MAX_TOKENS, local_files_only=True
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise unreadable(self._path, error, "retrieval.reranker") from error


def reranker_at(folder: str | None) -> Reranker | None:
    """The cross-encoder in a folder, or none. Raises `ConfigurationError` (folder or package missing)."""
    return CrossEncoderReranker(Path(folder)) if folder else None
