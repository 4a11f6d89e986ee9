"""The second look by a cross-encoder: it orders the first passages, and neither what is named nor portraits."""

from pathlib import Path

import numpy as np
import pytest
from retrieval.shelf_values import CODE, TODAY, Put

from assistant.document import DocumentVersion, DraftPassage
from assistant.errors import ConfigurationError
from assistant.principal import Principal
from assistant.retrieval.encoder import StaticEncoder
from assistant.retrieval.reranker import reranker_at
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store


def test_none_ships_and_a_missing_one_is_said(tmp_path: Path) -> None:
    assert reranker_at(None) is None
    with pytest.raises(ConfigurationError) as missing:
        reranker_at(str(tmp_path / "bge-reranker"))
    assert (missing.value.code, missing.value.param) == ("model_missing", "retrieval.reranker")


class Backwards:
    """Likes best what it was handed last."""

    name = "backwards"

    def scores(self, question, passages):
        return np.linspace(0, 1, len(passages), dtype=np.float32)


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
