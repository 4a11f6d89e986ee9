"""A second encoder, of another name and size, that needs no package."""

from collections.abc import Sequence

import numpy as np

from assistant.encoding.encoder import StaticEncoder, Vectors


class Another:
    """The first dimensions of the shipped one. `fail_after` breaks it after so many texts."""

    folder = "/models/another"

    def __init__(self, shipped: StaticEncoder, dim: int = 8, fail_after: int | None = None) -> None:
        self._shipped = shipped
        self.dim = dim
        self.name = f"another-{dim}-1"
        self.left = fail_after
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.left is not None and self.left < len(texts):
            raise ConnectionAbortedError("killed")
        self.encoded += len(texts)
        vectors = self._shipped.encode(texts)[:, : self.dim]
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    encode_questions = encode
