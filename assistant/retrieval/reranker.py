"""A second look at the first passages: the re-ranker that ships (numpy only), and a bank's own cross-encoder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from assistant.encoding.encoder import Encoder, StaticEncoder
from assistant.encoding.foreign_encoder import existing_folder, sentence_transformers, unreadable
from assistant.errors import ConfigurationError
from assistant.retrieval.fusion import scaled
from assistant.retrieval.interaction import NAMES, Candidate, Interaction, Matrix
from assistant.retrieval.relevance import SIGNS, signs, sureness

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder  # pyright: ignore[reportMissingImports]

SHIPPED = Path(__file__).parent.parent / "models" / "rerank"
_MAX_TOKENS = 512
_NONE: Matrix = np.zeros(0, dtype=np.float32)
FARTHEST = 4.0
"""No feature counts as farther from its mean than so many deviations: a text quoted word for word is no outlier."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One number a candidate: `order` in [0, 1]; `certainty` that it answers the question, where the re-ranker can tell."""

    order: Matrix
    certainty: Matrix | None = None


class Reranker(Protocol):
    """Orders candidates better than the first stage did."""

    @property
    def name(self) -> str: ...

    def judge(self, question: str, candidates: Sequence[Candidate]) -> Judgement: ...


class FeatureReranker:
    """A small network over the features of `Interaction`, and how sure it is by the `SIGNS` among them."""

    def __init__(self, interaction: Interaction, network: Mapping[str, Matrix], name: str) -> None:
        self._interaction = interaction
        self._network = network
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def judge(self, question: str, candidates: Sequence[Candidate]) -> Judgement:
        """The network's order within the span of the first stage's scores, so that a boost is worth what it was."""
        if not candidates:
            return Judgement(_NONE, _NONE)
        features = self._interaction.features(question, candidates)
        found = judged(self._network, features)
        fused = features[:, NAMES.index("fused")]
        low, high = float(fused.min()), float(fused.max())
        order = (low + (high - low) * scaled(found)).astype(np.float32)
        read = signs(features, found, self._interaction.asked(question))
        return Judgement(order, sureness(self._network["certainty"], read))


def judged(network: Mapping[str, Matrix], features: Matrix) -> Matrix:
    """What the network makes of each row of features; greater is better."""
    inputs = np.clip((features - network["mean"]) / network["spread"], -FARTHEST, FARTHEST)
    hidden = np.tanh(inputs @ network["first"] + network["first_bias"])
    return (hidden @ network["second"] + inputs @ network["direct"]).astype(np.float32)


class CrossEncoderReranker:
    """Any cross-encoder that sentence-transformers reads (bge-reranker, …), from a folder; loaded at its first use."""

    def __init__(self, folder: Path) -> None:
        self._path = existing_folder(folder, "retrieval.reranker")

    @property
    def name(self) -> str:
        return self._path.name

    def judge(self, question: str, candidates: Sequence[Candidate]) -> Judgement:
        if not candidates:
            return Judgement(_NONE)
        found: Any = self._model.predict(
            [(question, f"{one.title} {one.place} {one.text}") for one in candidates],
            batch_size=16,
            show_progress_bar=False,
        )
        scores = np.asarray(found, dtype=np.float64).reshape(len(candidates), -1)[:, -1]
        if scores.min() < 0 or scores.max() > 1:  # a model that gives logits
            scores = 1 / (1 + np.exp(-scores))
        return Judgement(scores.astype(np.float32))

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
    """The re-ranker in `folder` beside any training of the shipped encoder: `config.json` and `model.safetensors`. Raises `ConfigurationError`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        if (tuple(config["features"]), tuple(config["signs"])) != (NAMES, SIGNS):
            raise ValueError("it reads other features")
        tensors = load_file(folder / "model.safetensors")
        interaction = Interaction(
            tensors["terms"], tensors["table"].astype(np.float32), tensors["weight"], encoder
        )
        network = {
            name: tensors[name]
            for name in ("mean", "spread", "first", "first_bias", "second", "direct", "certainty")
        }
        return FeatureReranker(interaction, network, f"{config['name']}-{config['version']}")
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ConfigurationError(f"the re-ranker in {folder} cannot be read: {error}") from error


def reranker_for(encoder: Encoder, folder: str | None = None) -> Reranker | None:
    """The cross-encoder in `folder`; else the shipped re-ranker beside any training of the shipped encoder, whose scores
    it was made for; beside another encoder none. Raises `ConfigurationError`.
    """
    if folder:
        return CrossEncoderReranker(Path(folder))
    return shipped_reranker(encoder) if isinstance(encoder, StaticEncoder) else None
