"""The catalogue: complete in both languages, said by whom it is kept for, in the field's own terms."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from assistant.conversation import Locale
from assistant.store.domains import DOMAIN_TITLES
from assistant.tools import catalogue as tools
from assistant.tools.enterprise_data.contract import load_contract
from assistant.words.glossary import glossary
from knowledge.sample.generator import generate
from knowledge.sample.names import CITIES
from knowledge.sample.sectors import PURPOSES, SECTORS
from serve.texts import WIDGET_PART, catalogue, texts, widget_part, words

ROOT = Path(__file__).parents[2] / "serve"
PYTHON = "".join(
    file.read_text(encoding="utf-8")
    for room in ("workbench", "export", "desk", "reference")
    for file in (ROOT / room).glob("*.py")
)
TYPESCRIPT = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "widget" / "src").glob("*.ts"))
FIELDS = string.Formatter()
ENTRIES = [(part, name, entry) for part, entries in catalogue().items() for name, entry in entries.items()]


def said(name: str, code: str) -> bool:
    """Whether code names this text, or its group with a value that comes from data: `legal_{status}`."""
    if re.search(rf"[\"'`]{re.escape(name)}[\"'`]", code):
        return True
    words = name.split("_")
    groups = ["_".join(words[:end]) for end in range(1, len(words))]
    return any(
        mark in code
        for group in groups
        for mark in (f"{group}_{{", f"{group}_$", f'named("{group}"', f".{group}(")
    )


def test_every_text_has_both_languages_with_the_same_fields_and_one_place():
    names = [name for _, name, _ in ENTRIES]
    assert set(catalogue()) == {"both", "workbench", "widget", "reference"} and len(names) == len(set(names))
    for _, name, entry in ENTRIES:
        assert set(entry) == set(get_args(Locale)), name
        fields = [{field for _, field, _, _ in FIELDS.parse(text) if field} for text in entry.values()]
        assert fields[0] == fields[1] and all(text.strip() for text in entry.values()), name


def test_english_texts_are_english():
    chinese = re.compile("[\u4e00-\u9fff]")
    questions = ("example_", "suggestion_")  # what the shelf, which is Chinese, can answer
    mixed = {name for _, name, entry in ENTRIES if chinese.search(entry["en"])}
    assert {name for name in mixed if not name.startswith(questions)} == {"language"}


def test_every_text_that_code_names_exists():
    known = {name for _, name, _ in ENTRIES}
    assert set(re.findall(r"""texts\(\s*["']([\w-]+)["']""", PYTHON)) <= known
    assert set(re.findall(r'say\(\s*"(\w+)"', TYPESCRIPT)) <= set(catalogue()["both"]) | set(
        catalogue()["widget"]
    )


@pytest.mark.parametrize("part", ["both", "workbench", "widget", "reference"])
def test_no_text_is_kept_for_nobody(part: str):
    speakers = {
        "both": (PYTHON, TYPESCRIPT),
        "workbench": (PYTHON,),
        "widget": (TYPESCRIPT,),
        "reference": (PYTHON,),
    }[part]
    unused = [name for name in catalogue()[part] for code in speakers if not said(name, code)]
    assert unused == []


def fixed_words() -> set[str]:
    """What the data contract and the sample can say of an enterprise in words of their own."""
    known = {sector.industry for sector in SECTORS} | {*CITIES, *PURPOSES, *DOMAIN_TITLES.values()}
    for domain in load_contract().domains.values():
        known |= {domain.title, domain.source}
        known |= {one for field in domain.fields.values() for one in (field.title, field.unit) if one}
    for enterprise in generate(300).enterprises:
        known |= {enterprise.stage, enterprise.size, *enterprise.labels}
    return known


def test_every_fixed_word_of_the_data_has_its_english():
    english = texts("en")
    unsaid = {word for word in fixed_words() if re.search("[\u4e00-\u9fff]", english.word(word))}
    assert unsaid == set()
    assert all(texts("zh").word(word) == word for word in fixed_words())


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("用途为流动资金的概率", "Working capital, probability"),
        ("截至2026-09-30", "as of 2026-09-30"),
        (
            "未取得该企业对“税务、社会保险”数据的有效授权",
            "No valid consent of the enterprise for: Tax, Social insurance",
        ),
        ("南宁示例公司（虚构）·工商登记", "南宁示例公司（虚构） · Business register"),
        ("流动资金贷款管理办法", "流动资金贷款管理办法"),
        ("2025年1月至2025年6月", "2025-1 to 2025-6"),
        ("自2025年10月1日施行至2028年9月30日，比例待核。", "自2025年10月1日施行至2028年9月30日，比例待核。"),
        ("{brand}与<b>", "{brand}与<b>"),
    ],
)
def test_what_varies_in_a_word_stands_in_its_english(word: str, said: str):
    assert texts("en").word(word) == said


def test_a_words_parts_that_vary_are_the_same_in_both_languages():
    for zh, en in words().items():
        assert {f for _, f, _, _ in FIELDS.parse(zh) if f} == {f for _, f, _, _ in FIELDS.parse(en) if f}, zh
        assert not re.search("[\u4e00-\u9fff]", en), zh


def test_what_the_widget_reads_is_its_part_of_the_catalogue():
    assert WIDGET_PART.read_text(encoding="utf-8") == widget_part(), "run `make docs`"


def test_a_tool_is_called_by_its_own_title():
    for name, tool in tools().items():
        assert texts("zh").tool(name) == tool.title


def test_screens_do_not_call_a_term_what_it_must_not_be_called():
    known = {name for term in glossary().terms for name in term.names}
    wrong = {
        name for term in glossary().terms for name in term.forbidden if name not in known and len(name) > 2
    }
    assert not [(name, word) for _, name, entry in ENTRIES for word in wrong if word in entry["zh"]]


def test_a_term_has_the_glossarys_english():
    english = {term.term: term.en.replace("_", " ") for term in glossary().terms}
    named = [
        (name, entry["en"].lower(), english[entry["zh"]])
        for _, name, entry in ENTRIES
        if entry["zh"] in english
    ]
    named += [(zh, en.lower(), english[zh]) for zh, en in words().items() if zh in english]
    assert named and all(given == wanted for _, given, wanted in named), named


def test_a_text_is_filled_in_and_an_unknown_name_is_an_error():
    assert texts("en")("citations_count", count=3) == "Sources: 3"
    with pytest.raises(KeyError):
        texts("zh")("no_such_text")


def test_an_error_is_told_in_the_readers_language():
    assert texts("en").error("too_large", "问题过长：9000 字") == "Too long. Please shorten it"
    assert texts("zh").error("too_large", "问题过长：9000 字") == "问题过长：9000 字"
    assert texts("en").error("never_heard_of", "说明") == "说明"
