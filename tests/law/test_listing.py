"""Which texts begin, end or wait: counted, each with its days and its citation; none is a finding about the library."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from people import principal_for

from assistant.document import DocumentVersion, DraftPassage
from assistant.evidence.book import EvidenceBook
from assistant.law.history import LawHistory, law_history
from assistant.store.database import Store
from assistant.store.documents import upsert_versions

RM = principal_for("rm", "tester")
TODAY = date(2026, 11, 1)
OLD = DocumentVersion(
    "loans", "2010", "regulations", "示例贷款暂行办法", issued=date(2010, 2, 1),
    effective_from=date(2010, 3, 1), effective_to=date(2024, 6, 30),
)  # fmt: skip
NEW = DocumentVersion(
    "loans", "2024", "regulations", "示例贷款办法", issued=date(2024, 2, 2), effective_from=date(2024, 7, 1)
)
LOCAL = DocumentVersion(
    "grant", "1", "policies", "示例贴息方案", authority="local", issued=date(2026, 1, 5),
    effective_from=date(2026, 2, 1), effective_to=date(2027, 12, 31),
)  # fmt: skip
UNDATED = DocumentVersion("notice", "1", "regulations", "示例数据通知", issued=date(2026, 7, 29))
COMING = DocumentVersion(
    "coming", "1", "regulations", "示例评级办法", issued=date(2026, 10, 1), effective_from=date(2027, 1, 1)
)
PRODUCT = DocumentVersion(
    "loan", "1", "products", "示例贷", authority="fictional", effective_from=date(2026, 5, 1)
)
REPORT = DocumentVersion(
    "report", "1", "cases", "示例案例", authority="local", effective_from=date(2026, 6, 1)
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bagui.sqlite'}", tmp_path)
    yield one
    await one.close()


async def told(
    store: Store, question: str, *held: DocumentVersion, as_of: date = TODAY, query: str = ""
) -> tuple[list[str], LawHistory]:
    async with store.writing() as session:
        await upsert_versions(
            session, [(one, [DraftPassage("第一条", "本文自规定之日起施行。")]) for one in held]
        )
    book = EvidenceBook(as_of)
    found = await law_history(store, question, RM, book, as_of=as_of, today=TODAY, query=query)
    assert found is not None and found.whole
    cited = [number for sentence in found.sentences for number in sentence.cites]
    assert cited == list(range(1, len(book.items) + 1))
    return [sentence.text for sentence in found.sentences], found


EVERY = (OLD, NEW, LOCAL, UNDATED, COMING, PRODUCT, REPORT)


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        (
            "哪些法规还没施行",
            [
                "本库收录法规、政策和标准5件，记载了施行日期的有4件；截至2026年11月1日，其中有1件尚未施行。",
                "《示例评级办法》尚未施行，自2027年1月1日起施行。",
                "《示例数据通知》于2026年7月29日公布，施行日期本库没有记载，不能判断是否已经施行。",
            ],
        ),
        (
            "哪些法规已经废止",
            [
                "本库收录法规、政策和标准5件；截至2026年11月1日，其中有1件已失效。",
                "《示例贷款暂行办法》有效至2024年6月30日，自2024年7月1日起失效。",
            ],
        ),
        (
            "今年有哪些新规施行",
            [
                "本库收录法规、政策和标准5件，记载了施行日期的有4件；截至2026年11月1日，其中有1件在2026年开始施行。",
                "《示例贴息方案》自2026年2月1日起施行。",
                "《示例数据通知》于2026年7月29日公布，施行日期本库没有记载，不能判断是否已经施行。",
            ],
        ),
        (
            "明年有哪些法规要施行",
            [
                "本库收录法规、政策和标准5件，记载了施行日期的有4件；截至2026年11月1日，其中有1件在2027年开始施行。",
                "《示例评级办法》自2027年1月1日起施行，尚未施行。",
            ],
        ),
        (
            "广西有哪些政策快到期了",
            [
                "本库收录地方法规政策1件；截至2026年11月1日，其中有1件有效但已定失效日期。",
                "《示例贴息方案》现行有效，有效至2027年12月31日。",
            ],
        ),
        (
            "2023年有哪些法规失效",
            [
                "本库收录法规、政策和标准5件；截至2026年11月1日，其中没有一件在2023年失效。",
                "此后最早失效的一件：《示例贷款暂行办法》有效至2024年6月30日，自2024年7月1日起失效。",
            ],
        ),
    ],
)
async def test_lists(store: Store, question: str, lines: list[str]) -> None:
    said, found = await told(store, question, *EVERY)
    assert said == lines
    assert found.missing == (("《示例数据通知》的施行日期",) if "示例数据通知" in said[-1] else ())


async def test_that_none_waits_is_a_finding_with_the_last_that_began(store: Store) -> None:
    said, found = await told(store, "哪些法规还没施行", OLD, NEW)
    assert said == [
        "本库收录法规、政策和标准2件，记载了施行日期的有2件；截至2026年11月1日，其中没有一件尚未施行。",
        "此前最近开始施行的一件：《示例贷款办法》自2024年7月1日起施行。",
    ]
    assert found.missing == () and [passage.document_id for passage in found.cited] == ["loans"]


async def test_an_empty_library_has_nothing_to_cite(store: Store) -> None:
    said, found = await told(store, "哪些法规还没施行")
    assert said[0].startswith("本库收录法规、政策和标准0件") and found.cited == ()


async def test_on_an_earlier_day_only_what_was_issued_by_then_waits(store: Store) -> None:
    said, _ = await told(store, "哪些法规还没施行", *EVERY, as_of=date(2024, 5, 1))
    assert said[1:] == ["《示例贷款办法》尚未施行，自2024年7月1日起施行。"]


async def test_a_long_list_says_that_it_is_cut(store: Store) -> None:
    many = [
        DocumentVersion(f"law-{n}", "1", "regulations", f"示例办法{n}", effective_from=date(2026, 1, n))
        for n in range(1, 26)
    ]
    said, _ = await told(store, "今年施行了哪些法规", *many)
    assert said[0].endswith("其中有25件在2026年开始施行，以下列出20件。") and len(said) == 21
    newest, _ = await told(store, "最近有哪些新规")
    assert newest[0].endswith("，以下列出10件。") and newest[1].startswith("《示例办法25》")


async def test_a_short_question_is_whole_beside_the_one_before_it(store: Store) -> None:
    said, _ = await told(store, "哪些法规还没施行", *EVERY, query="示例贷款办法什么时候失效 哪些法规还没施行")
    assert "《示例评级办法》尚未施行，自2027年1月1日起施行。" in said
