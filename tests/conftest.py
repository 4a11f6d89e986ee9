"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_llm.server import FakeLlm
from hypothesis import settings

# A commit passes or fails the same way on every machine, however slow it is. Fresh examples are looked for with
# `pytest --hypothesis-profile=default`.
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")


@pytest.fixture
def fake_llm() -> Iterator[FakeLlm]:
    """A scripted OpenAI-compatible server on the loopback: set `mode` and `script`, read `bodies`."""
    server = FakeLlm().start()
    yield server
    server.stop()
