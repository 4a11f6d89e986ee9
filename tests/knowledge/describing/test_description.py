"""What a file is, told by its side-car, its text, its name and the list of titles, in that order."""

from datetime import date
from pathlib import Path

import pytest

from assistant.document import DocumentVersion
from knowledge.intake.load import load_file
from knowledge.reading.loaded import Unreadable

LAW = (
    "示例贷款管理办法\n（2030年2月2日国务院令第999号公布）\n第一条 目的。\n"
    "第二条 本办法自2030年7月1日起施行。《示例贷款管理暂行办法》同时废止。"
)


def described(folder: Path, name: str, text: str, beside: str | None = None) -> DocumentVersion:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    if beside is not None:
        path.with_suffix(".yaml").write_text(beside, "utf-8")
    (document,) = load_file(path)
    return document.version


def test_a_statute_describes_itself(tmp_path: Path) -> None:
    version = described(tmp_path, "a.txt", LAW)
    assert (version.id, version.version, version.title) == (
        "示例贷款管理办法",
        "2030-07-01",
        "示例贷款管理办法",
    )
    assert (version.doc_no, version.issued) == ("国务院令第999号", date(2030, 2, 2))
    assert version.effective_from == date(2030, 7, 1)
    assert version.supersedes == ("《示例贷款管理暂行办法》",)
    assert (version.collection, version.authority) == ("regulations", "national")


def test_editions_of_a_law_stand_under_one_document(tmp_path: Path) -> None:
    older = LAW.replace("2030年7月", "2020年7月").replace("2030年2月", "2020年2月")
    one, two = described(tmp_path, "old.txt", older), described(tmp_path, "new.txt", LAW)
    assert one.id == two.id and one.version != two.version


def test_the_side_car_wins(tmp_path: Path) -> None:
    beside = "id: my-rule\nversion: 3\nissuer: 某部门\neffective_from: 2031-01-01\nauthority: internal\naudience: internal\n"
    version = described(tmp_path, "a.txt", LAW, beside)
    assert (version.id, version.version, version.issuer) == ("my-rule", "3", "某部门")
    assert (version.effective_from, version.authority, version.audience) == (
        date(2031, 1, 1),
        "internal",
        "internal",
    )
    assert version.issued == date(2030, 2, 2)


@pytest.mark.parametrize(
    ("beside", "reason"), [("a: [", "YAML"), ("- a", "键: 值"), ("issued: soon", "issued")]
)
def test_a_wrong_side_car_is_named(tmp_path: Path, beside: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        described(tmp_path, "a.txt", LAW, beside)


def test_the_name_and_the_list_fill_the_rest(tmp_path: Path) -> None:
    version = described(
        tmp_path, "公司法_20231229.txt", "中华人民共和国公司法\n第一条 目的。\n第二条 公司依法设立。"
    )
    assert (version.issued, version.effective_from) == (date(2023, 12, 29), date(2024, 7, 1))
    assert version.issuer == "全国人民代表大会常务委员会"


def test_a_local_rule_is_local(tmp_path: Path) -> None:
    version = described(tmp_path, "a.txt", "广西" + LAW)
    assert (version.authority, version.jurisdiction) == ("local", "广西")


def test_a_note_of_the_bank_is_internal_and_undated(tmp_path: Path) -> None:
    version = described(
        tmp_path, "笔记.txt", "客户经理笔记。2024年1月1日印发过旧表格，自2024年3月1日起执行。"
    )
    assert (version.authority, version.issued, version.effective_from) == ("internal", None, None)


def test_a_side_car_dates_single_articles(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LAW, "utf-8")
    path.with_suffix(".yaml").write_text(
        "articles:\n  第一条: {effective_to: 2031-12-31}\n  第二条: {effective_from: 2031-01-01}\n"
    )
    (document,) = load_file(path)
    days = {p.locator: (p.effective_from, p.effective_to) for p in document.passages}
    assert days["第一条"] == (None, date(2031, 12, 31)) and days["第二条"] == (date(2031, 1, 1), None)
    path.with_suffix(".yaml").write_text("articles: [第一条]\n")
    with pytest.raises(Unreadable, match="articles"):
        load_file(path)


def test_a_file_that_does_not_say_is_for_staff_and_its_own_word_stands(tmp_path: Path) -> None:
    for name, text in (
        ("a.txt", LAW),
        ("b.md", "---\nid: b\n---\n# 乙\n内容。"),
        ("c.jsonl", '{"id": 1, "text": "丙"}'),
    ):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        assert load_file(path)[0].version.audience == "internal"
        assert load_file(path, audience="public")[0].version.audience == "public"
    assert described(tmp_path, "d.txt", LAW, "audience: internal\n").audience == "internal"
    (held,) = load_file(tmp_path / "d.txt", audience="public")
    assert held.version.audience == "internal"


def test_the_lines_of_a_passage_file_may_differ_in_who_may_read_them(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "text": "甲"}\n{"id": 2, "text": "乙", "audience": "public"}\n', "utf-8")
    (document,) = load_file(path)
    assert document.version.audience == "public"
    assert [passage.audience for passage in document.passages] == ["internal", "public"]
