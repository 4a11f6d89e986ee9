"""The life of a text of law, told from the labelled versions: start, end, successor, the version of a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.answer import AnswerSentence, LegalStatus
from assistant.document import bare_title
from assistant.evidence.book import EvidenceBook
from assistant.law.listing import Catalogue
from assistant.law.notices import chinese_day
from assistant.law.version import Statement, life, start_of, version_name
from assistant.passage import Passage
from assistant.principal import Principal
from assistant.question.law_question import LawQuestion, law_question
from assistant.store import passages, versions
from assistant.store.database import Store, StoreSession
from assistant.store.passages import Heading, StoredPassage
from assistant.store.versions import StoredVersion

MOST_VERSIONS = 3
_TELLS = re.compile(r"施行|失效|生效|取代|修[正订]|废止|附则")
_ARTICLE = re.compile(r"^第.+条")
_ENOUGH_REST = 6


@dataclass(frozen=True, slots=True)
class LawHistory:
    """`sentences` answer the question from the versions; `whole` tells that it asks nothing else."""

    sentences: tuple[AnswerSentence, ...]
    cited: tuple[Passage, ...]
    missing: tuple[str, ...]
    whole: bool


async def law_history(
    store: Store,
    question: str,
    principal: Principal,
    book: EvidenceBook,
    *,
    as_of: date,
    today: date,
    query: str = "",
) -> LawHistory | None:
    """Answers a question about the life of a text from what the caller may see of its versions; `None` for any other
    question. `query` is the question with what it leans on, for one that says too little alone. What the answer rests
    on is added to `book`.
    """
    async with store.reading() as session:
        held = await versions.load_versions(session)
        seen = [v for v in held if v.enterprise is None and versions.may_see(v, principal)]
        titles = [v.title for v in seen]
        asked = law_question(question, titles, today=today) or law_question(query, titles, today=today)
        if asked is None:
            return None
        as_of = _day_of(asked, as_of, today)
        status = versions.statuses(held, as_of)
        said = (
            Catalogue(seen, status, as_of, today).listed(asked)
            if asked.lists
            else _Teller(seen, status, as_of).tell(asked)
        )
        found = {
            version.id: await _passage(session, version, status[version.id], principal, today)
            for version in {item.version for item in said if item.version is not None}
        }
    sentences: list[AnswerSentence] = []
    for item in said:
        passage = found[item.version.id] if item.version is not None else None
        cites = (book.add_passage(passage).number,) if passage is not None else ()
        sentences.append(AnswerSentence(text=item.text, cites=cites))
    return LawHistory(
        tuple(sentences),
        tuple(passage for passage in found.values() if passage is not None),
        tuple(item.missing for item in said if item.missing),
        whole=len(asked.rest) < _ENOUGH_REST,
    )


def _day_of(asked: LawQuestion, as_of: date, today: date) -> date:
    """Today where the day is only the end of the span that a list is about."""
    span = asked.span
    if span is not None and as_of in (span.last_day, min(span.last_day, today)):
        return today
    return as_of


class _Teller:
    """The versions that may be seen, their status on the day, and what can be said of them."""

    def __init__(self, seen: Sequence[StoredVersion], status: dict[int, LegalStatus], as_of: date) -> None:
        self._seen = seen
        self._status = status
        self._as_of = as_of

    def tell(self, asked: LawQuestion) -> list[Statement]:
        if not asked.held:
            return [
                Statement(
                    f"本库没有收录《{asked.title}》，不能说明它的施行、失效或者取代情况。",
                    missing=f"《{asked.title}》",
                )
            ]
        family = sorted((v for v in self._seen if bare_title(v.title) == asked.title), key=start_of)
        if asked.kind == "in_force" and asked.edition is None:
            return self._in_force(family)
        chosen = [v for v in family if asked.edition is None or asked.edition in _years(v)]
        if not chosen:
            return self._not_held(asked, family)
        if asked.latest:
            chosen = chosen[-1:]
        elif asked.kind == "replaced_by":
            chosen = [v for v in chosen if versions.replaced_by(v, self._seen)] or chosen[-1:]
        elif asked.kind == "ends":
            chosen = [v for v in chosen if self._status[v.id] != "not_yet"] or chosen
        tell = {
            "starts": self._starts,
            "ends": self._ends,
            "replaced_by": self._replaced_by,
            "replaces": self._replaces,
            "in_force": self._one_in_force,
        }[asked.kind]
        return [sentence for version in chosen[-MOST_VERSIONS:] for sentence in tell(version)]

    def _starts(self, version: StoredVersion) -> list[Statement]:
        issued = f"于{chinese_day(version.issued)}公布，" if version.issued else ""
        if version.effective_from is None:
            text = f"{version_name(version)}{issued or '的'}施行日期本库没有记载。"
            return [Statement(text, version, f"{version_name(version)}的施行日期")]
        ahead = "，尚未施行" if self._status[version.id] == "not_yet" else ""
        return [
            Statement(
                f"{version_name(version)}{issued}自{chinese_day(version.effective_from)}起施行{ahead}。",
                version,
            )
        ]

    def _ends(self, version: StoredVersion) -> list[Statement]:
        after = versions.replaced_by(version, self._seen)
        if version.effective_to is not None:
            day = chinese_day(version.effective_to + timedelta(days=1))
            text = f"{version_name(version)}有效至{chinese_day(version.effective_to)}，自{day}起失效。"
            return [Statement(text, version), *self._successors(version, after)]
        if after and after[0].effective_from is not None:
            text = f"{version_name(version)}自{chinese_day(after[0].effective_from)}起{_how(version, after[0])}，不再有效。"
            return [Statement(text, version), *self._successors(version, after)]
        state = "现行有效，" if self._status[version.id] == "in_force" else ""
        text = f"{version_name(version)}{state}本库没有记载它的失效日期，也没有记载取代它的文件。"
        return [Statement(text, version, "" if state else f"{version_name(version)}的失效日期")]

    def _replaced_by(self, version: StoredVersion) -> list[Statement]:
        after = versions.replaced_by(version, self._seen)
        if after:
            return self._successors(version, after)
        text = f"本库没有记载取代{version_name(version)}的文件；截至{chinese_day(self._as_of)}，它{self._state(version)}。"
        gone = self._status[version.id] == "expired"
        return [Statement(text, version, f"取代{version_name(version)}的文件" if gone else "")]

    def _replaces(self, version: StoredVersion) -> list[Statement]:
        before = [v for v in self._seen if version in versions.replaced_by(v, self._seen)]
        held = {bare_title(v.title) for v in before}
        others = [
            name for name in version.supersedes if name.startswith("《") and bare_title(name) not in held
        ]
        names = [version_name(v) for v in before] + [f"{name}（本库没有收录）" for name in others]
        if not names:
            return [
                Statement(
                    f"本库没有记载{version_name(version)}取代了哪个文件。",
                    version,
                    f"{version_name(version)}取代的文件",
                )
            ]
        start = f"，自{chinese_day(version.effective_from)}起施行" if version.effective_from else ""
        return [Statement(f"{version_name(version)}取代{'、'.join(names)}{start}。", version)]

    def _successors(self, version: StoredVersion, after: Iterable[StoredVersion]) -> list[Statement]:
        said: list[Statement] = []
        for other in after:
            start = (
                f"，自{chinese_day(other.effective_from)}起施行"
                if other.effective_from
                else "，施行日期本库没有记载"
            )
            amended = bare_title(other.title) == bare_title(version.title)
            lead = f"{version_name(version)}以后的版本" if amended else f"取代{version_name(version)}的"
            said.append(Statement(f"{lead}是{version_name(other)}{start}。", other))
        return said

    def _in_force(self, family: list[StoredVersion]) -> list[Statement]:
        """Of all versions of the same documents, under whatever title, the one that counts; then what became of this."""
        documents = {v.document_id for v in family}
        every = sorted((v for v in self._seen if v.document_id in documents), key=start_of)
        ruling = [v for v in every if self._status[v.id] == "in_force"]
        day = chinese_day(self._as_of)
        said = [Statement(f"截至{day}，有效的是{version_name(v)}，{life(v)}。", v) for v in ruling]
        if not ruling:
            said = [Statement(f"截至{day}，本库没有《{family[-1].title}》当日有效的版本。")]
        for version in every:
            if self._status[version.id] != "in_force" and (
                version in family or self._status[version.id] == "not_yet"
            ):
                said += self._one_in_force(version)
        return said

    def _one_in_force(self, version: StoredVersion) -> list[Statement]:
        text = f"截至{chinese_day(self._as_of)}，{version_name(version)}{self._state(version)}，{life(version)}。"
        unknown = self._status[version.id] == "unknown"
        said = [Statement(text, version, f"{version_name(version)}的施行日期" if unknown else "")]
        if self._status[version.id] == "expired":
            said += self._successors(version, versions.replaced_by(version, self._seen))
        return said

    def _not_held(self, asked: LawQuestion, family: list[StoredVersion]) -> list[Statement]:
        name = f"《{asked.title}》{asked.edition}年的版本"
        said = [Statement(f"本库没有收录{name}，不能直接给出它的日期。", missing=name)]
        later = [v for v in family if v.effective_from and v.effective_from.year > (asked.edition or 0)]
        if later and later[0].effective_from:
            day = chinese_day(later[0].effective_from)
            text = f"{version_name(later[0])}自{day}起施行，{asked.edition}年的版本至迟自该日起不再适用。"
            said.append(Statement(text, later[0]))
        else:
            said += [Statement(f"本库收录的是{version_name(v)}，{life(v)}。", v) for v in family[-1:]]
        return said

    def _state(self, version: StoredVersion) -> str:
        return {
            "in_force": "现行有效",
            "expired": "已失效",
            "not_yet": "尚未施行",
            "unknown": "的施行日期本库没有记载，效力不明",
        }[self._status[version.id]]


def _how(version: StoredVersion, other: StoredVersion) -> str:
    return (
        "由以后的版本代替"
        if bare_title(version.title) == bare_title(other.title)
        else f"被《{other.title}》取代"
    )


def _years(version: StoredVersion) -> set[int]:
    """The years that people call this version by."""
    days = {day.year for day in (version.issued, version.effective_from) if day}
    return days | {int(year) for year in re.findall(r"(?:19|20)\d{2}", f"{version.version} {version.title}")}


async def _passage(
    session: StoreSession, version: StoredVersion, status: LegalStatus, principal: Principal, today: date
) -> Passage | None:
    """The place of a version that tells of its life: a section on it, else the last article, else the first words."""
    headings = await passages.outline(session, version.id, principal)
    if not headings:
        return None
    telling = [item for item in headings if _TELLS.search(item.locator)]
    articles: list[Heading] = [item for item in headings if _ARTICLE.match(item.locator)]
    chosen = telling[0] if telling else articles[-1] if articles else headings[0]
    stored = await passages.load_passages(session, principal, [chosen.id], today=today)
    return _shown(stored[0], version, status) if stored else None


def _shown(stored: StoredPassage, version: StoredVersion, status: LegalStatus) -> Passage:
    shared = {name: getattr(stored, name) for name in StoredPassage.__slots__ if name in Passage.__slots__}
    own = {
        name: getattr(version, name) for name in ("generation", "collection", "doc_no", "issuer", "source")
    }
    passage = Passage(**shared, **own, score=1.0, status=status, not_held=version.not_held)
    return replace(passage, effective_from=version.effective_from, effective_to=version.effective_to)
