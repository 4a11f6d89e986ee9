"""Questions about the life of a text of law: when it starts and ends, what replaced it, which version counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.document import bare_title
from assistant.glossary import Glossary, glossary

Kind = Literal["starts", "ends", "replaced_by", "replaces", "in_force", "list_not_yet", "list_expired"]

_T = "\x02"
_GAP = (
    r"(?:[的于是在从自（）()，,、《》 ]|\d{4}年?(?:度)?|\d{1,2}[月日号](?:份)?|[初底末]|版本?|文本|修[正订](?:案|版|本|后)?"
    r"|[新旧]版?|最新|现在|目前|当前|当时|如今|到底|究竟|第[一二三四五]次|那时)*"
)
_WHEN = r"(?:什么时候|何时|哪天|哪一天|哪年|几时|啥时候|什么日期)"
_END = r"(?:失效|废止|作废|被?取代|被?替代|停止执行|停止施行)"
_START = r"(?:施行|实施|生效|起效|开始执行|执行|公布|发布|出台|印发)"
_REPLACE = r"(?:取代|替代|代替|替换|废止)"
_WHICH = r"(?:哪|什么|谁|何)"
_PATTERNS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("replaces", (rf"{_T}{_GAP}{_REPLACE}(?:了|的是|的)?.{{0,4}}{_WHICH}",)),
    (
        "replaced_by",
        (
            rf"{_WHICH}[^，。？]{{0,10}}{_REPLACE}了?{_GAP}{_T}",
            rf"{_T}{_GAP}(?:有没有|是否|是不是)?(?:已经?)?(?:被|由|让)[^，。？]{{0,12}}{_REPLACE}",
            rf"{_REPLACE}了?{_GAP}{_T}{_GAP}是?{_WHICH}",
        ),
    ),
    (
        "ends",
        (
            rf"{_T}{_GAP}{_WHEN}.{{0,4}}{_END}",
            rf"{_T}{_GAP}(?:失效|废止|终止)的?(?:日期|时间|日)",
            rf"{_T}{_GAP}有效期?[到至]?(?:{_WHEN}|多久|多长)",
        ),
    ),
    (
        "starts",
        (rf"{_T}{_GAP}{_WHEN}.{{0,4}}{_START}", rf"{_T}{_GAP}(?:开始)?{_START}的?(?:日期|时间|日)"),
    ),
    (
        "in_force",
        (
            rf"{_T}{_GAP}(?:哪[个部版]|哪一[个部版])(?:版本|文件|办法|规定|文本|法律?)?{_GAP}[还仍]?(?:有效|适用|现行|在施行)",
            rf"{_T}{_GAP}(?:有效|适用|施行|现行)(?:版本|文本|文件)?的?{_GAP}是?{_WHICH}",
            rf"{_T}{_GAP}(?:还|仍然?|是否|是不是|已经?|有没有|开始|正式)*(?:现行)?"
            r"(?:有效|失效|废止|作废|过期|适用|能用|施行|生效)(?:了|着)?(?:吗|没有?|么|不|[？?]|$)",
            rf"(?:有效|现行)的{_GAP}{_T}{_GAP}是?{_WHICH}",
            rf"{_WHICH}(?:个|一)?版本?的?{_T}{_GAP}(?:有效|适用|现行)",
        ),
    ),
)
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("|".join(patterns))) for kind, patterns in _PATTERNS
)
_TEXTS = r"(?:法律|法规|规章|办法|规定|制度|文件|政策|条例|新规)"
_LISTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "list_not_yet",
        re.compile(
            rf"(?:哪些|什么|哪几[部个]){_TEXTS}?[^，。？]{{0,8}}(?:还没有?|尚未|未|即将|将要?|快要)(?:开始)?(?:施行|实施|生效)"
        ),
    ),
    ("list_expired", re.compile(rf"(?:哪些|什么|哪几[部个]){_TEXTS}[^，。？]{{0,4}}(?:失效|废止|作废)了?")),
)
_NAMED = re.compile(r"《([^《》]{2,60})》")
_UNQUOTED = re.compile(
    r"^(?:请问|想问|问一下)?(?P<title>[\u4e00-\u9fff（）()]{3,40}(?:法|办法|条例|规定|细则|指引|准则))(?=[^法律规]|$)"
)
_POINTING = re.compile(r"^(?:这|那|该|此|本|哪|什么|有)|[，。？]")
_EDITION = re.compile(
    rf"{_T}》?[（(]?(?P<after>\d{{4}})年?的?(?:版|修[正订]|文本)|(?P<before>\d{{4}})年(?P<mark>版|修[正订]版?)?的?《?{_T}"
)
_LIFE = re.compile(
    "施行|实施|生效|起效|执行|公布|发布|出台|印发|失效|[废终]止|作废|[取替]代|代替|替换|有效|适用|现行|过期|能用"
)
_SET = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:那天|当天|当日|那时)?|新修[正订]")
_LATEST = re.compile(r"修[正订]|新版|最新|新的|新修")


@dataclass(frozen=True, slots=True)
class LawQuestion:
    """`title` is a bare title of the knowledge base, or, with `held` false, the title as the question has it (empty
    for the lists). `edition` is the year of the version that is meant; `latest` asks for the newest. `rest` is what
    the question says besides.
    """

    kind: Kind
    title: str = ""
    held: bool = True
    edition: int | None = None
    latest: bool = False
    rest: str = ""


def law_question(question: str, titles: Iterable[str], terms: Glossary | None = None) -> LawQuestion | None:
    """What a question asks about the life of a text, or `None` where it asks about something else.

    The words must stand at the title: 民法典规定合同什么时候生效 asks about contracts.
    """
    if _LIFE.search(question) is None:
        return None
    for kind, pattern in _LISTS:
        if pattern.search(question):
            return LawQuestion(kind)
    names = {
        name: bare
        for bare in map(bare_title, titles)
        for name in (bare, bare.replace("管理", ""))
        if len(name) > 2
    }
    # As it is asked first: a title may hold a word that is short for another term.
    for asked in (question, _in_full(question, terms or glossary())):
        folded = asked.replace("中华人民共和国", "")
        name = max((name for name in names if _stands(name, folded)), key=len, default=None)
        if name is not None:
            return _about(folded.replace(name, _T), names[name], held=True)
    quoted = _NAMED.search(question) or _UNQUOTED.search(question)
    if quoted is None or _POINTING.search(quoted[1]):
        return None
    return _about(question.replace(quoted[1], _T), quoted[1], held=False)


def _about(marked: str, title: str, *, held: bool) -> LawQuestion | None:
    for kind, pattern in _KINDS:
        found = pattern.search(marked)
        if found is None:
            continue
        edition = _EDITION.search(marked)
        year = (edition["after"] or edition["before"]) if edition else None
        if edition and edition["before"] and not edition["mark"] and kind == "in_force":
            year = None  # the day asked about, not an edition
        rest = _SET.sub("", marked[: found.start()] + marked[found.end() :])
        return LawQuestion(
            kind,
            title,
            held,
            int(year) if year else None,
            latest=year is None and _LATEST.search(marked) is not None,
            rest=re.sub(rf"[^\u4e00-\u9fffA-Za-z]|{_GAP}$|请问|想问|[了吗呢吧的啊]", "", rest),
        )
    return None


def _in_full(question: str, terms: Glossary) -> str:
    """The question with short names of terms written out: 流贷管理暂行办法."""
    for term in terms.in_text(question):
        for alias in sorted(term.aliases, key=len, reverse=True):
            if alias in question and term.term not in question and len(alias) < len(term.term):
                question = question.replace(alias, term.term)
    return question


def _stands(name: str, text: str) -> bool:
    """Whether a name stands in the text as a name: 公司法 does not in 公司法律顾问."""
    at = text.find(name)
    after = text[at + len(name) : at + len(name) + 1]
    return at >= 0 and not (name.endswith("法") and after in ("律", "规", "院", "人", "定"))
