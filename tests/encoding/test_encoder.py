"""The shipped encoder: unit vectors, the same every time, closer for what belongs together."""

from pathlib import Path

import numpy as np
import pytest

from assistant.encoding.encoder import Encoder, StaticEncoder, from_bytes, load_encoder, to_bytes
from assistant.errors import ConfigurationError


def test_it_is_an_encoder_with_model_dimension_and_version_in_its_name(encoder: StaticEncoder) -> None:
    assert isinstance(encoder, Encoder)
    assert encoder.name.startswith(f"bagui-embed-{encoder.dim}-")


def test_unit_vectors_whatever_the_batch(encoder: StaticEncoder) -> None:
    texts = [f"第{number}笔贷款的期限" for number in range(300)] + ["", "，。！"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (302, encoder.dim) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors[:300], axis=1), 1, atol=1e-5)
    assert not vectors[300:].any()
    assert np.allclose(vectors[7], encoder.encode([texts[7]])[0], atol=1e-6)


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("被公司辞退了有没有补偿金", "用人单位解除劳动合同的，应当向劳动者支付经济补偿。"),
        ("征信上的黑记录多久消除", "征信机构对个人不良信息的保存期限，自不良行为终止之日起为5年。"),
        ("甲方一直不给钱利息怎么算", "迟延支付中小企业款项的，应当支付逾期利息。"),
    ],
)
def test_everyday_words_are_closer_to_their_rule_than_to_another(
    encoder: StaticEncoder, question: str, right: str
) -> None:
    asked, good, bad = encoder.encode([question, right, "船舶应当按照规定悬挂中华人民共和国国旗航行。"])
    assert asked @ good > (asked @ bad) + 0.05


def test_bytes_come_back_as_vectors(encoder: StaticEncoder) -> None:
    vectors = encoder.encode(["贷款", "担保"])
    assert np.abs(from_bytes(to_bytes(vectors), encoder.dim) - vectors).max() < 1e-3
    with pytest.raises(ValueError):
        from_bytes([b"123"], encoder.dim)


def test_a_missing_or_broken_folder_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        load_encoder(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(ConfigurationError):
        load_encoder(tmp_path)
