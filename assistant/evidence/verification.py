"""Is this sentence supported? Amounts, rates, periods, dates, clauses and names against the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from assistant.answer import AnswerSentence, Evidence
from assistant.evidence.book import Bound, EvidenceBook, HeldClaims
from assistant.words.mentions import Directory, Mention, PartialDate, find_mentions
from assistant.words.numerals import fold, parse_number

_CLAUSE = re.compile(r"第([零〇一二三四五六七八九十百千\d]+)(条|款|项|章)(之[一二三四五六七八九十])?")
_TITLE = re.compile(r"《([^《》]{2,60})》")
_BARE = re.compile(r"(?<![\d.A-Za-z])\d+(?:,\d{3})*(?:\.\d+)?")
_MAX = re.compile(r"不(?:得)?(?:超过|高于|多于|大于|长于)|至多|最高|最长|最多|上限|以内|以下|≤|<")
_MIN = re.compile(r"不(?:得)?(?:低于|少于|小于|短于)|至少|最低|最短|最少|下限|以上|超过|高于|大于|≥|>")
_USERS_OWN = re.compile(r"您")

_DAYS = {"天": 1, "周": 7}
_MONTHS = {"月": 1, "季度": 3, "年": 12}


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable thing in a text: its normalised key, how it stood there, and which way it bounds."""

    key: tuple[str, ...]
    text: str
    bound: Bound = None


@dataclass(frozen=True, slots=True)
class Support:
    """The outcome for one sentence. `cites` are the evidence numbers that support it, found by code."""

    supported: bool
    cites: tuple[int, ...]
    checked: int
    problems: tuple[str, ...] = ()


def claims_of(text: str, today: date, directory: Directory = ()) -> tuple[Claim, ...]:
    """Everything in `text` that evidence must hold. Money is keyed in 万元, periods in days or months."""
    plain = fold(text)
    claims: list[Claim] = []
    taken: list[tuple[int, int]] = []
    for match in _CLAUSE.finditer(plain):
        taken.append(match.span())
        claims.append(
            Claim(("clause", str(parse_number(match[1]).normalize()), match[2], match[3] or ""), match[0])
        )
    for match in _TITLE.finditer(plain):
        taken.append(match.span())
        claims.append(Claim(("title", match[1]), match[0]))
    for mention in find_mentions(plain, today=today, directory=directory):
        if _inside(mention.start, mention.end, taken):
            continue
        taken.append((mention.start, mention.end))
        key = _mention_key(mention)
        if key is not None:
            claims.append(Claim(key, mention.text, _bound(plain, mention.start, mention.end)))
    for match in _BARE.finditer(plain):
        if not _inside(*match.span(), taken):
            claims.append(Claim(("number", _plain(Decimal(match[0].replace(",", "")))), match[0]))
    return tuple(claims)


def check(
    sentence: AnswerSentence,
    book: EvidenceBook,
    *,
    users_own: Iterable[tuple[str, ...]],
    today: date,
    directory: Directory = (),
) -> Support:
    """Check one expanded sentence against the evidence it cites, else against all of it.

    A claim is supported when its key occurs in one piece of evidence with no contrary bound. What the user
    said supports a claim only in a sentence that speaks of it as the user's ("您").
    """
    claims = claims_of(sentence.text, today, directory)
    if _USERS_OWN.search(sentence.text):
        own = set(users_own)
        claims = tuple(claim for claim in claims if claim.key not in own)
    if not claims:
        return Support(True, sentence.cites, 0)
    cited = [item for number in sentence.cites if (item := book.get(number))]
    held = partial(_held, book, today, directory)
    open_claims = _unsupported(claims, cited, held)
    cites = sentence.cites
    if open_claims:
        # The marks may be wrong while the facts are right: the code finds what supports the sentence.
        for item in book.items:
            if item in cited or not open_claims:
                continue
            left = _unsupported(open_claims, [item], held)
            if len(left) < len(open_claims):
                cites, open_claims = (*cites, item.number), left
        if open_claims:
            return Support(False, (), len(claims), tuple(claim.text for claim in open_claims))
    useful = tuple(
        number
        for number in cites
        if (item := book.get(number)) and len(_unsupported(claims, [item], held)) < len(claims)
    )
    return Support(True, useful or cites, len(claims))


def _unsupported(
    claims: Sequence[Claim], items: Sequence[Evidence], held: Callable[[Evidence], HeldClaims]
) -> tuple[Claim, ...]:
    titles = "".join(f"《{item.title}》{item.text}" for item in items)
    known = [held(item) for item in items]
    return tuple(claim for claim in claims if not _holds(claim, known, titles))


def _held(book: EvidenceBook, today: date, directory: Directory, item: Evidence) -> HeldClaims:
    """What an item of evidence holds, worked out once for an answer."""
    known = book.claims.get(item.number)
    if known is None:
        found: dict[tuple[str, ...], set[Bound]] = {}
        for claim in claims_of(_evidence_text(item), today, directory):
            found.setdefault(claim.key, set()).add(claim.bound)
        known = book.claims[item.number] = {key: frozenset(bounds) for key, bounds in found.items()}
    return known


def _holds(claim: Claim, held: Sequence[HeldClaims], titles: str) -> bool:
    if claim.key[0] == "title":
        return claim.key[1] in titles
    for known in held:
        if claim.key[0] == "date" and any(
            key[: len(claim.key)] == claim.key for key in known if key[0] == "date"
        ):
            return True
        bounds = known.get(claim.key)
        if bounds is None and claim.key[0] in {"number", "count"}:
            # 60 分 and 60 are one number where the unit is only a counting word.
            same = [b for key, b in known.items() if key[0] in {"number", "count"} and key[1] == claim.key[1]]
            bounds = frozenset().union(*same) if same else None
        if bounds is not None and (claim.bound is None or None in bounds or claim.bound in bounds):
            return True
    return False


def _evidence_text(item: Evidence) -> str:
    days = [day.isoformat() for day in (item.effective_from, item.effective_to, item.as_of) if day]
    facts = [fact.text() for fact in item.facts]
    return "\n".join([f"《{item.title}》{item.locator}", item.text, *facts, *days])


def _mention_key(mention: Mention) -> tuple[str, ...] | None:
    """The mention in one unit a kind: 万元, percent points, days, working days or months; identifiers are not claims."""
    value = mention.value
    if isinstance(value, PartialDate):
        return ("date", *value.iso().split("-"))
    if mention.kind == "enterprise":
        return ("enterprise", str(value))
    if not isinstance(value, Decimal):
        return None
    if mention.kind == "period":
        if mention.unit == "工作日":
            return ("working days", _plain(value))
        days = _DAYS.get(mention.unit)
        return ("days", _plain(value * days)) if days else ("months", _plain(value * _MONTHS[mention.unit]))
    if mention.kind == "percent":
        return ("percent", _plain(value / 100 if mention.unit == "bp" else value))
    if mention.kind == "money":
        return ("money", _plain(value), mention.unit)
    return ("count", _plain(value))


def _bound(text: str, start: int, end: int) -> Bound:
    """Which way the words around a figure bound it: 不超过 before it, 以上 behind it."""
    before, behind = text[max(0, start - 6) : start], text[end : end + 3]
    if _MAX.search(before) or re.match(r"\s*(以内|以下|封顶)", behind):
        return "max"
    if _MIN.search(before) or re.match(r"\s*(以上|起步)", behind):
        return "min"
    return None


def _inside(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    return any(start < stop and end > begin for begin, stop in taken)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
