"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from fake_llm.server import FakeLlm
from hypothesis import settings

if TYPE_CHECKING:
    from installation import Desk

    from assistant.encoding.encoder import StaticEncoder

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


@pytest.fixture(scope="session")
def encoder() -> StaticEncoder:
    """The encoder that ships."""
    from assistant.encoding.encoder import shipped_encoder

    return shipped_encoder()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One installation for all tests that ask it, without a language model."""
    from installation import installed

    async with installed(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def served(desk: Desk, fake_llm: FakeLlm) -> AsyncIterator[FakeLlm]:
    """The scripted model's server; what `desk.with_server` opened to it is closed afterwards."""
    yield fake_llm
    while desk.opened:
        await desk.opened.pop().aclose()
