"""Model text as HTML: formatting stays, everything else is characters."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.workbench.said import answer_html, plain_html

TAGS = {"div", "p", "br", "strong", "em", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "h4", "pre",
        "code", "blockquote", "hr", "a"}  # fmt: skip
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
                rf'class="(said|asked)"|class="cite" href="#do/cite/{answer_id}/\d+"|start="\d+"'
                r'|style="text-align:(left|right|center)"', rest,
            ), rest  # fmt: skip
    between = re.sub(r"&#\d+;", "", _TAG.sub("", markup))
    assert not _SYNTAX & set(between), between
    assert "\n" not in markup


ATTACKS = [
    "![x](http://evil.example/a.png)", "![x][r]\n\n[r]: http://evil.example/a.png", "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "<http://evil.example>", "http://evil.example", "www.evil.example",
    "//evil.example/x", "a@evil.example", "<img src=x onerror=alert(1)>", "<IMG SRC=http://evil.example/a>",
    "<script>alert(1)</script>", "<scr<script>ipt>alert(1)</script>", "<svg/onload=alert(1)>",
    "<svg><use href='http://evil.example#x'/></svg>", "<iframe src=http://evil.example>", "<object data=x>",
    "<embed src=x>", "<style>@import url(http://evil.example)</style>", "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>", "<base href=http://evil.example>",
    "<form action=http://evil.example><input name=p>", "<video poster=http://evil.example/p>", "<math><mtext></mtext>",
    "<details open ontoggle=alert(1)>", "<a href='&#106;avascript:alert(1)'>x</a>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x&#62;", "<div style=\"background:url(http://evil.example)\">", "<p title='</p><img src=x>'>",
    "```html\n<img src=http://evil.example/a>\n```", "```mermaid\ngraph TD;A-->B\n```", "`<img src=x>`",
    "```\"><img src=x>\ncode\n```", "$$\\href{javascript:alert(1)}{x}$$", "\\(\\url{http://evil.example}\\)",
    "${alert(1)}", "{{constructor.constructor('alert(1)')()}}", "{% raw %}", "<!-- --><img src=x>", "<![CDATA[<img>]]>",
    "<?php echo 1 ?>", "<img src=x\nonerror=alert(1)>", "\x00<script>alert(1)</script>", "<\u200bscript>",
    "| a | <img src=x> |\n|-|-|\n| [x](http://evil.example) | b |", "# <img src=x>", "> ![x](http://evil.example/a)",
    "* [x](http://evil.example)", "[1](http://evil.example)", "[1]: http://evil.example", "[[1]](javascript:alert(1))",
    "![1]", "[\u202e1]", "<a href='#do/cite/ans_1/1'>伪造</a>", "#do/up/ans_1", "\\<img src=x\\>", "**<b>x</b>**",
    "<noscript><p title=\"</noscript><img src=x>\">", "<template><img src=x></template>", "<xmp><img src=x></xmp>",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_shown_and_does_nothing(attack: str):
    for text in (attack, f"期限三年。{attack}[1]", f"- {attack}\n- b"):
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
    text = "".join(ATTACKS)
    for end in range(0, len(text), 7):
        check_inert(answer_html(text[:end], frozenset({1}), "ans_1"))


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
