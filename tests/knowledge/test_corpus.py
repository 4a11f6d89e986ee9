"""What every note of the corpus must keep to, and the answers that must not get lost from it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from assistant.document import legal_status
from assistant.words.numerals import parse_number

CORPUS = Path(__file__).parents[2] / "knowledge" / "corpus"
REQUIRED = {
    "id",
    "version",
    "collection",
    "title",
    "authority",
    "jurisdiction",
    "audience",
    "source",
    "confidence",
}
OPTIONAL = {"doc_no", "issuer", "issued", "effective_from", "effective_to", "supersedes", "not_held"}
DATES = ("issued", "effective_from", "effective_to")
ALLOWED = {
    "collection": {"regulations", "policies", "products", "standards", "cases", "ecosystem", "strategy"},
    "authority": {"national", "local", "proposal", "standard", "internal", "fictional"},
    "audience": {"public", "internal"},
    "confidence": {"H", "M", "L", "B-H", "B-M"},
}
OFFICIAL = {"regulations", "policies", "standards"}
ARTICLE = r"第[一二三四五六七八九十百千零〇两\d]+条"

# The statutes whose official text was checked article by article, and how many articles each has.
CHECKED_STATUTES = {
    "algorithm-recommendation": 35,
    "anti-money-laundering-law": 65,
    "anti-telecom-fraud-law": 50,
    "asset-appraisal-law": 55,
    "bank-card-disputes": 16,
    "banking-supervision-law": 52,
    "bankruptcy-interpretation-3": 16,
    "beneficial-owners": 17,
    "business-environment": 72,
    "civil-code-contract": 1260,
    "civil-code-guarantee-interpretation": 71,
    "civil-code-security": 1260,
    "commercial-bank-law": 95,
    "company-law": 266,
    "contract-interpretation": 69,
    "copyright-law": 67,
    "credit-reporting-regulation": 47,
    "criminal-law-loans": 452,
    "customer-due-diligence": 52,
    "cybersecurity-law": 81,
    "data-security-law": 55,
    "deposit-insurance": 23,
    "electronic-signature-law": 36,
    "enterprise-bankruptcy-law": 136,
    "enterprise-income-tax-law": 60,
    "enterprise-income-tax-rules": 132,
    "farmer-cooperatives-law": 74,
    "finance-lease-interpretation": 15,
    "financial-consumer-protection": 68,
    "financing-guarantee-companies": 49,
    "foreign-exchange-regulation": 54,
    "government-data-sharing": 44,
    "illegal-fundraising": 40,
    "independent-guarantee-rules": 26,
    "individual-business-promotion": 39,
    "invoice-measures": 43,
    "large-suspicious-transactions": 30,
    "limitation-rules": 21,
    "market-entity-registration": 55,
    "negotiable-instruments-law": 110,
    "network-data-security-regulation": 64,
    "patent-law": 82,
    "patent-rules": 149,
    "personal-information-protection-law": 74,
    "private-economy-promotion-law": 78,
    "private-lending-interpretation": 31,
    "registered-capital-transition": 8,
    "rural-land-contracting-law": 70,
    "science-progress-law": 117,
    "sme-payment-regulation": 37,
    "sme-promotion-law": 61,
    "stamp-duty-law": 20,
    "tax-administration-law": 94,
    "tech-transfer-law": 52,
    "trademark-law": 73,
    "trademark-rules": 98,
    "value-added-tax-law": 38,
}
# Their text was not at hand: whatever article number is given for them comes from hearsay.
NEVER_CITED = re.compile(
    r"(?:金发〔2026〕8号|(?:流动资金|固定资产|个人|互联网)贷款管理(?:暂行)?办法|金融资产风险分类办法"
    r"|商业银行资本管理办法|征信业务管理办法|生成式人工智能服务管理暂行办法|生成式AI办法|深度合成管理规定"
    rf"|数据安全管理办法)[^。\n]{{0,20}}{ARTICLE}"
)


@dataclass(frozen=True)
class Section:
    heading: str
    attributes: dict
    text: str


@dataclass(frozen=True)
class Note:
    path: Path
    front: dict
    loose: str
    sections: tuple[Section, ...]

    @property
    def body(self) -> str:
        return "\n".join(f"{section.heading}\n{section.text}" for section in self.sections)


def read_note(path: Path) -> Note:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    loose, *parts = re.split(r"^## ", body, flags=re.M)
    return Note(
        path, yaml.safe_load(front), re.sub(r"^# .*$", "", loose, flags=re.M).strip(), _sections(parts)
    )


def _sections(parts: list[str]) -> tuple[Section, ...]:
    sections = []
    for part in parts:
        line, _, text = part.partition("\n")
        match = re.fullmatch(r"(.*?)\s*(\{.*\})?", line.strip())
        assert match is not None
        sections.append(Section(match[1], yaml.safe_load(match[2] or "{}"), text.strip()))
    return tuple(sections)


NOTES = tuple(read_note(path) for path in sorted(CORPUS.rglob("*.md")))
each_note = pytest.mark.parametrize("note", NOTES, ids=lambda note: note.path.stem)


def in_force(identifier: str, day: date) -> Note:
    """The one version of a logical document in force on a day."""
    found = [
        note
        for note in NOTES
        if note.front["id"] == identifier
        and legal_status(note.front.get("effective_from"), note.front.get("effective_to"), day) == "in_force"
    ]
    assert len(found) == 1, f"{identifier} on {day}: {[note.path.name for note in found]}"
    return found[0]


@each_note
def test_front_matter_is_complete_and_in_the_agreed_values(note: Note) -> None:
    front = note.front
    assert REQUIRED <= front.keys() <= REQUIRED | OPTIONAL
    for key, values in ALLOWED.items():
        assert front[key] in values, f"{key}: {front[key]}"
    assert front["collection"] == note.path.parent.name
    assert note.path.stem in (front["id"], f"{front['id']}.{front['version']}")
    assert re.fullmatch(r"[a-z0-9-]+", front["id"])
    for key in REQUIRED | {"doc_no", "issuer"}:
        assert isinstance(front.get(key, "absent"), str) and front.get(key, "absent").strip()
    for topic in front.get("not_held", []):
        assert topic.keys() == {"topic", "cues"}
        assert topic["topic"] and topic["cues"] and all(isinstance(cue, str) and cue for cue in topic["cues"])


@each_note
def test_dates_are_dates_in_order(note: Note) -> None:
    for scope in (note.front, *(section.attributes for section in note.sections)):
        known = [scope[key] for key in DATES if key in scope]
        assert all(type(day) is date for day in known)
        assert known == sorted(known)


@each_note
def test_an_official_text_gives_its_day_of_effect_or_says_that_it_is_not_known(note: Note) -> None:
    front = note.front
    if front["authority"] in ("national", "local", "standard") and front["collection"] in OFFICIAL:
        unknown = any("日" in topic["topic"] for topic in front.get("not_held", []))
        assert "effective_from" in front or unknown


@each_note
def test_a_published_case_keeps_what_is_claimed_apart_from_what_is_shown(note: Note) -> None:
    if note.front["collection"] == "cases" and note.front["authority"] in ("national", "local"):
        headings = [section.heading for section in note.sections]
        assert "公开说法" in headings
        assert any(part in heading for heading in headings for part in ("证据", "复算"))


@each_note
def test_every_section_has_a_heading_of_its_own_and_text(note: Note) -> None:
    assert note.sections
    assert not note.loose, "text outside a section cannot be found"
    headings = [section.heading for section in note.sections]
    assert all(headings) and len(set(headings)) == len(headings)
    for section in note.sections:
        assert len(section.text) >= 10, section.heading
        assert section.attributes.keys() <= {"confidence", "effective_from", "effective_to"}
        assert section.attributes.get("confidence", "H") in ALLOWED["confidence"]


def test_no_version_stands_twice() -> None:
    names = [(note.front["id"], note.front["version"]) for note in NOTES]
    assert len(set(names)) == len(names)


def test_versions_of_one_document_are_never_in_force_together() -> None:
    versions = defaultdict(list)
    for note in NOTES:
        versions[note.front["id"]].append(note)
    for notes in versions.values():
        for one, other in combinations(notes, 2):
            spans = sorted(
                (note.front.get("effective_from", date.min), note.front.get("effective_to", date.max))
                for note in (one, other)
            )
            assert spans[0][1] < spans[1][0], f"{one.path.name} and {other.path.name} overlap"
            assert one.front["collection"] == other.front["collection"]


@each_note
def test_what_is_superseded_is_in_the_corpus(note: Note) -> None:
    known = {other.front["id"] for other in NOTES}
    versions = {other.front["version"] for other in NOTES if other.front["id"] == note.front["id"]}
    for target in note.front.get("supersedes", []):
        name, _, version = target.partition("@")
        assert target in versions - {note.front["version"]} or name in known - {note.front["id"]}
        if version:
            assert any((other.front["id"], other.front["version"]) == (name, version) for other in NOTES)


@each_note
def test_article_numbers_stand_only_where_the_official_text_was_checked(note: Note) -> None:
    assert not NEVER_CITED.search(note.path.read_text(encoding="utf-8"))
    cited = re.findall(ARTICLE, note.body)
    headings = [section.heading for section in note.sections if re.match(ARTICLE, section.heading)]
    if note.front["id"] not in CHECKED_STATUTES:
        assert not headings
        if note.front["collection"] in OFFICIAL:
            assert not cited, "this document's text was not at hand"
        return
    last = CHECKED_STATUTES[note.front["id"]]
    assert all(1 <= parse_number(number[1:-1]) <= last for number in cited)
    assert headings == sorted(headings, key=lambda heading: parse_number(heading[1 : heading.index("条")]))


@pytest.mark.parametrize(
    "sentence",
    [
        "金发〔2026〕8号第二十一条要求人工把关。",
        "《流动资金贷款管理办法》第二十八条规定了受托支付。",
        "《生成式人工智能服务管理暂行办法》第2条",
    ],
)
def test_a_hearsay_article_number_would_be_noticed(sentence: str) -> None:
    assert NEVER_CITED.search(sentence)


def test_fictional_products_say_so_everywhere() -> None:
    products = [note for note in NOTES if note.front["collection"] == "products"]
    assert len(products) >= 20
    for note in products:
        assert note.front["authority"] == "fictional"
        assert "虚构" in note.front["title"] and "虚构" in note.front["source"]
        for section in note.sections:
            assert "虚构" in section.text, f"{note.path.name} {section.heading}"


@pytest.mark.parametrize(
    ("identifier", "day", "facts"),
    [
        ("working-capital-loans", date(2026, 1, 1), ["不超过三年（3年）", "不超过五年（5年）"]),
        ("fixed-asset-loans", date(2024, 7, 1), ["不超过十年（10年）"]),
        ("personal-loans", date(2026, 1, 1), ["消费贷款的期限不超过五年（5年）"]),
        ("anti-money-laundering-law", date(2024, 12, 31), ["五年（5年）"]),
        ("anti-money-laundering-law", date(2025, 1, 1), ["十年（10年）"]),
        ("cybersecurity-law", date(2025, 12, 31), ["没有专门的人工智能条款"]),
        ("cybersecurity-law", date(2026, 1, 1), ["新增的人工智能条款"]),
        ("sme-payment-regulation", date(2025, 6, 1), ["60日内"]),
        ("commercial-bank-law", date(2026, 1, 1), ["比例不得超过10%"]),
        ("sme-size-classification", date(2026, 1, 1), ["从业人员350人、营业收入800万元"]),
    ],
)
def test_the_version_of_the_day_holds_the_answer(identifier: str, day: date, facts: list[str]) -> None:
    body = in_force(identifier, day).body
    assert [fact for fact in facts if fact not in body] == []


@pytest.mark.parametrize("identifier", ["working-capital-loans", "fixed-asset-loans", "personal-loans"])
def test_the_interim_measures_were_in_force_and_their_term_is_not_held(identifier: str) -> None:
    note = in_force(identifier, date(2024, 3, 1))
    topics = {topic["topic"]: topic["cues"] for topic in note.front["not_held"]}
    assert any(cue in "贷款期限最长几年" for cue in topics["贷款期限"])
    assert not re.search(r"期限[^。]{0,12}不超过", note.body)


@pytest.mark.parametrize(
    ("day", "rates"),
    [
        (date(2024, 7, 21), ("3.45%", "3.95%")),
        (date(2024, 7, 22), ("3.35%", "3.85%")),
        (date(2025, 5, 19), ("3.10%", "3.60%")),
        (date(2025, 6, 15), ("3.00%", "3.50%")),
    ],
)
def test_one_dated_quotation_of_the_lpr_is_in_force_on_a_day(day: date, rates: tuple[str, str]) -> None:
    sections = [
        section
        for section in in_force("loan-prime-rate", day).sections
        if "effective_from" in section.attributes
        and legal_status(section.attributes["effective_from"], section.attributes.get("effective_to"), day)
        == "in_force"
    ]
    assert len(sections) == 1
    assert all(rate in sections[0].text.splitlines()[0] for rate in rates)
