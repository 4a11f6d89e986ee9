"""What the embedded model may write, as a grammar: a call with the prompt's own values, or marks of evidence.

The grammar is made anew for each prompt. A number is never written by the model: it is a placeholder of the
question. A tool whose required figures the question does not hold cannot be called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.llm.embedded_prompt import CALL_END, CALL_START, REFUSAL, SHOWN_ARGUMENTS

MAX_QUOTES = 4
_MARK = re.compile(r"⟨S\d{1,3}⟩")
_PLACEHOLDER = re.compile(r"⟨([MPTDNE])\d{1,2}⟩")
_NAME_KINDS = (
    (re.compile(r"_pct$|_bp$"), "P"),
    (re.compile(r"_(days|months|years)$"), "T"),
    (re.compile(r"^(enterprise|company)$"), "E"),
    (re.compile(r"(^|_)(day|date|as_of|start|end)$"), "D"),
)
_TITLE_KINDS = (
    (re.compile(r"万元|亿元"), "M"),
    (re.compile(r"%|基点|个点"), "P"),
    (re.compile(r"（[天月年]|个月）"), "T"),
)
# Letters, digits, plain marks, Chinese characters and their punctuation; listed, as the grammar engine takes no
# characters beyond ASCII in a class of what is forbidden.
_CHARACTERS = r"A-Za-z0-9 %.,+/():&_\-\u00b7\u2014\u2018-\u201d\u3001-\u3015\u4e00-\u9fff\uff00-\uffef"


def available_marks(texts: Iterable[str]) -> list[str]:
    """The sentence marks that stand in the evidence, in order."""
    return list(dict.fromkeys(mark for text in texts for mark in _MARK.findall(text)))


def available_placeholders(question: str) -> dict[str, list[str]]:
    """The placeholders of a question by letter; what follows `证据：` is not the user's."""
    found: dict[str, list[str]] = {}
    for match in _PLACEHOLDER.finditer(question.partition("\n证据：")[0]):
        group = found.setdefault(match.group(1), [])
        if match.group() not in group:
            group.append(match.group())
    return found


def grammar(
    functions: Sequence[Mapping[str, Any]],
    placeholders: Mapping[str, Sequence[str]],
    marks: Sequence[str],
    *,
    answer: bool = True,
) -> str:
    """An EBNF grammar with `root`: one call of one of the functions, or an answer unless `answer` is off."""
    rules: list[str] = []
    starts: list[str] = []
    for number, function in enumerate(functions):
        made = _call_rules(f"f{number}", function, placeholders)
        if made:
            rules += made
            starts.append(f"f{number}")
    if answer or not starts:
        starts.append("answer")
        rules.append(_answer_rule(marks))
    return "\n".join([f"root ::= {' | '.join(starts)}", *rules])


def _answer_rule(marks: Sequence[str]) -> str:
    refusal = _literal(REFUSAL)
    if not marks:
        return f"answer ::= {refusal}"
    quoted = " | ".join(_literal(mark) for mark in marks)
    return f"answer ::= mark{{1,{MAX_QUOTES}}} | {refusal}\nmark ::= {quoted}"


def _call_rules(
    rule: str, function: Mapping[str, Any], placeholders: Mapping[str, Sequence[str]]
) -> list[str] | None:
    """Rules for one function's call; `None` when a required argument has no possible value."""
    parameters = function.get("parameters") or {}
    required = set(parameters.get("required") or ())
    fields: list[tuple[str, bool]] = []
    rules: list[str] = []
    for name, definition in list((parameters.get("properties") or {}).items())[:SHOWN_ARGUMENTS]:
        value = _value(name, definition, placeholders, required=name in required)
        if value is None:
            if name in required:
                return None
            continue
        field = f"{rule}a{len(fields)}"
        key = _literal(f'"{name}": ')
        rules.append(f"{field} ::= {key} ({value})")
        fields.append((field, name in required))
    head = _literal(f'{CALL_START}{{"name": "{function["name"]}", "arguments": {{')
    tail = _literal(f"}}}}{CALL_END}")
    rules.append(f"{rule} ::= {head} {rule}s0 {tail}")
    # s: no argument written yet; t: one is, so the next begins with a comma.
    count = len(fields)
    for place, (field, needed) in enumerate(fields):
        then = f"{rule}t{place + 1}"
        skip_first = "" if needed else f" | {rule}s{place + 1}"
        skip_next = "" if needed else f" | {then}"
        rules.append(f"{rule}s{place} ::= {field} {then}{skip_first}")
        if place:
            rules.append(f'{rule}t{place} ::= ", " {field} {then}{skip_next}')
    rules += [f'{rule}s{count} ::= ""', *([f'{rule}t{count} ::= ""'] if count else [])]
    return rules


def _value(
    name: str, definition: Mapping[str, Any], placeholders: Mapping[str, Sequence[str]], *, required: bool
) -> str | None:
    """The right side of a rule for one argument's value, or `None` when nothing can stand there."""
    items = definition.get("items") or {}
    if items.get("enum"):
        one = " | ".join(_literal(f'"{choice}"') for choice in items["enum"])
        return f'"[" ({one}) (", " ({one})){{0,5}} "]"'
    if definition.get("enum"):
        return " | ".join(_literal(f'"{choice}"') for choice in definition["enum"])
    if definition.get("type") == "boolean":
        return '"true" | "false"'
    letters = _letters(name, definition)
    found = [text for letter in letters for text in placeholders.get(letter, ())]
    if found:
        return " | ".join(_literal(f'"{text}"') for text in found)
    if definition.get("type") == "string" and (letters == "E" or not letters):
        # An enterprise that code did not recognise is named in the user's words; the tool says it is unknown.
        return _text(placeholders)
    return None


def _text(placeholders: Mapping[str, Sequence[str]]) -> str:
    """A short text in the user's words; it never holds what would end the string, open a tag or forge a mark.

    Its length is bounded by the tokens of a call; a bound in the grammar would cost half a second to compile.
    """
    values = "".join(f" | {_literal(text)}" for group in placeholders.values() for text in group)
    return rf'"\"" ([{_CHARACTERS}]{values})+ "\""'


def _letters(name: str, definition: Mapping[str, Any]) -> str:
    """The kinds of placeholder that fit an argument; empty for free text."""
    kind = next((letter for pattern, letter in _NAME_KINDS if pattern.search(name)), "")
    title = str(definition.get("description", ""))
    kind = kind or next((letter for pattern, letter in _TITLE_KINDS if pattern.search(title)), "")
    if definition.get("type") in {"number", "integer"}:
        return kind or "NMPT"
    if definition.get("format") == "date" or definition.get("pattern", "").startswith(r"^\d{4}"):
        return "D"
    return kind if kind in {"E", "D"} else ""


def _literal(text: str) -> str:
    """A terminal of the grammar."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
