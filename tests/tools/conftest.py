"""A store with a few sample enterprises, and contexts of those who ask."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date

import pytest
from people import principal_for

from assistant.principal import Principal
from assistant.store.database import Store
from assistant.tools.context import ToolContext
from knowledge.sample.enterprise import Sample
from knowledge.sample.generator import generate
from knowledge.sample.loader import load_samples

TODAY = date(2026, 11, 23)
Contexts = Callable[..., ToolContext]


@pytest.fixture(scope="session")
def few() -> Sample:
    """The showcase enterprises of the fixed seed."""
    return generate(14)


@pytest.fixture
async def store(tmp_path, few) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'b.sqlite'}", tmp_path)
    await load_samples(opened, tenant="bank", today=TODAY, sample=few)
    yield opened
    await opened.close()


@pytest.fixture
def context(store) -> Contexts:
    async def search(query, k, collection, as_of):
        raise AssertionError("these tools do not search")

    base = ToolContext(
        principal=principal_for("rm", "tester"), as_of=TODAY, today=TODAY, store=store, search=search
    )

    def build(principal: Principal | None = None, **changes) -> ToolContext:
        return replace(base, **({"principal": principal} if principal else {}), **changes)

    return build
