"""The list of official titles: well-formed, in step with the corpus, and silent where editions differ."""

from datetime import date
from typing import Any

import pytest
import yaml

from assistant.content import content_path
from assistant.document import bare_title
from knowledge.describing.sources import FIELDS, LIST, known_of
from knowledge.reading.loaded import version_from

ENTRIES: list[dict[str, Any]] = yaml.safe_load(LIST.read_text("utf-8"))


def test_every_entry_is_a_checked_version() -> None:
    assert len(ENTRIES) > 200
    for entry in ENTRIES:
        assert entry.keys() <= {"title", "edition", *FIELDS}
        assert entry.keys() & {"doc_no", "issuer", "issued", "effective_from"}, entry["title"]
        version = version_from({"id": "x", "version": "1", "collection": "regulations", **entry})
        assert not version.issued or not version.effective_from or version.issued <= version.effective_from
        if version.effective_to and version.effective_from:
            assert version.effective_from <= version.effective_to


def test_no_two_entries_under_a_title_are_the_same_edition() -> None:
    marks = [(bare_title(e["title"]), e.get("edition"), e.get("issued"), e.get("doc_no")) for e in ENTRIES]
    assert len(set(marks)) == len(marks)
    assert [e["title"] for e in ENTRIES if isinstance(e.get("edition", ""), str) is False] == []


def test_the_list_says_what_the_corpus_says() -> None:
    corpus: dict[str, list[dict[str, Any]]] = {}
    for path in content_path("corpus").rglob("*.md"):
        front = yaml.safe_load(path.read_text("utf-8").split("---")[1])
        if front["authority"] in ("national", "local"):
            corpus.setdefault(bare_title(front["title"]), []).append(front)
    compared = 0
    for entry in ENTRIES:
        for front in corpus.get(bare_title(entry["title"]), ()):
            if entry.get("issued") == front.get("issued"):
                compared += 1
                assert entry.get("effective_from", front.get("effective_from")) == front.get("effective_from")
    assert compared > 40


def test_a_title_fills_what_the_text_leaves_open() -> None:
    known = known_of("流动资金贷款管理办法", {})
    assert known["doc_no"] == "国家金融监督管理总局令2024年第2号"
    assert (known["issued"], known["effective_from"]) == (date(2024, 2, 2), date(2024, 7, 1))
    assert "doc_no" not in known_of(
        "《流动资金贷款管理办法》", {"doc_no": "国家金融监督管理总局令2024年第2号"}
    )


@pytest.mark.parametrize(
    ("said", "effective"),
    [
        ({}, None),
        ({"issued": date(2018, 10, 26)}, None),
        ({"issued": date(2023, 12, 29)}, date(2024, 7, 1)),
        ({"issued": date(1999, 1, 1)}, None),
    ],
)
def test_an_edition_is_never_guessed(said: dict[str, Any], effective: date | None) -> None:
    assert known_of("中华人民共和国公司法", said).get("effective_from") == effective


def test_an_unknown_title_or_a_contradiction_fills_nothing() -> None:
    assert known_of("没有这样的办法", {}) == {}
    assert known_of("流动资金贷款管理办法", {"issued": date(2010, 2, 12)}) == {}
