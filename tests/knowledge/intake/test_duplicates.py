"""Files that say what another document says already."""

from pathlib import Path

from people import principal_for

from assistant.encoding.encoder import StaticEncoder
from assistant.store.database import Store
from assistant.store.documents import list_documents
from knowledge.intake.duplicates import Holdings
from knowledge.intake.ingest import ingest

TEXT = "".join(f"第{n}项要求借款人提供第{n}份材料。" for n in range(20))


def test_a_text_with_other_punctuation_or_a_changed_sentence_is_alike() -> None:
    held = Holdings()
    held.add("first", [TEXT])
    assert held.alike("second", [TEXT.replace("。", " 。\n")]) == ("first", 1.0)
    changed = held.alike("second", [TEXT.replace("第3项要求", "第3项不要求")])
    assert changed is not None and changed[0] == "first" and 0.9 < changed[1] < 1
    assert held.alike("first", [TEXT]) is None
    assert held.alike("second", ["贷款期限不超过三年，用途应当真实。"]) is None
    assert held.alike("second", ["短。"]) is None


async def test_the_report_names_the_document_that_says_the_same(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.md").write_text(TEXT + "另加一句话供核对。", "utf-8")
    first = await ingest(knowledge_store, encoder, [tmp_path / "a.txt"])
    second = await ingest(knowledge_store, encoder, [tmp_path / "a.txt", tmp_path / "b.md"])
    assert first.files[0].note == "" and second.files[0].note == ""
    assert second.files[1].outcome == "added"
    assert first.files[0].document_id in second.files[1].note and "重复" in second.files[1].note


async def test_two_files_of_one_edition_do_not_take_each_other_out(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    law = "示例条例\n第一条 目的在于规范经营。\n第二条 本条例自2030年7月1日起施行，由主管部门解释。"
    (folder / "a.txt").write_text(law, "utf-8")
    (folder / "b.txt").write_text(law + "\n第三条 多出来的一条规定。", "utf-8")
    for expected in (["added", "added"], ["unchanged", "unchanged"]):
        report = await ingest(knowledge_store, encoder, [folder])
        assert [file.outcome for file in report.files] == expected
    async with knowledge_store.reading() as session:
        assert len(await list_documents(session, principal_for("rm", "tester"))) == 2


async def test_a_side_car_is_no_file_of_its_own(
    knowledge_store: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, "utf-8")
    (folder / "a.yaml").write_text("title: 材料清单\n", "utf-8")
    (folder / "alone.yaml").write_text("x: 1\n", "utf-8")
    report = await ingest(knowledge_store, encoder, [folder])
    assert {file.path.name: file.outcome for file in report.files} == {
        "a.txt": "added",
        "alone.yaml": "skipped",
    }
