"""Filling a tool's arguments from a question: each mention goes to the argument whose words stand nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.tools.argument import Arg, ArgKind
from assistant.tools.tool import Tool
from assistant.words.mentions import Mention, MentionKind

_TAKES: dict[ArgKind, MentionKind] = {
    "money": "money",
    "percent": "percent",
    "bp": "percent",
    "days": "period",
    "months": "period",
    "count": "count",
    "date": "date",
    "partial_date": "date",
    "enterprise": "enterprise",
}
_FURTHEST = 10.0
_BEHIND = 1.5  # words behind their value ("8%的利润率") count a little less than words before it
_CLAUSE = re.compile(r"[，。；！？,;]")
_NEGATION = re.compile(r"(?:不是|并非|非|不属于|没有|没|未|不|无)(?:经)?$")
_RESPECTIVELY = re.compile(r"分别[是为：:]?")


@dataclass(frozen=True, slots=True)
class _Cue:
    """An occurrence of an argument's word in the question."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filling:
    """Arguments as `run_tool` takes them, measured ones as placeholders.

    `cued` counts the values that a word of the question pointed to, or that fit one argument alone; `missing` names required ones without
    a value.
    """

    arguments: dict[str, Any]
    missing: tuple[str, ...]
    cued: int


def fill(tool: Tool, question: str, mentions: Sequence[Mention]) -> Filling:
    """Arguments of the tool found in the question; each mention is used once."""
    cues = list(_cues(tool, question))
    arguments: dict[str, Any] = _respectively(tool, question, mentions, cues)
    cued = len(arguments)
    used = set(arguments.values())
    for _, name, mention in sorted(_pairs(tool, question, mentions, cues), key=lambda pair: pair[0]):
        if name not in arguments and mention.placeholder not in used:
            arguments[name] = mention.placeholder
            used.add(mention.placeholder)
            cued += 1
    for name, placeholder in _only_fit(tool, mentions, arguments, used):
        arguments[name] = placeholder
        cued += 1
    spoken = _spoken(tool, question)
    arguments |= spoken
    required = [name for name, field in tool.arguments.model_fields.items() if field.is_required()]
    for name in required:
        if tool.args[name].kind == "text":
            arguments.setdefault(name, question)
    missing = tuple(name for name in required if name not in arguments)
    order = {name: place for place, name in enumerate(tool.args)}
    ordered = dict(sorted(arguments.items(), key=lambda item: order[item[0]]))
    return Filling(ordered, missing, cued)


def _cues(tool: Tool, question: str) -> Iterator[_Cue]:
    """Occurrences of all arguments' words, without those inside a longer word of another argument."""
    found = [
        _Cue(name, match.start(), match.end())
        for name, arg in tool.args.items()
        for cue in (*arg.cues, arg.title)
        if cue
        for match in re.finditer(re.escape(cue), question)
    ]
    for cue in found:
        if not any(
            other.start <= cue.start
            and cue.end <= other.end
            and other.end - other.start > cue.end - cue.start
            for other in found
            if other.name != cue.name
        ):
            yield cue


def _fits(arg: Arg, mention: Mention) -> bool:
    if _TAKES.get(arg.kind) != mention.kind:
        return False
    return not (mention.kind == "percent" and mention.unit == "bp" and arg.kind == "percent")


def _pairs(
    tool: Tool, question: str, mentions: Sequence[Mention], cues: Sequence[_Cue]
) -> Iterator[tuple[float, str, Mention]]:
    """`(cost, argument, mention)` for every fitting pair near enough."""
    for cue in cues:
        for mention in mentions:
            if not _fits(tool.args[cue.name], mention):
                continue
            if cue.end <= mention.start:
                left, right, cost = cue.end, mention.start, 0.0
            elif mention.end <= cue.start:
                left, right, cost = mention.end, cue.start, _BEHIND
            else:
                continue
            cost += right - left + 4 * len(_CLAUSE.findall(question, left, right))
            cost += 6 * sum(left <= other.start < right for other in mentions)
            cost += 6 * sum(left <= other.start < right and other.name != cue.name for other in cues)
            cost -= min(cue.end - cue.start, 6) / 10
            if cost <= _FURTHEST:
                yield cost, cue.name, mention


def _respectively(
    tool: Tool, question: str, mentions: Sequence[Mention], cues: Sequence[_Cue]
) -> dict[str, Any]:
    """`存货、应收、应付分别是35天、55天、25天`: the words before 分别 and the values behind it, in order."""
    filled: dict[str, Any] = {}
    for match in _RESPECTIVELY.finditer(question):
        row: list[Mention] = []
        for mention in mentions:
            reach = row[-1].end if row else match.end()
            if (
                mention.start >= reach
                and mention.start - reach <= 3
                and (not row or mention.kind == row[0].kind)
            ):
                row.append(mention)
        names: list[str] = []
        edge = match.start()
        for cue in sorted(cues, key=lambda c: (-c.end, c.start)):
            if cue.end <= edge and edge - cue.end <= 8 and row and _fits(tool.args[cue.name], row[0]):
                if cue.name not in names:
                    names.append(cue.name)
                edge = cue.start
        if len(names) == len(row):
            filled |= {name: mention.placeholder for name, mention in zip(reversed(names), row, strict=True)}
    return filled


def _only_fit(
    tool: Tool, mentions: Sequence[Mention], arguments: Mapping[str, Any], used: set[Any]
) -> Iterator[tuple[str, str]]:
    """An argument that alone takes a kind, and the one mention of that kind left over, need no word."""
    for name, arg in tool.args.items():
        kind = _TAKES.get(arg.kind)
        rivals = [other for other in tool.args.values() if _TAKES.get(other.kind) == kind]
        left = {m.placeholder for m in mentions if m.kind == kind and _fits(arg, m)} - used
        if kind and kind != "count" and name not in arguments and len(rivals) == 1 and len(left) == 1:
            yield name, left.pop()


def _spoken(tool: Tool, question: str) -> dict[str, Any]:
    """Flags and choices, which are words rather than values. A negation before the word turns a flag."""
    spoken: dict[str, Any] = {}
    for name, arg in tool.args.items():
        if arg.kind == "flag":
            place, word = max(((question.find(cue), cue) for cue in arg.cues), default=(-1, ""))
            if place >= 0 and word:
                spoken[name] = not _NEGATION.search(question[:place])
        elif arg.kind == "choice":
            said = [
                (len(word), value)
                for value, words in arg.choices.items()
                for word in words
                if word.upper() in question.upper()
            ]
            if not said:
                continue
            many = tool.parameters["properties"][name].get("type") == "array"
            longest = {value for length, value in said if length == max(said)[0]}
            if many:
                spoken[name] = list(dict.fromkeys(value for _, value in said))
            elif len(longest) == 1:
                spoken[name] = longest.pop()
    return spoken


def settle(
    tool: Tool, arguments: Mapping[str, Any], question: str, mentions: Sequence[Mention]
) -> dict[str, Any]:
    """A small model's arguments, settled by the question's own words.

    What code fills stands. Of the model's own, a value counts when it is a placeholder that code left unused, or
    words of the question; a choice (a scheme, a tenor, domains) that the question does not name is a guess.
    """
    filled = fill(tool, question, mentions).arguments
    used = {value for value in filled.values() if isinstance(value, str)}
    unused = {mention.placeholder for mention in mentions} - used
    own = {
        name: value
        for name, value in arguments.items()
        if name not in filled
        and name in tool.args
        and tool.args[name].kind != "choice"
        and (not isinstance(value, str) or value in unused or value in question)
    }
    return filled | own
