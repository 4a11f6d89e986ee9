"""A second look at the first passages: the re-ranker that ships (numpy only), and a bank's own cross-encoder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from assistant.errors import ConfigurationError
from assistant.retrieval.encoder import Encoder, StaticEncoder
from assistant.retrieval.foreign_encoder import existing_folder, sentence_transformers, unreadable
from assistant.retrieval.fusion import mix, scaled
from assistant.retrieval.interaction import NAMES, Candidate, Interaction, Matrix

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SHIPPED = Path(__file__).parent.parent / "models" / "rerank"
_MAX_TOKENS = 512
SHARE = 0.5
"""The network's part in the order: best on held-out questions of the law and no worse on our own (finetune/reranker/LOG.md)."""


class Reranker(Protocol):
    """Scores in [0, 1], one a candidate, that order them better than the first stage did."""

    @property
    def name(self) -> str: ...

    def scores(self, question: str, candidates: Sequence[Candidate]) -> Matrix: ...


class FeatureReranker:
    """A small network over the features of `Interaction`, mixed with the order of the first stage."""

    def __init__(self, interaction: Interaction, tensors: Mapping[str, Matrix], name: str) -> None:
        self._interaction = interaction
        self._tensors = tensors
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def scores(self, question: str, candidates: Sequence[Candidate]) -> Matrix:
        if not candidates:
            return np.zeros(0, dtype=np.float32)
        return self.blend(self._tensors, self._interaction.features(question, candidates))

    @staticmethod
    def blend(tensors: Mapping[str, Matrix], features: Matrix) -> Matrix:
        """The network's scores, scaled over the candidates, and the first stage's, `SHARE` of the former."""
        inputs = (features - tensors["mean"]) / tensors["spread"]
        hidden = np.tanh(inputs @ tensors["first"] + tensors["first_bias"])
        own = scaled((hidden @ tensors["second"] + inputs @ tensors["direct"]).astype(np.float32))
        return mix(features[:, NAMES.index("fused")], own, SHARE)


class CrossEncoderReranker:
    """Any cross-encoder that sentence-transformers reads (bge-reranker, …), from a folder; loaded at its first use."""

    def __init__(self, folder: Path) -> None:
        self._path = existing_folder(folder, "retrieval.reranker")

    @property
    def name(self) -> str:
        return self._path.name

    def scores(self, question: str, candidates: Sequence[Candidate]) -> Matrix:
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


def shipped_reranker(encoder: StaticEncoder, folder: Path = SHIPPED) -> FeatureReranker:
    """The re-ranker that reads the shipped encoder's terms, from `config.json` and `model.safetensors`.

    Raises `ConfigurationError` when it cannot be read or was made for other term vectors.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        tensors = load_file(folder / "model.safetensors")
        if tuple(config["features"]) != NAMES:
            raise ValueError("it reads other features")
        if config["embedder"] != encoder.name:
            raise ValueError(f"it was made for {config['embedder']}")
        return FeatureReranker(Interaction.of(encoder), tensors, f"{config['name']}-{config['version']}")
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ConfigurationError(f"the re-ranker in {folder} cannot be read: {error}") from error


def reranker_for(encoder: Encoder, folder: str | None = None) -> Reranker | None:
    """The cross-encoder in `folder`; else the shipped re-ranker beside the shipped encoder, whose terms and scores it
    was made for; beside another encoder none. Raises `ConfigurationError`.
    """
    if folder:
        return CrossEncoderReranker(Path(folder))
    return shipped_reranker(encoder) if isinstance(encoder, StaticEncoder) else None
