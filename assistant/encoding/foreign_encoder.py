"""A bank's own sentence-transformers model as encoder, read from a folder; the package is loaded when it is first used."""

from __future__ import annotations

import hashlib
import logging
import math
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.encoding.encoder import CUT, Vectors
from assistant.errors import ConfigurationError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer  # pyright: ignore[reportMissingImports]

_BATCH = 32
_MAX_TOKENS = 512
_log = logging.getLogger(__name__)


class ForeignEncoder:
    """Any model that sentence-transformers reads (bge-m3, Qwen3-Embedding, …); never asks a network.

    The name carries the folder's name, the dimension, and a digest of the model's configuration and weights, so
    that another model under the same path is another encoder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = existing_folder(folder, "retrieval.encoder")

    @property
    def folder(self) -> str:
        return str(self._path)

    @property
    def name(self) -> str:
        return self._identity[0]

    @property
    def dim(self) -> int:
        return self._identity[1]

    @cached_property
    def _identity(self) -> tuple[str, int]:
        dim = len(self._encode(["一"], question=False)[0])
        return f"{_called(self._path)}-{dim}-{fingerprint(self._path)}-{CUT}", dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, question=False)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, question=True)

    def _encode(self, texts: Sequence[str], *, question: bool) -> Vectors:
        model = self._model
        encode = model.encode_query if question else model.encode_document
        found: Any = encode(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, dtype=np.float32)

    @cached_property
    def _model(self) -> SentenceTransformer:
        package = sentence_transformers("retrieval.encoder")
        try:
            model = package.SentenceTransformer(str(self._path), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise unreadable(self._path, error, "retrieval.encoder") from error
        if math.isfinite(model.max_seq_length or math.inf) and model.max_seq_length > _MAX_TOKENS:
            model.max_seq_length = _MAX_TOKENS  # a static model has no limit, and none to set
        _log.info("encoder loaded from %s", self._path.name)
        return model


def existing_folder(folder: Path, param: str) -> Path:
    """The folder, absolute; a name such as BAAI/bge-m3 is looked up in this machine's model cache.

    Raises `ConfigurationError` where there is none: models are never fetched.
    """
    path = folder.expanduser().absolute()
    if path.is_dir():
        return path
    if not folder.is_absolute() and len(folder.parts) == 2:
        sentence_transformers(param)
        from huggingface_hub import snapshot_download

        try:
            return Path(snapshot_download(folder.as_posix(), local_files_only=True))
        except (OSError, ValueError):
            pass
    raise ConfigurationError(
        f"没有模型目录 {folder}；本程序不联网下载，请先把模型放到本机目录", code="model_missing", param=param
    )


def sentence_transformers(param: str) -> Any:
    """The package, told to stay offline before it is imported. Raises `ConfigurationError` when it is missing."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        import sentence_transformers as package  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise ConfigurationError(
            "自选的检索模型需要 sentence-transformers：pip install -c constraints.txt -e '.[encoders]'",
            code="package_missing",
            param=param,
        ) from error
    return package


def _called(path: Path) -> str:
    """What people call the model in a folder; a cache keeps `models--org--name/snapshots/<hash>`."""
    cached = next((part for part in path.parts if part.startswith("models--")), None)
    return cached.split("--")[-1] if cached else path.name


def unreadable(path: Path, error: Exception, param: str) -> ConfigurationError:
    return ConfigurationError(f"模型目录 {path} 无法读取：{error}", code="model_unreadable", param=param)


def fingerprint(folder: Path) -> str:
    """Eight hex digits of names, sizes, beginnings and ends of all files."""
    found = hashlib.sha256()
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        size = path.stat().st_size
        found.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            found.update(file.read(1_000_000))
            file.seek(max(0, size - 1_000_000))
            found.update(file.read())
    return found.hexdigest()[:8]
