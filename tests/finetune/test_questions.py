"""The questions that the embedder is trained on: they belong somewhere, and none is one that it is judged by."""

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.content import content_path
from assistant.encoding.features import fold
from finetune.embedder.questions import rows
from knowledge.intake.load import load_file

CASES = Path(__file__).parents[2] / "eval" / "cases"
NEAR = 0.5


def pairs_of(text: str) -> frozenset[str]:
    letters = "".join(letter for letter in fold(text) if letter.isalnum())
    return frozenset(letters[place : place + 2] for place in range(len(letters) - 1))


def test_every_section_asked_about_is_there():
    held = {
        path: {p.locator for d in load_file(content_path("corpus") / path) for p in d.passages}
        for path, _, _ in rows("builtin")
    }
    assert not [(path, locator) for path, locator, _ in rows("builtin") if locator not in held[path]]


FOREIGN = Path(__file__).parents[2] / "finetune" / "reranker" / "foreign.txt"


@pytest.mark.parametrize("name", ["law", "builtin", "foreign"])
def test_no_question_is_asked_twice_or_is_near_to_one_of_the_cases(name: str):
    asked = (
        FOREIGN.read_text("utf-8").splitlines() if name == "foreign" else [text for *_, text in rows(name)]
    )
    assert not [text for text, count in Counter(asked).items() if count > 1]
    cases = [
        json.loads(line).get("question", "")
        for path in CASES.glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    judged = [pairs_of(case) for case in cases if case]
    near = [
        text
        for text in asked
        for own in [pairs_of(text)]
        if any(len(own & other) >= NEAR * len(own | other) for other in judged)
    ]
    assert not near
