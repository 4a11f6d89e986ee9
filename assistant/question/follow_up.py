"""A question that leans on the one before it, made whole: 那固定资产贷款呢, 2024年8月呢, 它的纳税情况."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from assistant.words.glossary import Term, glossary
from assistant.words.mentions import Directory, Mention, find_mentions

MOST_CHARS = 24
_OPENING = r"那么?|还有|另外|如果是|要是|换成|换作|改成|换|改为|假如是"
_LEANS = re.compile(
    rf"^(?:(?P<opened>{_OPENING})[，,\s]*(?P<rest>.{{1,{MOST_CHARS}}}?)(?:的话|又?怎么样|又?如何|呢)*"
    rf"|(?P<bare>.{{1,{MOST_CHARS}}}?)(?:的话)?呢)[？?。！!\s]*$"
)
_ASKS = re.compile(r"多少|几|什么|怎|哪|谁|吗|如何|是否|能不能|可不可以|有没有|为何|多[久长大高]")
_TENOR = re.compile(r"[15一五]年期(?:以上)?")
_LONE_MONTH = re.compile(r"^(\d{1,2})月份?$")
_YEAR = re.compile(r"(?:19|20)\d{2}年")
_ENTERPRISE_AGAIN = re.compile(r"(?:这|该|那)(?:家|户)?(?:企业|公司|客户)|(?:这|那)家(?!银行)|该户")
_IT = re.compile(r"(?<![其吉维])它(?!们|山)")


def whole(question: str, earlier: Sequence[str], *, today: date, directory: Directory = ()) -> str:
    """`question` as it would have been asked alone; unchanged where it leans on nothing.

    `earlier` are the user's questions before it, oldest first. What a short follow-up names takes the place of its like in
    the question before (one date for another, one term of the glossary for another); 它 and 该企业 become the
    enterprise or the term that was named last.
    """
    read = ""
    for asked in (*earlier, question):
        read = _joined(asked, read, today, directory) if read else asked
    return read


def standing_enterprise(earlier: Sequence[str], directory: Directory) -> str | None:
    """The credit code of the enterprise that was named last in earlier questions."""
    named = (
        str(mention.value)
        for asked in reversed(earlier)
        for mention in reversed(find_mentions(asked, directory=directory))
        if mention.kind == "enterprise"
    )
    return next(named, None)


def _joined(question: str, before: str, today: date, directory: Directory) -> str:
    stripped = question.strip()
    named = _with_antecedent(stripped, before, directory)
    if named != stripped:
        return named
    match = _LEANS.match(stripped)
    asked = (match["rest"] or match["bare"]) if match else None
    if asked is None or _ASKS.search(asked):
        return question
    replaced = _replaced(asked.strip(), before, today, directory)
    if replaced != before:
        return replaced
    return _of_the_enterprise(asked.strip(), before, directory) or question


def _with_antecedent(question: str, before: str, directory: Directory) -> str:
    """The question with 该企业 or 它 named; unchanged where it names an enterprise itself."""
    if any(mention.kind == "enterprise" for mention in find_mentions(question, directory=directory)):
        return question
    firms = [m.text for m in find_mentions(before, directory=directory) if m.kind == "enterprise"]
    if firms:
        named = _ENTERPRISE_AGAIN.sub(firms[-1], question, count=1)
        return named if named != question else _IT.sub(firms[-1], question, count=1)
    terms = glossary().in_text(before)
    return _IT.sub(_as_named(terms[0], before), question, count=1) if terms else question


def _of_the_enterprise(asked: str, before: str, directory: Directory) -> str:
    """纳税情况呢 after a question about an enterprise: that enterprise's. A term of the field may mean the rule instead."""
    firms = {m.text for m in find_mentions(before, directory=directory) if m.kind == "enterprise"}
    return f"{firms.pop()}的{asked}" if len(firms) == 1 and not glossary().in_text(asked) else ""


def _replaced(asked: str, before: str, today: date, directory: Directory) -> str:
    """The question before with its parts exchanged for those of the same kind that the follow-up names."""
    lone_month, year = _LONE_MONTH.match(asked), _YEAR.search(before)
    if lone_month and year:
        asked = f"{year.group()}{asked}"
    new = find_mentions(asked, today=today, directory=directory)
    old = find_mentions(before, today=today, directory=directory)
    edits = [*_mentions_exchanged(new, old)]
    tenor, held = _TENOR.search(asked), _TENOR.search(before)
    if tenor and held:
        edits.append((held.start(), held.end(), tenor.group()))
    if not edits:
        edits += _terms_exchanged(asked, before)
    text = before
    for start, end, instead in sorted(edits, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _mentions_exchanged(new: Sequence[Mention], old: Sequence[Mention]) -> Iterator[tuple[int, int, str]]:
    """Where the question before names as many values of a kind as the follow-up, one for one."""
    for kind in dict.fromkeys(mention.kind for mention in new):
        values = [mention for mention in new if mention.kind == kind]
        held = [mention for mention in old if mention.kind == kind]
        if len(values) == len(held):
            for mention, instead in zip(held, values, strict=True):
                yield mention.start, mention.end, instead.text


def _terms_exchanged(asked: str, before: str) -> Iterator[tuple[int, int, str]]:
    """One term of the glossary for another: one that it is told apart from, or one that ends alike."""
    terms, held = glossary().in_text(asked), glossary().in_text(before)
    if len(terms) != 1 or not held or terms[0] in held:
        return
    like = max(held, key=lambda term: _likeness(terms[0], term))
    if _likeness(terms[0], like) == 0:
        return  # 展期 after a question about 流贷 asks for both
    old = _as_named(like, before)
    start = before.upper().find(old.upper())
    yield start, start + len(old), _as_named(terms[0], asked)


def _likeness(one: Term, other: Term) -> int:
    told_apart = set(one.forbidden) & set(other.names) or set(other.forbidden) & set(one.names)
    alike = one.term[-2:] == other.term[-2:]
    return 2 * bool(told_apart) + alike


def _as_named(term: Term, text: str) -> str:
    """The longest of the term's names that the text uses."""
    return max((name for name in term.names if name.upper() in text.upper()), key=len)
