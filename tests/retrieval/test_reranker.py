"""The second look at the first passages: it orders them, and neither what is named nor portraits."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from retrieval.another_encoder import Another
from retrieval.shelf_values import CODE, TODAY, Put

from assistant.document import DocumentVersion, DraftPassage
from assistant.encoding.encoder import StaticEncoder
from assistant.errors import ConfigurationError
from assistant.principal import Principal
from assistant.retrieval.interaction import Candidate
from assistant.retrieval.reranker import (
    SHIPPED,
    CrossEncoderReranker,
    Judgement,
    reranker_for,
    shipped_reranker,
)
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store


def test_one_ships_for_the_shipped_encoder_and_a_missing_cross_encoder_is_said(
    encoder: StaticEncoder, tmp_path: Path
) -> None:
    shipped = reranker_for(encoder)
    assert shipped is not None and shipped.name.startswith("bagui-rerank")
    assert reranker_for(Another(encoder)) is None
    (tmp_path / "own").mkdir()
    assert isinstance(reranker_for(encoder, str(tmp_path / "own")), CrossEncoderReranker)
    with pytest.raises(ConfigurationError) as missing:
        reranker_for(encoder, str(tmp_path / "bge-reranker"))
    assert (missing.value.code, missing.value.param) == ("model_missing", "retrieval.reranker")


@pytest.mark.parametrize("damage", ["config.json", "model.safetensors", "features"])
def test_a_damaged_folder_is_a_clear_error(encoder: StaticEncoder, tmp_path: Path, damage: str) -> None:
    for file in ("config.json", "model.safetensors"):
        shutil.copy(SHIPPED / file, tmp_path / file)
    if damage == "features":
        (tmp_path / "config.json").write_text('{"name": "x", "version": "1", "features": ["other"]}', "utf-8")
    else:
        (tmp_path / damage).write_bytes(b"\x00broken")
    with pytest.raises(ConfigurationError, match="re-ranker"):
        shipped_reranker(encoder, tmp_path)


def test_it_serves_any_training_of_the_terms(encoder: StaticEncoder) -> None:
    half = StaticEncoder(encoder.vocabulary[::2], encoder.table[::2], "half")
    scores = shipped_reranker(half).judge("借款期限有多长", [_candidate("贷款期限不超过一年。", 0.9)]).order
    assert scores.shape == (1,) and np.isfinite(scores).all()


def _candidate(text: str, fused: float) -> Candidate:
    return Candidate("示例办法", "第一条", text, fused, fused, fused, fused)


@pytest.mark.parametrize("question", ["", "？？", "hello", "龘龘龘"])
def test_a_question_without_known_terms_keeps_scores_in_bounds(encoder: StaticEncoder, question: str) -> None:
    found = [_candidate("贷款期限不超过一年。", 0.9), _candidate("", 0.2), _candidate("hello", 0.1)]
    scores = shipped_reranker(encoder).judge(question, found).order
    assert np.isfinite(scores).all() and scores.min() >= 0 and scores.max() <= 1


def test_what_answers_word_for_word_stands_before_what_shares_a_word(encoder: StaticEncoder) -> None:
    said = "贷款人应当在收到申请之日起三十日内答复借款人"
    other = _candidate("保险公司应当妥善保管客户的身份资料，不得泄露。", 0.75)
    quoted = _candidate(f"{said}，并说明理由。", 0.8)
    scores = shipped_reranker(encoder).judge(said, [quoted, other]).order
    assert scores[0] > scores[1]


class Backwards:
    """Likes best what it was handed last."""

    name = "backwards"

    def judge(self, question, passages):
        return Judgement(np.linspace(0, 1, len(passages), dtype=np.float32))


@pytest.mark.usefixtures("law", "portraits")
async def test_a_reranker_orders_knowledge_but_not_what_is_named_and_not_portraits(
    shelves: Store, encoder: StaticEncoder, retriever: Retriever, rm: Principal, put: Put, tmp_path: Path
) -> None:
    drafts = [DraftPassage(f"第{number}条", f"第{number}项付款期限。") for number in "一二三"]
    await put(DocumentVersion(id="law", version="1", collection="regulations", title="示例支付条例"), drafts)
    turned = Retriever(shelves, encoder, tmp_path / "turned", reranker=Backwards(), chroma=False)
    await turned.open()
    plain = await retriever.search("示例贷款期限", rm, as_of=TODAY, k=20)
    back = await turned.search("示例贷款期限", rm, as_of=TODAY, k=20)
    assert {p.id for p in plain} == {p.id for p in back} and plain[0].id != back[0].id
    named = await turned.search("示例支付条例第二条", rm, as_of=TODAY)
    assert named[0].locator == "第二条"
    about = await turned.search("成立于2018年", rm, as_of=TODAY, today=TODAY, enterprise=CODE)
    assert any(p.enterprise == CODE for p in about)
    told = await turned.explain("示例贷款期限", rm, as_of=TODAY, today=TODAY)
    assert told["reranker"] == "backwards" and told["rows"][0]["why"]["rerank"] is not None
    await turned.close()


@pytest.mark.usefixtures("law", "portraits")
async def test_with_the_shipped_one_names_and_portraits_keep_their_places_and_explain_tells(
    shelves: Store, encoder: StaticEncoder, retriever: Retriever, rm: Principal, put: Put, tmp_path: Path
) -> None:
    drafts = [DraftPassage(f"第{number}条", f"第{number}项付款期限。") for number in "一二三"]
    await put(DocumentVersion(id="law", version="1", collection="regulations", title="示例支付条例"), drafts)
    looked = Retriever(shelves, encoder, tmp_path / "looked", reranker=reranker_for(encoder), chroma=False)
    await looked.open()
    named = await looked.search("示例支付条例第二条", rm, as_of=TODAY)
    assert named[0].locator == "第二条"
    asked = {"as_of": TODAY, "today": TODAY, "enterprise": CODE}
    before = await retriever.search("成立于2018年", rm, **asked)
    about = await looked.search("成立于2018年", rm, **asked)
    assert [n for n, p in enumerate(before) if p.enterprise] == [
        n for n, p in enumerate(about) if p.enterprise
    ]
    told = await looked.explain("示例贷款期限", rm, as_of=TODAY, today=TODAY)
    assert told["reranker"].startswith("bagui-rerank") and told["rows"][0]["why"]["rerank"] is not None
    await looked.close()
