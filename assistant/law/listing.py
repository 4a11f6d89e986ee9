"""Lists of texts by what happened to them when: not yet in force, newly in force, ended, about to end, issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.answer import LegalStatus
from assistant.law.notices import chinese_day
from assistant.law.version import Statement, end_of, life, start_of, version_name
from assistant.question.law_question import LawQuestion
from assistant.store.versions import StoredVersion

MOST_LISTED = 20
NEWEST_LISTED = 10
MOST_DOUBTED = 5
LONGEST_WAIT = timedelta(days=730)
"""Few texts wait longer between their issue and their first day."""
_LAW = frozenset({"national", "local", "standard"})
_DESCRIPTIONS = frozenset({"cases", "ecosystem", "strategy", "products", "portraits"})
_WHAT = {
    "list_not_yet": "尚未施行",
    "list_started": "开始施行",
    "list_issued": "公布",
    "list_expired": "失效",
    "list_ending": "有效但已定失效日期",
}
_DAY = {"list_not_yet": "施行", "list_started": "施行", "list_issued": "公布"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The versions that may be seen, their status on the day that is asked about."""

    seen: Sequence[StoredVersion]
    status: dict[int, LegalStatus]
    as_of: date
    today: date

    def listed(self, asked: LawQuestion) -> list[Statement]:
        """How many there are, each with its days, newest first; what is nearest where there is none; and what cannot
        be told because the library does not hold the day.
        """
        texts = [
            v
            for v in self.seen
            if v.collection not in _DESCRIPTIONS
            and v.authority in ({asked.authority} if asked.authority else _LAW)
        ]
        dated = [(day, v) for v in texts if (day := self._day(asked, v)) is not None]
        found = [(day, v) for day, v in dated if self._belongs(asked, day, v)]
        ahead = asked.kind in ("list_not_yet", "list_ending")
        ordered = sorted(found, key=lambda pair: (pair[0], pair[1].id), reverse=not ahead)
        said = [Statement(self._counted(asked, len(texts), len(dated), len(found)))]
        said += [Statement(self._line(asked.kind, day, v), v) for day, v in ordered[: _most(asked)]]
        if not found:
            said += self._nearest(asked, texts, dated)
        return said + self._doubted(asked, texts)

    def _day(self, asked: LawQuestion, version: StoredVersion) -> date | None:
        if asked.kind == "list_issued":
            return version.issued
        if asked.kind in ("list_expired", "list_ending"):
            return end_of(version, self.seen)
        return version.effective_from

    def _belongs(self, asked: LawQuestion, day: date, version: StoredVersion) -> bool:
        status = self.status[version.id]
        if asked.kind == "list_not_yet":
            return status == "not_yet" and self._issued_by_then(version)
        if asked.kind == "list_ending":
            return status == "in_force"
        if asked.span is not None:
            return asked.span.first_day <= day <= asked.span.last_day
        return status == "expired" if asked.kind == "list_expired" else day <= self.as_of

    def _issued_by_then(self, version: StoredVersion) -> bool:
        """What is held today has been issued by today; of an earlier day only the day of issue can tell."""
        return version.issued <= self.as_of if version.issued else self.as_of >= self.today

    def _counted(self, asked: LawQuestion, texts: int, dated: int, found: int) -> str:
        kinds = {"local": "地方法规政策", "national": "国家层面的法规政策"}.get(
            asked.authority, "法规、政策和标准"
        )
        day = _DAY.get(asked.kind)
        held = f"本库收录{kinds}{texts}件" + (f"，记载了{day}日期的有{dated}件" if day else "")
        when = f"在{asked.span.words()}" if asked.span and asked.kind != "list_not_yet" else ""
        done = "已" if not when and asked.kind in ("list_started", "list_issued", "list_expired") else ""
        count = f"有{found}件" if found else "没有一件"
        most = _most(asked)
        more = f"，以下列出{most}件" if found > most else ""
        return f"{held}；截至{chinese_day(self.as_of)}，其中{count}{when}{done}{_WHAT[asked.kind]}{more}。"

    def _line(self, kind: str, day: date, version: StoredVersion) -> str:
        match kind:
            case "list_not_yet":
                return f"{version_name(version)}尚未施行，{life(version)}。"
            case "list_expired":
                last = chinese_day(day - timedelta(days=1))
                return f"{version_name(version)}有效至{last}，自{chinese_day(day)}起失效。"
            case "list_ending":
                return f"{version_name(version)}现行有效，有效至{chinese_day(day - timedelta(days=1))}。"
            case "list_issued":
                return (
                    f"{version_name(version)}于{chinese_day(day)}公布，{life(version)}{self._now(version)}。"
                )
            case _:
                return f"{version_name(version)}自{chinese_day(day)}起施行{self._now(version)}。"

    def _now(self, version: StoredVersion) -> str:
        return {"not_yet": "，尚未施行", "expired": "，已失效"}.get(self.status[version.id], "")

    def _nearest(
        self, asked: LawQuestion, texts: Sequence[StoredVersion], dated: Sequence[tuple[date, StoredVersion]]
    ) -> list[Statement]:
        """What came next to being listed: the last before the day, else the first after it. A library of which nothing
        ends names what began last.
        """
        kind = {"list_not_yet": "list_started", "list_ending": "list_expired"}.get(asked.kind, asked.kind)
        until = min(asked.span.last_day, self.as_of) if asked.span else self.as_of
        if not dated:
            kind = "list_started"
            dated = [(v.effective_from, v) for v in texts if v.effective_from and v.effective_from <= until]
        before = [(day, v) for day, v in dated if day <= until]
        if not dated:
            return []
        latest = bool(before)
        day, version = (max if latest else min)(before or dated, key=lambda pair: (pair[0], pair[1].id))
        lead = "此前最近" if latest else "此后最早"
        return [Statement(f"{lead}{_WHAT[kind]}的一件：{self._line(kind, day, version)}", version)]

    def _doubted(self, asked: LawQuestion, texts: Sequence[StoredVersion]) -> list[Statement]:
        """Texts issued lately, or in the span asked about, whose first day is not recorded."""
        if asked.kind == "list_not_yet":
            first, last = self.as_of - LONGEST_WAIT, self.as_of
        elif asked.kind == "list_started" and asked.span is not None:
            first, last = asked.span.first_day, asked.span.last_day
        else:
            return []
        undated = [
            v for v in texts if self.status[v.id] == "unknown" and v.issued and first <= v.issued <= last
        ]
        return [
            Statement(
                f"{version_name(v)}于{chinese_day(v.issued)}公布，施行日期本库没有记载，不能判断是否已经施行。",
                v,
                f"{version_name(v)}的施行日期",
            )
            for v in sorted(undated, key=start_of, reverse=True)[:MOST_DOUBTED]
            if v.issued
        ]


def _most(asked: LawQuestion) -> int:
    """Of what has come into force or been issued ever, the newest are meant."""
    newest = asked.kind in ("list_started", "list_issued") and asked.span is None
    return NEWEST_LISTED if newest else MOST_LISTED
