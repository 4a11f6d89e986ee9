"""A bank's own sentence-transformers model; made here from nothing, so that no model has to be fetched."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from retrieval.shelf_values import TODAY

from assistant.encoding.encoder import StaticEncoder
from assistant.encoding.foreign_encoder import ForeignEncoder, fingerprint
from assistant.errors import ConfigurationError
from assistant.principal import Principal
from assistant.retrieval.reindex import reindex, serving_encoder
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store

INSTALLED = importlib.util.find_spec("sentence_transformers") is not None


def test_another_model_under_the_same_path_is_another_encoder(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"1")
    before = fingerprint(tmp_path)
    (tmp_path / "weights").write_bytes(b"2")
    assert fingerprint(tmp_path) != before


@pytest.mark.skipif(INSTALLED, reason="says what is missing where the extra is not installed")
def test_a_missing_package_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as missing:
        ForeignEncoder(tmp_path).encode(["贷款"])
    assert missing.value.code == "package_missing" and "encoders" in missing.value.message


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not INSTALLED, reason="needs the extra `encoders`")
@pytest.mark.filterwarnings("default")
@pytest.mark.usefixtures("law")
async def test_a_sentence_transformers_model_takes_over(
    shelves: Store, encoder: StaticEncoder, rm: Principal, tmp_path: Path
) -> None:
    folder = tmp_path / "tiny"
    make_model(folder)
    other = ForeignEncoder(folder)
    assert other.name.startswith("tiny-16-") and other.dim == 16
    vectors = other.encode(["贷款期限", "贷款期限", "贴息"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4) and np.allclose(vectors[0], vectors[1])
    await serving_encoder(shelves, None)
    with pytest.raises(ConfigurationError):
        await serving_encoder(shelves, str(folder))
    async for _ in reindex(shelves, other):
        pass
    retriever = Retriever(
        shelves, await serving_encoder(shelves, str(folder)), tmp_path / "index", chroma=False
    )
    await retriever.open()
    found = await retriever.search("示例贷款期限", rm, as_of=TODAY)
    assert found[0].document_id == "loan-rule" and retriever.version.startswith("tiny-16-")
    await retriever.close()


def make_model(folder: Path) -> None:
    """A static embedding of sixteen dimensions over the characters of a few words, with random vectors."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    letters = sorted(set("示例贷款期限最长年贴息用途办法通知一"))
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, **{c: n for n, c in enumerate(letters, 1)}}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)], device="cpu").save(
        str(folder)
    )
