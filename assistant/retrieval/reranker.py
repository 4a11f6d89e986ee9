"""A second look at the first passages: the re-ranker that ships (numpy only), and a bank's own cross-encoder."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ConfigurationError
from assistant.retrieval.foreign_encoder import existing_folder, sentence_transformers, unreadable
from assistant.retrieval.interaction import NAMES, Candidate, Interaction

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SHIPPED = Path(__file__).parent.parent / "models" / "rerank"
_MAX_TOKENS = 512


class Reranker(Protocol):
    """Scores in [0, 1], one a candidate, that order them better than the first stage did."""

    @property
    def name(self) -> str: ...

    def scores(self, question: str, candidates: Sequence[Candidate]) -> NDArray[np.float32]: ...


class FeatureReranker:
    """A small network over the features of `Interaction`, added to the score of the first stage."""

    def __init__(self, interaction: Interaction, tensors: dict[str, Any], name: str) -> None:
        self._interaction = interaction
        self._tensors = tensors
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def scores(self, question: str, candidates: Sequence[Candidate]) -> NDArray[np.float32]:
        if not candidates:
            return np.zeros(0, dtype=np.float32)
        weights = self._tensors
        inputs = (self._interaction.features(question, candidates) - weights["mean"]) / weights["spread"]
        hidden = np.tanh(inputs @ weights["first"] + weights["first_bias"])
        logits = hidden @ weights["second"] + inputs @ weights["direct"]
        return (1 / (1 + np.exp(-logits.astype(np.float64)))).astype(np.float32)


class CrossEncoderReranker:
    """Any cross-encoder that sentence-transformers reads (bge-reranker, …), from a folder; loaded at its first use."""

    def __init__(self, folder: Path) -> None:
        self._path = existing_folder(folder, "retrieval.reranker")

    @property
    def name(self) -> str:
        return self._path.name

    def scores(self, question: str, candidates: Sequence[Candidate]) -> NDArray[np.float32]:
        pairs = [(question, f"{one.title} {one.place} {one.text}") for one in candidates]
        found: Any = self._model.predict(pairs, batch_size=16, show_progress_bar=False) if pairs else []
        scores = np.asarray(found, dtype=np.float32).reshape(len(pairs), -1)[:, -1]
        inside = scores.size == 0 or (scores.min() >= 0 and scores.max() <= 1)
        return scores if inside else (1 / (1 + np.exp(-scores.astype(np.float64)))).astype(np.float32)

    @cached_property
    def _model(self) -> CrossEncoder:
        package = sentence_transformers("retrieval.reranker")
        try:
            return package.CrossEncoder(
                str(self._path), device="cpu", max_length=_MAX_TOKENS, local_files_only=True
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise unreadable(self._path, error, "retrieval.reranker") from error


def shipped_reranker(interaction: Interaction, folder: Path = SHIPPED) -> FeatureReranker:
    """The re-ranker in `folder`: `config.json` and `model.safetensors`. Raises `ConfigurationError`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        tensors = load_file(folder / "model.safetensors")
        if tuple(config["features"]) != NAMES:
            raise ValueError("it reads other features")
        return FeatureReranker(interaction, tensors, f"{config['name']}-{config['version']}")
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ConfigurationError(f"the re-ranker in {folder} cannot be read: {error}") from error


def strength(passages: int, few: float, many: float) -> float:
    """The re-ranker's share in the order among so many passages; see `Weights`."""
    step = (math.log10(max(passages, 1)) - math.log10(2_000)) / (math.log10(30_000) - math.log10(2_000))
    return few + (many - few) * min(1.0, max(0.0, step))
