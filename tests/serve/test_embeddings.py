"""`POST /v1/embeddings`, with the official clients and by hand."""

from __future__ import annotations

import base64

import numpy as np
import openai
import pytest
from langchain_openai import OpenAIEmbeddings

from assistant.encoding.encoder import shipped_encoder

TEXTS = ["流动资金贷款期限", "专利质押登记", "流贷最长几年"]


def post(live, role="developer", **body):
    with live.client(role) as client:
        return client.post("/v1/embeddings", json={"model": "bagui-embed", "input": TEXTS, **body})


def test_order_index_and_usage(live):  # C47
    body = post(live).json()
    assert [item["index"] for item in body["data"]] == [0, 1, 2]
    expected = shipped_encoder().encode(TEXTS)
    assert np.allclose([item["embedding"] for item in body["data"]], expected, atol=1e-6)
    assert body["object"] == "list" and body["model"] == "bagui-embed"
    assert body["usage"]["prompt_tokens"] == body["usage"]["total_tokens"] > 0
    one = post(live, input=TEXTS[0]).json()
    assert one["data"] == body["data"][:1]


def test_base64_is_little_endian_singles(live):
    plain = [item["embedding"] for item in post(live, encoding_format="float").json()["data"]]
    packed = [item["embedding"] for item in post(live, encoding_format="base64").json()["data"]]
    assert np.array_equal(
        np.array([np.frombuffer(base64.b64decode(row), "<f4") for row in packed]),
        np.array(plain, dtype=np.float32),
    )


def test_openai_and_langchain_get_vectors(live):
    address = {"base_url": f"{live.url}/v1", "api_key": live.key("developer"), "max_retries": 0}
    expected = shipped_encoder().encode(TEXTS)
    with openai.OpenAI(**address) as client:
        by_default = client.embeddings.create(model="bagui-embed", input=TEXTS)
        as_numbers = client.embeddings.create(model="bagui-embed", input=TEXTS, encoding_format="float")
    for made in (by_default, as_numbers):
        assert np.allclose([item.embedding for item in made.data], expected, atol=1e-6)
    embedder = OpenAIEmbeddings(model="bagui-embed", check_embedding_ctx_length=False, **address)
    assert np.allclose(embedder.embed_documents(TEXTS), expected, atol=1e-6)
    embedder.client._client.close()


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"input": []}, 400, "invalid_value", "input"),
        ({"input": ""}, 400, "invalid_value", "input[0]"),
        ({"input": ["款", " "]}, 400, "invalid_value", "input[1]"),
        ({"input": [1, 2]}, 400, "unsupported_content", "input"),
        ({"input": [[1, 2]]}, 400, "unsupported_content", "input"),
        ({"input": None}, 400, "invalid_value", "input"),
        ({"input": {"text": "款"}}, 400, "invalid_value", "input"),
        ({"input": ["款"] * 2049}, 400, "invalid_value", "input"),
        ({"input": ["款", "长" * 8001]}, 400, "context_length_exceeded", "input[1]"),
        ({"dimensions": 7}, 400, "invalid_value", "dimensions"),
        ({"encoding_format": "int8"}, 400, "invalid_value", "encoding_format"),
        ({"surprise": 1}, 400, "unknown_parameter", "surprise"),
        ({"model": "bagui"}, 404, "model_not_found", "model"),
    ],
)
def test_bad_requests(live, body, status, code, param):
    response = post(live, **body)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["param"]) == (status, code, param)


def test_only_a_key_with_the_scope(live):
    assert post(live, role=None).status_code == 401
    assert post(live, role="auditor").status_code == 403
    assert len(post(live, input=["款"] * 2048).json()["data"]) == 2048
