"""Exported documents, read back: what they say, how they are labelled, and that hostile text stays text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from attacks import ATTACKS
from docx import Document

from assistant.answer import Answer, Citation, Fact, RuleRef, ToolCall, ToolResult, TraceStep
from assistant.errors import NotFound
from serve.desk.turn import Turn
from serve.export.export import Exported, export_answer, export_conversation, printable
from serve.texts import texts

HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\U000e0000-\U000e007f]")
ZH, EN = texts("zh"), texts("en")
DAY = date(2026, 11, 23)
CALL = ToolCall(
    id="call_1",
    name="risk_pool_eligibility",
    arguments={"net_loss": 200},
    ok=True,
    result=ToolResult(
        as_of=DAY,
        facts=(Fact(label="不良贷款净损失", value=Decimal("200"), unit="万元"),),
        rule=RuleRef(id="gx-tech-loan", version="2026", status="in_force"),
        trace=(TraceStep(label="首贷", detail="未提供", outcome="unknown", clause="补偿对象"),),
        missing=("补偿比例原文未取得",),
        requires_human=True,
    ),
)
CITATION = Citation(
    n=1,
    kind="passage",
    id="p1",
    title="流动资金贷款管理办法",
    locator="贷款期限",
    quote="期限原则上不超过三年。",
    status="in_force",
    authority="national",
    confidence="H",
    effective_from=date(2024, 7, 1),
)


def turn(text: str = "期限原则上不超过三年。[1]", question: str = "最长几年？", **changes) -> Turn:
    answer = Answer(
        id="ans_abc",
        text=text,
        status="answered",
        citations=(changes.pop("citation", CITATION),),
        tool_calls=(CALL,),
        as_of=DAY,
        model="bagui-mini",
    )
    return Turn(
        question=question, id="ans_abc", conversation="conv_1", state="finished", answer=answer,
        started_at=datetime.now(UTC), **changes,
    )  # fmt: skip


def lines(made: Exported) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(made.content)).paragraphs]


def parts(made: Exported) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(made.content)) as package:
        return {
            name: package.read(name).decode()
            for name in package.namelist()
            if name.endswith((".xml", ".rels"))
        }


def label(made: Exported) -> dict[str, str]:
    found = re.search(r"<vt:lpwstr>(.*?)</vt:lpwstr>", parts(made)["docProps/custom.xml"])
    assert found
    return json.loads(found[1].replace("&quot;", '"'))


def test_an_answer_carries_its_evidence_and_its_label():
    made = export_answer(turn(), ZH)
    said = lines(made)
    whole = "\n".join(said)
    assert said[0] == "由AI生成" and "由AI生成" in said[-1]
    for wanted in (
        "最长几年？", "期限原则上不超过三年。[1]", "[1] 流动资金贷款管理办法 贷款期限", "现行有效", "2024-07-01起",
        "国家规定", "净损失：200万元", "首贷；待核实；未提供；补偿对象", "补偿比例原文未取得", "gx-tech-loan", "ans_abc",
    ):  # fmt: skip
        assert wanted in whole, wanted
    assert "由AI生成" in Document(io.BytesIO(made.content)).sections[0].footer.paragraphs[0].text
    assert made.name == "bagui-ans_abc.docx"


def test_the_metadata_says_generated_and_survives_saving_again():
    made = export_answer(turn(), ZH)
    assert label(made)["Label"] == "1" and label(made)["ProduceID"] == "ans_abc"
    assert set(label(made)) == {
        "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
    }  # fmt: skip
    buffer = io.BytesIO()
    Document(io.BytesIO(made.content)).save(buffer)
    assert label(Exported("again", buffer.getvalue())) == label(made)
    assert ElementTree.fromstring(parts(made)["docProps/custom.xml"].encode()) is not None


def test_a_conversation_holds_every_turn_in_english_too():
    open_turn = Turn(question="还没答完", id="ans_b", conversation="conv_1", state="interrupted")
    said = "\n".join(lines(export_conversation([turn(), open_turn], EN)))
    assert said.index("最长几年？") < said.index("还没答完")
    assert "AI-generated" in said and "In force" in said and EN("doc_no_answer") in said
    assert label(export_conversation([turn(), open_turn], EN))["ProduceID"] == "conv_1"


def test_the_words_of_a_tool_are_the_readers():
    assert "· 不良贷款净损失：200万元" in lines(export_answer(turn(), ZH))
    assert "· Net loss: 200 RMB 10k" in lines(export_answer(turn(), EN))


def test_without_a_finished_answer_there_is_nothing_to_export():
    with pytest.raises(NotFound):
        export_answer(Turn(question="q", id="ans_x"), ZH)
    with pytest.raises(NotFound):
        export_conversation([], ZH)


def hostile(attack: str) -> Turn:
    """An answer in which every text that a model or a document can reach is the attack."""
    citation = CITATION.model_copy(
        update={"title": attack, "quote": attack, "locator": attack, "url": attack}
    )
    fact = Fact(label=attack, value=attack, unit=attack, period=attack)
    step = TraceStep(label=attack, detail=attack, outcome="fail", clause=attack)
    result = ToolResult(
        as_of=DAY, facts=(fact,), trace=(step,), missing=(attack,), requires_human=True,
        rule=RuleRef(id=attack, version=attack, status="in_force"),
    )  # fmt: skip
    calls = (
        CALL.model_copy(update={"result": result}),
        CALL.model_copy(update={"ok": False, "error": attack}),
    )
    made = turn(f"{attack}[1]", attack, citation=citation)
    assert made.answer is not None
    return replace(made, answer=made.answer.model_copy(update={"tool_calls": calls, "missing": (attack,)}))


@pytest.mark.parametrize("start", range(0, len(ATTACKS), 25))
def test_hostile_texts_are_characters_and_nothing_else(start: int):
    """The whole corpus in a few documents: no field, no link, no picture, nothing that leads out of the file."""
    attacks = ATTACKS[start : start + 25]
    made = export_conversation([hostile(attack.text) for attack in attacks], ZH)
    for name, xml in parts(made).items():
        root = ElementTree.fromstring(xml.encode())
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        if name.startswith("word/"):
            assert not tags & {
                "fldSimple", "instrText", "fldChar", "hyperlink", "drawing", "pict", "object", "altChunk", "imagedata",
            }, name  # fmt: skip
        if name.endswith(".rels"):
            assert 'TargetMode="External"' not in xml and "evil.example" not in xml
    said = lines(made)
    assert not HIDDEN.search("\n".join(said))
    for attack in attacks:
        wanted = [printable(line) for line in attack.text.split("\n")]
        assert all(line in said or any(line.strip() in one for one in said) for line in wanted), attack.id
