"""When a text starts and ends, what replaced it, which version counts: from the labelled versions, gaps said aloud."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from people import principal_for

from assistant.document import DocumentVersion, DraftPassage
from assistant.evidence.book import EvidenceBook
from assistant.law.history import LawHistory, law_history
from assistant.principal import Principal
from assistant.store.database import Store
from assistant.store.documents import upsert_version

RM, VISITOR = principal_for("rm", "tester"), principal_for("visitor", "guest")
TODAY = date(2026, 11, 1)
OLD = DocumentVersion(
    "loans", "2010", "regulations", "示例贷款暂行办法", "示例令2010年第1号",
    issued=date(2010, 2, 1), effective_from=date(2010, 3, 1), effective_to=date(2024, 6, 30),
)  # fmt: skip
NEW = DocumentVersion(
    "loans", "2024", "regulations", "示例贷款办法", issued=date(2024, 2, 2), effective_from=date(2024, 7, 1),
    supersedes=("2010", "《示例贷款旧规定》"),
)  # fmt: skip
FUTURE = DocumentVersion(
    "loans",
    "2027",
    "regulations",
    "示例贷款办法（2027年修订）",
    issued=date(2026, 10, 1),
    effective_from=date(2027, 1, 1),
)
ALONE = DocumentVersion("alone", "1", "regulations", "示例评级办法", effective_from=date(2020, 1, 1))
UNDATED = DocumentVersion("undated", "1", "regulations", "示例尽调指引")
GONE = DocumentVersion(
    "gone",
    "1",
    "regulations",
    "示例报表规定",
    effective_from=date(2001, 1, 1),
    effective_to=date(2009, 12, 31),
)
INSIDE = DocumentVersion(
    "inside",
    "1",
    "regulations",
    "示例内部办法",
    effective_from=date(2025, 1, 1),
    supersedes=("alone",),
    audience="internal",
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bagui.sqlite'}", tmp_path)
    async with one.writing() as session:
        for version in (OLD, NEW, FUTURE, ALONE, UNDATED, GONE):
            places = [DraftPassage("第一条", "目的。"), DraftPassage("第九条", "本办法自规定之日起施行。")]
            await upsert_version(session, version, places)
    yield one
    await one.close()


async def told(
    store: Store, question: str, *, as_of: date = TODAY, principal: Principal = RM
) -> tuple[str, LawHistory]:
    book = EvidenceBook(as_of)
    found = await law_history(store, question, principal, book, as_of=as_of, today=TODAY)
    assert found is not None
    cited = {number for sentence in found.sentences for number in sentence.cites}
    assert cited == set(range(1, len(book.items) + 1))
    return "".join(sentence.text for sentence in found.sentences), found


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("示例贷款暂行办法什么时候失效", ["有效至2024年6月30日，自2024年7月1日起失效", "的是《示例贷款办法》，自2024年7月1日起施行"]),
        ("示例贷款办法什么时候失效", ["《示例贷款办法》自2027年1月1日起由以后的版本代替", "《示例贷款办法（2027年修订）》"]),
        ("示例贷款暂行办法什么时候施行", ["于2010年2月1日公布，自2010年3月1日起施行"]),
        ("示例贷款办法修订后什么时候施行", ["（2027年修订）》于2026年10月1日公布，自2027年1月1日起施行，尚未施行"]),
        ("哪个办法取代了示例贷款暂行办法", ["取代《示例贷款暂行办法》（示例令2010年第1号）的是《示例贷款办法》，自2024年7月1日起施行"]),
        ("示例贷款办法取代了什么", ["《示例贷款暂行办法》（示例令2010年第1号）、《示例贷款旧规定》（本库没有收录）"]),
        ("示例贷款暂行办法现在还有效吗", ["有效的是《示例贷款办法》，自2024年7月1日起施行", "已失效，自2010年3月1日起施行，有效至2024年6月30日"]),
    ],
)  # fmt: skip
async def test_answers(store: Store, question: str, parts: list[str]) -> None:
    text, found = await told(store, question)
    assert all(part in text for part in parts), text
    assert found.missing == () and found.whole


async def test_the_version_of_the_day_that_is_asked_about(store: Store) -> None:
    text, found = await told(store, "示例贷款办法2024年3月有效的是哪个", as_of=date(2024, 3, 31))
    assert text.startswith("截至2024年3月31日，有效的是《示例贷款暂行办法》（示例令2010年第1号）")
    assert "《示例贷款办法》尚未施行，自2024年7月1日起施行" in text
    assert [passage.status for passage in found.cited if passage.version == "2024"] == ["not_yet"]


async def test_on_the_day_of_change_one_ends_as_the_other_begins(store: Store) -> None:
    for day, title in ((date(2024, 6, 30), "《示例贷款暂行办法》"), (date(2024, 7, 1), "《示例贷款办法》")):
        text, _ = await told(store, "示例贷款办法现在有效的是哪个", as_of=day)
        assert text.startswith(f"截至2024年{day.month}月{day.day}日，有效的是{title}"), text


@pytest.mark.parametrize(
    ("question", "part", "missing"),
    [
        ("哪个办法取代了示例评级办法", "本库没有记载取代《示例评级办法》的文件；截至2026年11月1日，它现行有效", ()),
        ("示例评级办法什么时候失效", "现行有效，本库没有记载它的失效日期", ()),
        ("哪个规定取代了示例报表规定", "它已失效", ("取代《示例报表规定》的文件",)),
        ("示例尽调指引什么时候施行", "《示例尽调指引》的施行日期本库没有记载", ("《示例尽调指引》的施行日期",)),
        ("示例尽调指引还有效吗", "没有《示例尽调指引》当日有效的版本", ("《示例尽调指引》的施行日期",)),
        ("示例评级办法取代了哪个办法", "没有记载《示例评级办法》取代了哪个文件", ("《示例评级办法》取代的文件",)),
        ("《没有的办法》什么时候施行", "本库没有收录《没有的办法》", ("《没有的办法》",)),
        ("示例贷款办法2018年修正版什么时候失效", "没有收录《示例贷款办法》2018年的版本", ("《示例贷款办法》2018年的版本",)),
    ],
)  # fmt: skip
async def test_what_is_not_known_is_said(
    store: Store, question: str, part: str, missing: tuple[str, ...]
) -> None:
    text, found = await told(store, question)
    assert part in text and found.missing == missing, (text, found.missing)


async def test_an_edition_that_is_not_held_ends_with_the_next_that_is(store: Store) -> None:
    text, found = await told(store, "示例贷款办法2018年修正版什么时候失效")
    assert "《示例贷款办法》自2024年7月1日起施行，2018年的版本至迟自该日起不再适用" in text
    assert [passage.locator for passage in found.cited] == ["第九条"]


async def test_an_internal_document_is_no_successor_for_a_visitor(store: Store) -> None:
    async with store.writing() as session:
        await upsert_version(session, INSIDE, [DraftPassage("第一条", "内部。")])
    staff, _ = await told(store, "哪个办法取代了示例评级办法")
    visitor, _ = await told(store, "哪个办法取代了示例评级办法", principal=VISITOR)
    assert "《示例内部办法》" in staff and "内部" not in visitor


async def test_any_other_question_is_left_to_the_search(store: Store) -> None:
    for question in ("示例贷款办法的期限是几年", "你好", "合同什么时候生效"):
        assert await law_history(store, question, RM, EvidenceBook(TODAY), as_of=TODAY, today=TODAY) is None
