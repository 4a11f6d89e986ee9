"""An open, empty store per test, and the callers and enterprises that tests speak of.

Set `BAGUI_TEST_POSTGRES` to the URL of an empty PostgreSQL database to run the tests that take `store` there.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
from people import principal_for
from sqlalchemy import text

from assistant.principal import Principal
from assistant.store.database import Store
from assistant.store.enterprises import Enterprise, put_enterprises

POSTGRES = os.environ.get("BAGUI_TEST_POSTGRES")


def sqlite_url(home: Path) -> str:
    return f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def url(home: Path) -> str:
    return POSTGRES or sqlite_url(home)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, to be copied instead of migrating for every test."""
    home = tmp_path_factory.mktemp("template")

    async def make() -> None:
        await (await Store.open(sqlite_url(home), home)).close()

    with asyncio.Runner() as runner:
        runner.run(make())
    return home / "bagui.sqlite"


@pytest.fixture
def migrated_home(home: Path, template: Path) -> Path:
    home.mkdir()
    if not POSTGRES:
        shutil.copy(template, home)
    return home


@pytest.fixture
async def store(migrated_home: Path, url: str) -> AsyncIterator[Store]:
    home = migrated_home
    store = await Store.open(url, home, lock_wait_s=20)
    if POSTGRES:
        async with store.writing() as session:
            await session.execute(text("DROP SCHEMA public CASCADE"))
            await session.execute(text("CREATE SCHEMA public"))
        await store.close()
        store = await Store.open(url, home, lock_wait_s=20)
    yield store
    await store.close()


@pytest.fixture
def rm() -> Principal:
    return principal_for("rm", "rm-1")


@pytest.fixture
def visitor() -> Principal:
    return principal_for("visitor", "guest")


def enterprise(code: str, name: str, short_name: str) -> Enterprise:
    return Enterprise(
        code=code,
        name=name,
        short_name=short_name,
        city="南宁市",
        county="良庆区",
        industry_code="C39",
        industry="电子设备制造",
        stage="成长期",
        size="小型",
        founded=date(2019, 5, 1),
        employees=42,
        labels=("示例",),
        description="虚构企业",
        fictional=True,
    )


ALPHA, BETA = "91450100SAMPLE0001", "91450100SAMPLE0002"


@pytest.fixture
async def companies(store: Store) -> tuple[str, str]:
    """Two enterprises: 八桂示例甲科技有限公司 and 八桂示例乙贸易有限公司."""
    async with store.writing() as session:
        await put_enterprises(
            session,
            [
                enterprise(ALPHA, "八桂示例甲科技有限公司", "示例甲"),
                enterprise(BETA, "八桂示例乙贸易有限公司", "示例乙"),
            ],
        )
    return ALPHA, BETA


@pytest.fixture
def make_enterprise() -> Callable[[str, str, str], Enterprise]:
    return enterprise


Grant = Callable[..., Awaitable[str]]


@pytest.fixture
def give_consent(store: Store) -> Grant:
    """Registers a consent as the bank's admin and returns its id."""
    from assistant.store import consents

    async def give(
        code: str, domain: str, *, until: date = date(2030, 1, 1), today: date = date(2026, 1, 1)
    ) -> str:
        async with store.writing() as session:
            granted = await consents.grant(
                session,
                principal_for("admin", "registrar"),
                enterprise=code,
                domain=domain,
                valid_to=until,
                today=today,
            )
        return granted.id

    return give
