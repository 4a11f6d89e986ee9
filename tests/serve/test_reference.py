"""The OpenAPI document says what the server does: every route, every example, every real response, who may read it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from fake_llm.server import MODEL, Reply
from fastapi.routing import iter_route_contexts
from jsonschema import Draft202012Validator
from reference_check import DOCUMENT, check, named, validator

from serve.app import create_app

ORIGIN = "https://park.example.cn"
QUESTION = [{"role": "user", "content": "2025年6月的一年期LPR是多少"}]
ACCEPT = {"Accept": "application/json, text/event-stream"}


def test_the_document_is_valid_and_holds_every_route(live):
    Draft202012Validator.check_schema({"$defs": DOCUMENT["components"]["schemas"]})
    known = {(method, path) for path, item in DOCUMENT["paths"].items() for method in item}
    # Pages of people, and the command line of this machine: no surface for programs.
    apart = {"/workbench", "/operator/{operation}"}
    served = set()
    for route in iter_route_contexts(create_app(live.settings).routes):
        if route.path not in apart:
            path = route.path.replace(":path}", "}")
            methods = {"POST"} if path == "/mcp" else route.methods - {"HEAD"}
            served |= {(method.lower(), path) for method in methods}
    assert served == known
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert references <= set(DOCUMENT["components"]["schemas"])
    identities = [
        operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()
    ]
    assert len(identities) == len(set(identities))


def test_every_error_is_described_in_the_one_shape():
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            errors = {status for status in operation["responses"] if status >= "400"}
            assert {"500", "503"} <= errors
            assert ({"401", "403"} <= errors) or operation["security"] == []
            for status in errors:
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert {"$ref": "#/components/schemas/Error"} in [schema, *schema.get("anyOf", [])], path


def test_examples_are_requests_that_succeed(live, llm):
    site = live.operate("site_create", origins=[ORIGIN])
    with live.client("developer") as client:
        identity = client.post("/v1/chat/completions", json={"model": "bagui", "messages": QUESTION}).json()[
            "bagui"
        ]["id"]
        for path, item in DOCUMENT["paths"].items():
            content = item.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            validator(content["schema"]).validate(content["example"])
            body = content["example"] | ({"site": site["site_key"]} if path == "/widget/session" else {})
            real = path.replace("{name}", "loan_rate").replace("{answer_id}", identity)
            headers = ACCEPT | ({"Origin": ORIGIN} if path.startswith("/widget") else {})
            assert check(client.post(real, json=body, headers=headers)).status_code == 200


def test_real_responses_are_as_described(live, llm):
    enterprise = live.state.demo.enterprise
    with live.client("rm") as client:
        llm.script.append(Reply(calls=(("enterprise_portrait", {"enterprise": enterprise}),)))
        for content in (
            "2025年6月的一年期LPR是多少",
            f"{enterprise}的企业画像",
            "流贷期限最长几年",
            "今天天气怎么样",
        ):
            body = {"model": "bagui", "messages": [{"role": "user", "content": content}]}
            plain = check(client.post("/v1/chat/completions", json=body)).json()
            stream = body | {"stream": True, "stream_options": {"include_usage": True}}
            check(client.post("/v1/chat/completions", json=stream))
            stored = check(client.get(f"/v1/answers/{plain['bagui']['id']}")).json()
            assert stored["answer"]["text"] == plain["bagui"]["text"]
            opinion = {"thumb": "down", "reason": "outdated"}
            check(client.post(f"/v1/answers/{plain['bagui']['id']}/feedback", json=opinion))
        check(client.post("/v1/chat/completions", json={**body, "max_tokens": 3, "stop": "。"}))
        for path in (
            "/v1/models",
            "/v1/models/bagui",
            "/v1/tools",
            "/healthz",
            "/readyz",
            "/widget.js",
            "/widget/demo",
        ):
            assert check(client.get(path)).status_code == 200
        for name, arguments in {"enterprise_portrait": {"enterprise": "无此企业"}, "risk_pool_eligibility": {"pool": "gx-tech-loan"},
                                "search_knowledge": {"query": "贷款"}, "financing_forecast": {"enterprise": enterprise}}.items():  # fmt: skip
            assert check(client.post(f"/v1/tools/{name}", json={"arguments": arguments})).status_code == 200
        for form in ("float", "base64"):
            check(
                client.post(
                    "/v1/embeddings", json={"model": "bagui-embed", "input": "款", "encoding_format": form}
                )
            )
    with live.client("developer") as client:
        tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
        llm.script.extend(
            [Reply(calls=(("weather", {"city": "南宁"}),)), Reply("晴"), Reply(calls=(("weather", {}),))]
        )
        for change in ({"tools": [tool]}, {"stream": True}, {"tools": [tool], "stream": True}):
            check(client.post("/v1/chat/completions", json={"model": MODEL, "messages": QUESTION, **change}))
        llm.mode = "error_500"
        check(
            client.post("/v1/chat/completions", json={"model": MODEL, "messages": QUESTION, "stream": True})
        )


ODD_BODIES = [b"", b"[]", b"null", b"{", b'{"a":1,"a":2}', b'"\\ud800"', b"\xff", b'{"model":"bagui"}', b'{"model":7,"input":[1]}',
              b'{"model":"none","messages":[{"role":"user","content":"x"}],"input":"x"}', b'{"arguments":[]}', b'{"thumb":"sideways"}',
              b'{"site":"pk_x","identity":"x.y.z"}', b'{"jsonrpc":"2.0","id":1,"method":"nothing"}', b"x" * 300_001]  # fmt: skip


@pytest.mark.parametrize("role", [None, "developer", "auditor"])
def test_errors_are_as_described(live, role):
    """Every operation with every odd body, and none of them is a fault of the program."""
    with live.client(role) as client:
        for path, item in DOCUMENT["paths"].items():
            real = re.sub(r"{\w+}", "nothing", path)
            for method in item:
                bodies = ODD_BODIES if method == "post" and path != "/docs" else [b""]
                for body in bodies:
                    headers = (
                        {"Content-Type": "application/json", "Origin": ORIGIN}
                        if path != "/mcp"
                        else {"Content-Type": "application/json"}
                    )
                    response = client.request(method, real, content=body, headers=headers)
                    assert check(response).status_code < 500, (method, path, body)
                if method == "post" and path != "/docs":
                    response = check(client.post(real, content=b"{}", headers={"Content-Type": "text/plain"}))
                    assert response.status_code in {401, 403, 415}


@pytest.mark.parametrize(
    ("name", "good", "value"),
    [
        ("ChatRequest", True, {"stop": "。"}),
        ("ChatRequest", True, {"stop": ["。", "；"], "n": 1, "tools": [], "logit_bias": {}}),
        ("ChatRequest", False, {"stop": ["1", "2", "3", "4", "5"]}),
        ("ChatRequest", False, {"n": 2}),
        ("ChatRequest", False, {"surprise": 1}),
        ("ChatRequest", False, {"temperature": 3}),
        ("ChatRequest", False, {"messages": []}),
    ],
)
def test_the_schema_of_a_request_agrees_with_its_check(live, llm, name, good, value):
    body = {"model": "bagui", "messages": QUESTION, **value}
    assert named(name).is_valid(body) is good
    with live.client("developer") as client:
        assert (client.post("/v1/chat/completions", json=body).status_code == 200) is good


def test_only_developers_and_admins_read_it(live):
    for role, status in {
        None: 401,
        "rm": 403,
        "enterprise": 403,
        "auditor": 403,
        "developer": 200,
        "admin": 200,
    }.items():
        with live.client(role) as client:
            for path in ("/openapi.json", "/docs"):
                response = check(client.get(path))
                assert response.status_code == status
                assert status >= 400 or response.headers["cache-control"] == "no-store"
            if status == 200:
                assert client.get("/openapi.json").json() == DOCUMENT


class _Loads(HTMLParser):
    """Everything a page would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "iframe", "link", "object", "embed"} or any(
            name.startswith("on") for name in given
        ):
            self.found.append(tag)
        self.anchors |= {given["id"]} if given.get("id") else set()
        self.links |= {given["href"]} if tag == "a" else set()


@pytest.mark.parametrize(("language", "heading"), [("zh-CN", "接口文档"), ("en-GB", "API reference")])
def test_a_browser_sends_its_key_from_a_form_and_reads_the_page(live, language, heading):
    browser = {"Accept": "text/html,*/*", "Accept-Language": language}
    with live.client(None) as client:
        asked = check(client.get("/docs", headers=browser))
        assert asked.status_code == 401 and 'type="password"' in asked.text and "/v1/" not in asked.text
        for key in ("", "wrong", "ключ", live.key("rm")):
            refused = client.post("/docs", data={"key": key}, headers=browser)
            assert refused.status_code in {401, 403} and "/v1/" not in refused.text
            assert not key or key not in refused.text
        page = check(client.post("/docs", data={"key": live.key("developer")}, headers=browser))
    assert page.status_code == 200 and heading in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    read = _Loads()
    read.feed(page.text)
    assert not read.found
    assert {link.removeprefix("#") for link in read.links} <= read.anchors
    for path in DOCUMENT["paths"]:
        assert path in page.text
    assert live.key("developer") not in page.text
