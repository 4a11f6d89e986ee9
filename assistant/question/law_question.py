"""Questions about the life of a text of law: when it starts and ends, what replaced it, which version counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.document import bare_title
from assistant.words.dates import PartialDate, find_dates, next_month
from assistant.words.glossary import Glossary, glossary

Listing = Literal["list_not_yet", "list_started", "list_issued", "list_expired", "list_ending"]
Kind = Literal["starts", "ends", "replaced_by", "replaces", "in_force"] | Listing

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
_TEXTS = r"新?(?:法律|法规|规章|办法|规定|制度|文件|政策|条例|规则|规范|标准|新规|新法){1,3}"
_ANY = r"(?:有?(?:哪些|哪几?[部个件]|什么|啥|多少[部个件]?)|有没有|有无|是否有|有几[部个件])"
_DONE = r"(?:新近|新|刚刚?|已经?|正式|开始|陆续|起)*"
_HAPPENED: tuple[tuple[Listing, str], ...] = (
    (
        "list_not_yet",
        r"(?:还没有?|还未|尚未|未|没有?|即将|将要?|将会|快要?|马上|要)(?:正式|开始)*(?:施行|实施|生效)",
    ),
    ("list_ending", r"(?:即将|将要?|将会|快要?|马上|要)(?:到期|失效|废止|过期|作废)"),
    (
        "list_expired",
        r"(?:已经?|被|正式|陆续)*(?:失效|废止|作废|过期|到期|取代|替代|停止(?:执行|施行)|不再(?:有效|适用|施行))",
    ),
    ("list_started", rf"{_DONE}(?:施行|实施|生效)"),
    ("list_issued", rf"{_DONE}(?:出台|公布|发布|印发|颁布)"),
)
_LISTS: tuple[tuple[Listing, re.Pattern[str]], ...] = tuple(
    (
        kind,
        re.compile(
            rf"{_ANY}{_TEXTS}是?{happened}|{happened}{_TEXTS}(?:是|有)?{_ANY}|{happened}{_ANY}{_TEXTS}"
            rf"|{_ANY}{happened}{_TEXTS}|{_TEXTS}{_ANY}{happened}"
        ),
    )
    for kind, happened in _HAPPENED
)
_NEWS = re.compile(rf"{_ANY}新(?:规|法|{_TEXTS})|新(?:规|法|{_TEXTS}){_ANY}")
_ASIDE = re.compile(
    "请问|想问|我想知道|帮我|列出|看看|查一下|一下|目前|现在|当前|截[至止]|本库|知识库|库[里中]|收录|最近|近期|我国"
    "|银行业?|金融|监管|期间|以来|到(?!期)|[的了吗呢吧在从内里中都啊，,。！!？?、 ]"
)
_NEXT_MONTH = re.compile("下个?月份?")
_WHOSE = re.compile("(?P<local>广西|自治区|我区|地方|本地)|(?P<national>国家|全国|中央|国务院)(?:层面|级)?")
_NAMED = re.compile(r"《([^《》]{2,60})》")
_UNQUOTED = re.compile(
    r"^(?:请问|想问|问一下)?(?P<title>[\u4e00-\u9fff（）()]{3,40}(?:法|办法|条例|规定|细则|指引|准则))(?=[^法律规]|$)"
)
_POINTING = re.compile(r"^(?:这|那|该|此|本|哪|什么|有)|[，。？]|哪些|什么|有没有")
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
    the question says besides. `span` and `authority` narrow a list.
    """

    kind: Kind
    title: str = ""
    held: bool = True
    edition: int | None = None
    latest: bool = False
    rest: str = ""
    span: PartialDate | None = None
    authority: Literal["", "local", "national"] = ""

    @property
    def lists(self) -> bool:
        """Whether it asks which texts, not about one."""
        return self.kind.startswith("list_")


def law_question(
    question: str, titles: Iterable[str], terms: Glossary | None = None, *, today: date | None = None
) -> LawQuestion | None:
    """What a question asks about the life of a text, or `None` where it asks about something else.

    The words must stand at the title: 民法典规定合同什么时候生效 asks about contracts. `today` is for 今年.
    """
    listing = _listing(question, today)
    if listing is not None:
        return listing
    if _LIFE.search(question) is None:
        return None
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


def _listing(question: str, today: date | None) -> LawQuestion | None:
    """A question that asks which texts and nothing else, so that 哪些合同还没生效 and a subject are left to the search."""
    spans: list[tuple[int, int, PartialDate]] = []
    for start, end, span in find_dates(question, today):
        if not any(start < other_end and other < end for other, other_end, _ in spans):
            spans.append((start, end, span))
    following = _NEXT_MONTH.search(question)
    if following and today:
        spans.append((*following.span(), next_month(today)))
    if len(spans) > 1:
        return None
    bare = question
    for start, end, _ in spans:
        bare = question[:start] + question[end:]
    whose = _WHOSE.search(bare)
    bare = _ASIDE.sub("", _WHOSE.sub("", bare))
    kind: Listing | None = next((kind for kind, pattern in _LISTS if pattern.fullmatch(bare)), None)
    if kind is None and _NEWS.fullmatch(bare):
        kind = "list_started"
    if kind is None:
        return None
    span = spans[0][2] if spans else None
    if span and kind == "list_ending":
        kind = "list_expired"  # what ends within a span, whether it has or will
    if span and today and kind == "list_not_yet" and span.first_day > today:
        kind = "list_started"
    authority: Literal["", "local", "national"] = ""
    if whose is not None:
        authority = "local" if whose["local"] else "national"
    return LawQuestion(kind, span=span, authority=authority)


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
