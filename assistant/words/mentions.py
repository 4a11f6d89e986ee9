"""Typed mentions in a question, found by code: amounts, percentages, periods, dates, counts, enterprises, persons' numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from assistant.words.dates import PartialDate, find_dates
from assistant.words.identifiers import CREDIT_CODE, find_personal, is_credit_code
from assistant.words.numerals import ARABIC, CHINESE, NUMBER, fold, parse_number, plain

MentionKind = Literal["money", "percent", "period", "date", "count", "enterprise", "personal"]
LETTERS: dict[MentionKind, str] = {
    "money": "M",
    "percent": "P",
    "period": "T",
    "date": "D",
    "count": "N",
    "enterprise": "E",
    "personal": "I",
}
EnterpriseName = tuple[str, str, str]  # name, short name, credit code
Directory = Sequence[EnterpriseName]


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: `question[start:end] == text`.

    `value` is a `Decimal` (money in 万元 unless `unit` is a foreign one, percent points or basis points, the
    number of `unit`s of a period, a count), a `PartialDate`, an enterprise's credit code, or, for a personal
    identifier, the kind of identifier and never the number itself.
    """

    placeholder: str
    kind: MentionKind
    value: Decimal | PartialDate | str
    unit: str
    text: str
    start: int
    end: int

    def shown(self) -> str:
        """The value as the model reads it: `12000万元`, `8%`, `60天`, `2025-06`; no name and no number of a person."""
        if isinstance(self.value, PartialDate):
            return self.value.iso()
        if isinstance(self.value, Decimal):
            return f"{plain(self.value)}{'个' if self.unit in {'月', '季度'} else ''}{self.unit}"
        return "企业" if self.kind == "enterprise" else "个人信息"


Found = tuple[int, int, MentionKind, Decimal | PartialDate | str, str]

_SCALES = {
    "万": 1,
    "w": 1,
    "W": 1,
    "十万": 10,
    "百万": 100,
    "千万": 1000,
    "亿": 10_000,
    "百亿": 1_000_000,
    "千亿": 10_000_000,
    "万亿": 100_000_000,
}
_FOREIGN = "美元|美金|欧元|英镑|港元|港币|日元|泰铢|越南盾|新加坡元|马来西亚林吉特"
_COUNTERS = "户|家|人|名|位|笔|项|件|台|辆|次|份|亩|吨|只|股|条|种|个(?!百分点|基点|月|工作日|季度|点)"
_EDGE = r"(?<![\d.A-Za-z零〇一二两三四五六七八九十百千第])"
_FIRST = rf"(?:{ARABIC}|(?![百千])(?:{CHINESE}))"
_SCALE = "万亿|千亿|百亿|亿|千万|百万|十万|万|[wW](?![A-Za-z0-9])"
_MONEY = re.compile(
    rf"{_EDGE}(?P<sign>(?<![\d])-)?(?P<n>{_FIRST}|(?:[百千](?=万元)))\s?[余多来几]?(?P<scale>{_SCALE})"
    rf"(?:(?P<n2>{NUMBER})(?P<scale2>千万|百万|十万|万))?[余多]?(?P<unit>{_FOREIGN}|元|块钱|块)?"
    rf"(?!{_COUNTERS}|余?户|[余多]?(?:{_COUNTERS})|里路|公里|平方|千瓦)"
)
_YUAN = re.compile(rf"{_EDGE}(?P<sign>(?<![\d])-)?(?P<n>{_FIRST})\s?(?:元|块钱)(?!/|每)")
_SIGN = r"(?P<sign>(?<![\d%点期年天月])[-+]|负增长|负|下降了?|下滑了?|减少了?|萎缩了?)?\s?"
_PERCENTS = (
    re.compile(rf"{_SIGN}百分之(?P<n>{NUMBER})"),
    re.compile(
        rf"{_SIGN}(?<![\d.A-Za-z])(?P<n>{NUMBER})\s?(?P<unit>%|个百分点|百分点|个点(?!钟)|pp(?![a-z]))"
    ),
    re.compile(rf"{_SIGN}(?P<unit>千分之)(?P<n>{NUMBER})"),
    re.compile(rf"(?<![\d.A-Za-z])(?P<sign>-)?(?P<n>{NUMBER})(?P<unit>‰)"),
    re.compile(
        r"(?<![\d.第])(?P<sign>$^)?(?P<n>[1-9一二两三四五六七八九])(?P<unit>成)(?![本立果为交员长功熟份型语品年绩])"
    ),
)
_BASIS = re.compile(
    rf"(?P<sign>-|减去?|下浮|下调|降低?)?\s?(?<![\d.A-Za-z])(?P<n>{NUMBER})\s?(?:bps?|BPs?|BPS|Bps?|个?基点)(?![A-Za-z])"
)
_PERIOD = re.compile(
    rf"{_EDGE}(?P<n>{_FIRST}|半)\s?(?P<unit>个工作日|工作日|个月|个季度|季度|个星期|星期|周(?![转期边])|天|日(?!元)|年(?![初末底度版报]))(?P<half>半)?"
    rf"|{_EDGE}(?P<months>1[3-9]|[2-9]\d)月(?!份)"
)
_COUNT = re.compile(
    rf"{_EDGE}(?P<n>(?:{ARABIC})|(?!一(?![零〇一二两三四五六七八九十百千]))(?:{CHINESE})(?!个))\s?[余多]?(?P<scale>万|亿)?[余多]?(?P<unit>{_COUNTERS})"
    r"(?!月|工作日)"
)
# Spans that look like a value and are a name: document numbers, article numbers, standards, loan tenors.
_NAMES = re.compile(
    r"[〔\[(（]\d{4}[〕\])）]\s?第?\d+号?|\d{4}年第\d+号|第[\d一二三四五六七八九十百零]+[条款项章节号批届名]|\d+号令"
    r"|(?:GB|JR|TC|ISO|DB)[/A-Z]*[ T/-]*\d+(?:\.\d+)?(?:-\d{4})?|[15一五]年期(?:以上)?|[15一五]年以上(?=的?LPR)|三个办法"
)
_RANGE = re.compile(rf"(?<![\d.A-Za-z-])(?P<n>{_FIRST})\s?(?:-{{1,2}}|~|至|到)\s?$")
_PERIOD_UNITS = {
    "日": "天",
    "个月": "月",
    "个季度": "季度",
    "个星期": "周",
    "星期": "周",
    "个工作日": "工作日",
}


def find_mentions(
    question: str, *, today: date | None = None, directory: Directory = ()
) -> tuple[Mention, ...]:
    """Every mention, in order, none overlapping another. Placeholders count up per kind: ⟨M1⟩, ⟨M2⟩, ⟨P1⟩.

    `directory` lists the enterprises the caller may see; an enterprise named twice keeps one placeholder. Without `today`
    dates relative to it ("去年", "6月") are left alone.
    """
    text = fold(question)
    taken: list[tuple[int, int]] = []
    kept: list[Found] = []

    def keep(found: Iterable[Found]) -> None:
        for item in found:
            if all(item[1] <= left or item[0] >= right for left, right in taken):
                taken.append(item[:2])
                kept.append(item)

    keep((start, end, "personal", kind, "") for start, end, kind in find_personal(text))
    keep(_enterprises(text, question, directory))
    taken.extend(match.span() for match in _NAMES.finditer(text))
    keep((start, end, "date", value, "") for start, end, value in find_dates(text, today))
    for read in (_basis_points, _percents, _money, _counts, _periods):
        keep(list(_with_ranges(text, read(text))))
    kept.sort(key=lambda item: item[0])
    return tuple(_numbered(question, kept))


def _numbered(question: str, kept: Sequence[Found]) -> Iterator[Mention]:
    counts: dict[MentionKind, int] = {}
    known: dict[str, str] = {}
    for start, end, kind, value, unit in kept:
        key = value if kind == "enterprise" and isinstance(value, str) else ""
        placeholder = known.get(key) if key else None
        if placeholder is None:
            counts[kind] = counts.get(kind, 0) + 1
            placeholder = f"⟨{LETTERS[kind]}{counts[kind]}⟩"
            if key:
                known[key] = placeholder
        yield Mention(placeholder, kind, value, unit, question[start:end], start, end)


def _enterprises(text: str, question: str, directory: Directory) -> Iterator[Found]:
    names: dict[str, str] = {}
    for name, short, code in directory:
        names |= {label: code for label in (short, name, code) if len(label) >= 2}
    for label in sorted(names, key=len, reverse=True):
        start = question.find(label)
        while start >= 0:
            yield start, start + len(label), "enterprise", names[label], ""
            start = question.find(label, start + len(label))
    for match in CREDIT_CODE.finditer(text):
        if match.group() in names or is_credit_code(match.group()):
            yield match.start(), match.end(), "enterprise", match.group(), ""


def _money(text: str) -> Iterator[Found]:
    for match in _MONEY.finditer(text):
        value = parse_number(match["n"]) * _SCALES[match["scale"]]
        if match["n2"]:
            value += parse_number(match["n2"]) * _SCALES[match["scale2"]]
        unit = match["unit"] or ""
        yield (
            *match.span(),
            "money",
            _signed(match, value),
            f"万{unit}" if unit in _FOREIGN.split("|") else "万元",
        )
    for match in _YUAN.finditer(text):
        yield *match.span(), "money", _signed(match, parse_number(match["n"]) / 10_000), "万元"


def _percents(text: str) -> Iterator[Found]:
    scale = {"千分之": Decimal("0.1"), "‰": Decimal("0.1"), "成": Decimal(10)}
    for pattern in _PERCENTS:
        for match in pattern.finditer(text):
            factor = scale.get(match.groupdict().get("unit") or "", Decimal(1))
            yield *match.span(), "percent", _signed(match, parse_number(match["n"]) * factor), "%"


def _basis_points(text: str) -> Iterator[Found]:
    for match in _BASIS.finditer(text):
        yield *match.span(), "percent", _signed(match, parse_number(match["n"])), "bp"


def _periods(text: str) -> Iterator[Found]:
    for match in _PERIOD.finditer(text):
        if match["months"]:
            yield *match.span(), "period", Decimal(match["months"]), "月"
            continue
        unit = _PERIOD_UNITS.get(match["unit"], match["unit"])
        if match["n"] == "半":
            value = Decimal("0.5")
        elif unit == "年" and re.fullmatch(r"(?:19|20)\d{2}", match["n"]):
            continue
        else:
            value = parse_number(match["n"])
        value += Decimal("0.5") if match["half"] else 0
        if value % 1 and unit == "年" and value * 12 % 1 == 0:
            value, unit = value * 12, "月"
        elif value % 1 and unit == "月":
            value, unit = value * 30, "天"
        yield *match.span(), "period", value, unit


def _counts(text: str) -> Iterator[Found]:
    for match in _COUNT.finditer(text):
        scale = {"万": 10_000, "亿": 100_000_000}.get(match["scale"] or "", 1)
        yield *match.span(), "count", parse_number(match["n"]) * scale, match["unit"]


def _signed(match: re.Match[str], value: Decimal) -> Decimal:
    return -value if match["sign"] and match["sign"] != "+" else value


def _with_ranges(text: str, found: Iterable[Found]) -> Iterator[Found]:
    """Each mention, and before it the first end of a range that shares its unit: 100-300万元, 三至五年."""
    for start, end, kind, value, unit in found:
        yield start, end, kind, value, unit
        lower = _RANGE.search(text, max(0, start - 24), start)
        if lower is None or not isinstance(value, Decimal):
            continue
        own = re.match(rf"[-+]?(?:{ARABIC}|{CHINESE})", text[start:end])
        if own is None or (unit == "月" and "年" in text[start:end]):
            continue
        written = parse_number(own.group().lstrip("+-"))
        factor = value / written if written else Decimal(1)
        yield lower.start("n"), lower.end("n"), kind, parse_number(lower["n"]) * abs(factor), unit


def delexicalise(question: str, mentions: Sequence[Mention]) -> str:
    """The question with each mention replaced by its placeholder. What already looks like one is defused."""
    parts: list[str] = []
    position = 0
    for mention in mentions:
        parts += [_defused(question[position : mention.start]), mention.placeholder]
        position = mention.end
    return "".join([*parts, _defused(question[position:])])


def _defused(text: str) -> str:
    return text.replace("⟨", "〈").replace("⟩", "〉")


def values_line(mentions: Sequence[Mention]) -> str:
    """`⟨M1⟩=12000万元 ⟨P1⟩=8%`: what the placeholders stand for. Personal identifiers are not listed."""
    shown = {m.placeholder: m.shown() for m in mentions if m.kind != "personal"}
    return " ".join(f"{placeholder}={value}" for placeholder, value in shown.items())


def placeholder_values(mentions: Sequence[Mention]) -> dict[str, Mention]:
    """What `run_tool` resolves placeholders with; the argument's kind decides the unit."""
    return {mention.placeholder: mention for mention in mentions}


_LAW = re.compile(
    r"LPR|利率|报价|规定|办法|条例|法|政策|期限|上限|标准|口径|比例|贴息|补贴|补偿|有效|施行|执行|适用|要求|条款|多少年|几年|允许|可以|能不能|能否|算不算"
)
_EVENT = re.compile(
    r"\s*(?:的)?(?:[^，。？！；]{0,2})(?:成立|注册|设立|登记|销售|营收|收入|营业|利润|流水|纳税|缴税|税|开票|发票|社保|参保|申请|授权|放款|到期|逾期|借|贷了|签|投产|上市|专利|订单|出口|进口)"
)


def named_day(question: str, today: date) -> date | None:
    """The day for which the question asks about law, rules or rates, or `None`.

    A month or year counts as its last day, today at the latest unless it lies wholly in the future. A date that
    belongs to an event of an enterprise ("2024年3月成立") names no such day.
    """
    asks: Callable[[str], object] = _LAW.search
    if not asks(question):
        return None
    days = [
        mention.value
        for mention in find_mentions(question, today=today)
        if isinstance(mention.value, PartialDate) and not _EVENT.match(question, mention.end)
    ]
    if len(days) != 1:
        return None
    return days[0].last_day if days[0].first_day > today else min(days[0].last_day, today)
