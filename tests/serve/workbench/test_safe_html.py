"""Model text as HTML: formatting stays, everything else is characters."""

from __future__ import annotations

import html
import re

import pytest
from attacks import ATTACKS, Attack
from hypothesis import given
from hypothesis import strategies as st

from serve.workbench.safe_html import answer_html, plain_html, whole

TAGS = {"div", "p", "br", "strong", "em", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "h4", "pre",
        "code", "blockquote", "hr", "a", "span"}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z0-9]+)([^>]*)>")
_SYNTAX = set("![]()<>*_`{}$:/@#|~\\\"'=")


def shown(markup: str) -> str:
    return html.unescape(re.sub(r"<br ?/?>", "\n", re.sub(r"<(?!br)[^>]*>", "", markup)))


def check_inert(markup: str, answer_id: str = "ans_1") -> None:
    """Only tags of the list, only attributes of our own making, and no syntax left in what is between them."""
    for _, tag, attributes in _TAG.findall(markup):
        assert tag in TAGS, tag
        rest = attributes.strip().rstrip("/").strip()
        if rest:
            assert re.fullmatch(
                rf'class="(said|asked|whole)"|class="cite" href="#do/cite/{answer_id}/\d+"|start="\d+"'
                r'|style="text-align:(left|right|center)"', rest,
            ), rest  # fmt: skip
    between = re.sub(r"&#\d+;", "", _TAG.sub("", markup))
    assert not _SYNTAX & set(between), between
    assert "\n" not in markup


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_hostile_text_is_shown_and_does_nothing(attack: Attack):
    for text in (attack.text, f"期限三年。{attack.text}[1]", f"- {attack.text}\n- b"):
        check_inert(answer_html(text, frozenset({1}), "ans_1"))
        check_inert(plain_html(text))


@given(
    st.text(
        alphabet=st.sampled_from(list("<>![]()*_`|#-+.&;:/\\\"'{}$~=1a三\n \t")) | st.characters(),
        max_size=80,
    )
)
def test_any_text_is_inert(text: str):
    check_inert(answer_html(text, frozenset({1}), "ans_1"))
    check_inert(plain_html(text))


def test_any_prefix_of_a_stream_is_inert():
    for attack in ATTACKS:
        for end in range(1, len(attack.text), 5):
            check_inert(answer_html(attack.text[:end], frozenset({1}), "ans_1"))


def test_a_question_is_shown_as_typed():
    typed = "第一行 <b>&amp; *星号*\n第二行 [1] http://a.b"
    assert shown(plain_html(typed)) == typed


def test_formatting_is_kept():
    made = answer_html("**重点**\n\n- 甲\n- 乙\n\n|项目|值|\n|-|-|\n|额度|1|\n\n1. 一", frozenset(), "a")
    for tag in ("<strong>", "<ul>", "<table>", "<ol>"):
        assert tag in made


def test_only_known_marks_open_something():
    made = answer_html("甲[1]乙[2]丙[12]", frozenset({1, 12}), "ans_1")
    assert re.findall(r'href="#do/cite/ans_1/(\d+)"', made) == ["1", "12"]
    assert "[2]" in shown(made)


def test_a_figure_stays_with_its_unit_and_a_date_in_one_piece():
    shown = answer_html("截至2026-09-30，为131.7万元。", frozenset(), "ans_1")
    assert shown.count('class="whole"') == 2 and "131&#46;7万元</span>" in shown
    assert whole("<b>3%") == '&lt;b&gt;<span class="whole">3%</span>'
