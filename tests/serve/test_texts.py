"""The catalogue: complete in both languages, and every text that code names is in it."""

import re
import string
from pathlib import Path

import pytest

from assistant.glossary import glossary
from serve.texts import LANGUAGES, catalogue, texts

ROOMS = [Path("serve/workbench"), Path("serve/export"), Path("serve/desk"), Path("serve/reference")]
ROOT = Path(__file__).parents[2]
FIELDS = string.Formatter()


def test_both_languages_say_everything_with_the_same_fields():
    for name, entry in catalogue().items():
        assert set(entry) == set(LANGUAGES), name
        fields = [{field for _, field, _, _ in FIELDS.parse(text) if field} for text in entry.values()]
        assert fields[0] == fields[1], name
        assert all(text.strip() for text in entry.values()), name


def test_english_texts_are_english():
    chinese = re.compile("[\u4e00-\u9fff]")
    allowed = {"language", "example_1", "example_2", "example_3", "example_4"}  # questions the samples answer
    assert {name for name, entry in catalogue().items() if chinese.search(entry["en"])} == allowed


def test_every_named_text_exists_and_every_text_is_named():
    code = "".join(file.read_text() for room in ROOMS for file in (ROOT / room).glob("*.py"))
    called = set(re.findall(r"""texts\(\s*["']([\w-]+)["']""", code))
    named = called | set(re.findall(r'"([a-z_0-9]+)"', code))
    assert called <= set(catalogue())
    groups = (
        "legal_",
        "authority_",
        "confidence_",
        "status_",
        "outcome_",
        "reason_",
        "step_by_",
        "evidence_",
        "example_",
    )
    unused = {name for name in catalogue() if name not in named and not name.startswith(groups)}
    assert unused <= {"sign_in_failed", "too_many_attempts"}


def test_screens_do_not_call_a_term_what_it_must_not_be_called():
    known = {name for term in glossary().terms for name in term.names}
    wrong = {
        name for term in glossary().terms for name in term.forbidden if name not in known and len(name) > 2
    }
    said = {name: entry["zh"] for name, entry in catalogue().items()}
    assert not [(name, word) for name, text in said.items() for word in wrong if word in text]


def test_a_text_is_filled_in_and_an_unknown_name_is_an_error():
    assert texts("en")("citations_count", count=3) == "Sources: 3"
    with pytest.raises(KeyError):
        texts("zh")("no_such_text")
