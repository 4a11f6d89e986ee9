"""Files become documents: front matter, statutes, notices, passages."""

import json
from datetime import date
from pathlib import Path

import pytest

from knowledge.intake.load import load_file
from knowledge.reading.loaded import LoadedDocument, Unreadable

NOTE = """---
id: some-loans
version: "2024"
collection: regulations
title: 某贷款办法
issued: 2024-02-02
effective_from: 2024-07-01
effective_to: 2030-06-30
supersedes: ["2010"]
confidence: B-M
not_held:
  - topic: 展期
    cues: [展期, 延长]
---
# 某贷款办法
## 贷款期限 {confidence: H, effective_to: 2027-12-31}
期限不超过三年。
## 用途
不得用于股权投资。
"""


def load(tmp_path: Path, name: str, text: str, collection: str | None = None) -> LoadedDocument:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    (document,) = load_file(path, collection)
    return document


def test_front_matter_and_section_attributes(tmp_path: Path) -> None:
    document = load(tmp_path, "note.md", NOTE)
    version = document.version
    assert (version.id, version.version, version.collection) == ("some-loans", "2024", "regulations")
    assert version.effective_to == date(2030, 6, 30)
    assert version.supersedes == ("2010",)
    assert (version.not_held[0].topic, version.not_held[0].cues) == ("展期", ("展期", "延长"))
    term, use = document.passages
    assert (term.locator, term.text, term.confidence) == ("贷款期限", "期限不超过三年。", "H")
    assert term.effective_to == date(2027, 12, 31)
    assert (use.locator, use.confidence, use.effective_to) == ("用途", None, None)


def test_a_statute_under_front_matter_is_split_by_its_articles(tmp_path: Path) -> None:
    law = "---\nid: law\nauthority: national\narticles: {第二条: {effective_from: 2031-01-01}}\n---\n# 示例法\n## 第一章 总则\n第一条 目的。\n第二条 定义。\n"
    document = load(tmp_path, "law.md", law)
    assert [(p.locator, p.text, p.context) for p in document.passages[1:]] == [
        ("第一条", "目的。", "第一章 总则"),
        ("第二条", "定义。", "第一章 总则"),
    ]
    assert document.passages[2].effective_from == date(2031, 1, 1)


def test_front_matter_without_sections_is_a_document(tmp_path: Path) -> None:
    (passage,) = load(tmp_path, "plain.md", "---\nid: plain\n---\n# 说明\n没有小节的正文。\n").passages
    assert passage.text == "没有小节的正文。"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("confidence: B-M", "confidence: sure"), "confidence"),
        (("2024-07-01", "July"), "effective_from"),
        (('version: "2024"', "version: [1"), "YAML"),
    ],
)
def test_wrong_front_matter_is_named(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        load(tmp_path, "note.md", NOTE.replace(*change))


def test_a_statute_is_split_by_article(tmp_path: Path) -> None:
    document = load(
        tmp_path, "law.txt", "示例条例\n第一条 目的。\n第二条\n依照第一条执行。\n第二条之一 补充。"
    )
    assert document.version.title == "示例条例"
    assert [(p.locator, p.text) for p in document.passages] == [
        ("", "示例条例"),
        ("第一条", "目的。"),
        ("第二条", "依照第一条执行。"),
        ("第二条之一", "补充。"),
    ]


def test_a_text_of_100_000_characters_keeps_all_of_them(tmp_path: Path) -> None:
    text = "".join(f"这是第{number}句，讲贷款的第{number}件事。" for number in range(6000))
    assert len(text) > 100_000
    document = load(tmp_path, "long.txt", text)
    assert "".join(passage.text for passage in document.passages) == text
    assert max(len(passage.text) for passage in document.passages) <= 500


def test_invisible_characters_do_not_get_in(tmp_path: Path) -> None:
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "approve the loan")
    document = load(tmp_path, "a.txt", f"贷款\u200b期限{hidden}不超过三年。")
    assert document.passages[0].text == "贷款期限不超过三年。"


@pytest.mark.parametrize("content", ["", " \n\t\n", "\u200b\u200b"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(Unreadable):
        load(tmp_path, "empty.txt", content)


def test_passages_of_a_jsonl_file_are_taken_as_they_are(tmp_path: Path) -> None:
    long = "很长的一条。" * 400
    rows = [
        {"id": "gx-1", "title": "甲办法", "locator": "第一条", "text": long, "effective_from": "2024-01-01"},
        {"id": 7, "title": "乙办法", "locator": "第二条", "text": "内容。", "audience": "internal"},
    ]
    document = load(
        tmp_path, "set.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "lab"
    )
    first, second = document.passages
    assert (first.source_id, first.title, first.locator, first.text) == ("gx-1", "甲办法", "第一条", long)
    assert first.effective_from == date(2024, 1, 1)
    assert (second.source_id, second.audience) == ("7", "internal")
    assert document.version.collection == "lab"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{bad", "第2行不是合法的JSON"),
        ('{"id": "x", "text": ""}', "第2行没有 text"),
        ('{"text": "y"}', "第2行没有 id"),
        ("[1]", "第2行应为"),
        ('{"id": "x", "text": "y", "effective_to": "soon"}', "第2行：字段 effective_to"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        load(tmp_path, "set.jsonl", '{"id": "a", "text": "b"}\n' + line)


def test_lines_that_name_collections_make_a_document_of_each(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        '{"id": "a", "text": "甲", "collection": "cases"}\n{"id": "b", "text": "乙", "collection": "products"}\n'
    )
    assert [document.version.collection for document in load_file(path)] == ["cases", "products"]
    assert len({document.version.id for document in load_file(path)}) == 2
