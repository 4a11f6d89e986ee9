"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_llm.server import FakeLlm


@pytest.fixture
def fake_llm() -> Iterator[FakeLlm]:
    """A scripted OpenAI-compatible server on the loopback: set `mode` and `script`, read `bodies`."""
    server = FakeLlm().start()
    yield server
    server.stop()
