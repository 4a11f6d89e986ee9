"""Embedded pages: who gets a token, what it opens, and every way in that must stay shut."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest

PARK = "https://park.example.cn"
ELSEWHERE = "https://elsewhere.example.cn"
QUESTION = "流动资金贷款的期限最长几年"


@dataclass
class Page:
    """A page of `origin` that embeds the widget of `site`."""

    client: httpx.Client
    site: dict[str, Any]
    origin: str = PARK

    def open(self, origin: str | None = None, **body: Any) -> httpx.Response:
        headers = {"Origin": origin or self.origin} if origin != "" else {}
        return self.client.post(
            "/widget/session", json={"site": self.site["site_key"], **body}, headers=headers
        )

    def token(self, **body: Any) -> str:
        return self.open(**body).json()["token"]

    def ask(self, token: str, question: str = QUESTION, *, origin: str | None = None, **fields: Any):
        body = {"model": "bagui", "messages": [{"role": "user", "content": question}], **fields}
        return self.client.post("/v1/chat/completions", json=body, headers=self.headers(token, origin))

    def headers(self, token: str, origin: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}", "Origin": origin or self.origin}

    def identity(self, enterprise: str, **claims: Any) -> str:
        full = {
            "sub": "user-1",
            "enterprise": enterprise,
            "exp": int(time.time()) + 240,
            "jti": uuid.uuid4().hex,
        }
        full |= claims
        return jwt.encode(
            {name: value for name, value in full.items() if value is not None},
            self.site["identity_secret"],
            "HS256",
        )


@pytest.fixture
def page(live):
    site = live.operate("site_create", origins=[PARK])
    live.operate("site_create", origins=[ELSEWHERE])
    with live.client(None) as client:
        yield Page(client, site)
    live.operate("site_remove", id=site["id"])


@pytest.fixture
def code(live) -> str:
    assert live.state.demo is not None and live.state.demo.enterprise is not None
    return live.state.demo.enterprise


def cors(response: httpx.Response) -> str | None:
    assert "*" not in response.headers.get("access-control-allow-origin", "")
    assert "access-control-allow-credentials" not in response.headers
    return response.headers.get("access-control-allow-origin")


def test_a_listed_page_gets_a_visitors_token_for_fifteen_minutes(page):
    made = page.open()
    assert made.status_code == 200 and cors(made) == PARK and made.headers["vary"] == "Origin"
    assert made.headers["cache-control"] == "no-store"
    assert set(made.json()) == {"token", "expires_in", "enterprise"}
    assert made.json()["enterprise"] is None and 0 < made.json()["expires_in"] <= 900


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://park.example.cn", f"{PARK}.evil.com", "https://evil-park.example.cn", f"{PARK}:8443",
     "https://PARK.example.cn", f"{PARK}/", f"{PARK} x", ELSEWHERE, "https://sub.park.example.cn", "*"],
)  # fmt: skip
def test_any_other_page_is_refused_without_a_word_about_origins(page, origin):
    refused = page.open(origin)
    assert refused.status_code == 403 and cors(refused) is None
    assert refused.json()["error"]["code"] == "origin_denied"
    unknown = page.client.post("/widget/session", json={"site": "pk_unknown"}, headers={"Origin": PARK})
    assert (unknown.status_code, unknown.json(), cors(unknown)) == (403, refused.json(), None)


def test_two_origin_headers_are_none(page):
    headers = [("Origin", PARK), ("Origin", PARK)]
    refused = page.client.post("/widget/session", json={"site": page.site["site_key"]}, headers=headers)
    assert refused.status_code == 403 and cors(refused) is None


def test_a_site_without_origins_lets_nobody_in(live, page):
    empty = live.operate("site_create", origins=[])
    refused = Page(page.client, empty).open()
    assert refused.status_code == 403 and cors(refused) is None


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/widget/session", "POST"),
        ("/v1/chat/completions", "POST"),
        ("/v1/answers/ans_1", "GET"),
        ("/v1/answers/ans_1/feedback", "POST"),
    ],
)
def test_preflights_name_the_page_or_say_nothing(page, path, method):  # C49
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
    allowed = page.client.options(path, headers={"Origin": PARK, **asked})
    assert (allowed.status_code, cors(allowed), allowed.content) == (204, PARK, b"")
    assert allowed.headers["access-control-allow-methods"] == method
    assert allowed.headers["vary"] == "Origin"
    for origin in (
        "null",
        f"{PARK}.evil.com",
        "https://good.evil.com",
        "HTTPS://PARK.EXAMPLE.CN",
        f"{PARK}:1",
    ):
        denied = page.client.options(path, headers={"Origin": origin, **asked})
        assert (denied.status_code, cors(denied), denied.content) == (403, None, b"")
        assert denied.headers["vary"] == "Origin"
    wrong = page.client.options(path, headers={"Origin": PARK, "Access-Control-Request-Method": "DELETE"})
    assert (wrong.status_code, cors(wrong)) == (403, None)


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/tools", "/v1/tools/loan_rate", "/healthz", "/operator/tools"]
)
def test_other_routes_know_no_pages(page, path):
    token = page.token()
    response = page.client.request("GET", path, headers=page.headers(token))
    assert cors(response) is None and (path == "/healthz" or response.status_code in {401, 403, 405})
    assert cors(page.client.options(path, headers={"Origin": PARK})) is None


def test_errors_and_streams_are_readable_for_the_page(page, llm):  # C50
    token = page.token()
    for response in (
        page.ask(token, stream=True),
        page.ask(token, nonsense=1),
        page.ask("bg_wrong"),
        page.client.post(
            "/widget/session", content=b"{", headers={"Origin": PARK, "Content-Type": "application/json"}
        ),
        page.client.post(
            "/widget/session", content=b"a=1", headers={"Origin": PARK, "Content-Type": "text/plain"}
        ),
        page.client.get("/v1/answers/ans_none", headers=page.headers(token)),
    ):
        assert cors(response) == PARK and response.headers["vary"] == "Origin", response.status_code
    assert page.ask(token, stream=True).text.endswith("data: [DONE]\n\n")


def test_a_visitor_asks_public_knowledge_and_keeps_its_answer(page, llm):
    token = page.token()
    answer = page.ask(token).json()["bagui"]
    assert "3年" in answer["text"] and answer["citations"]
    stored = page.client.get(f"/v1/answers/{answer['id']}", headers=page.headers(token))
    assert stored.status_code == 200
    feedback = f"/v1/answers/{answer['id']}/feedback"
    given = page.client.post(
        feedback, json={"thumb": "down", "reason": "数字有误"}, headers=page.headers(token)
    )
    assert given.status_code == 200 and given.json()["reason"] == "数字有误"
    other = page.token()
    assert page.client.get(f"/v1/answers/{answer['id']}", headers=page.headers(other)).status_code == 404


def test_a_renewed_visitor_is_the_same_one_and_a_foreign_token_makes_a_new_one(live, page, llm):
    token = page.token()
    answer = page.ask(token).json()["bagui"]["id"]
    renewed = page.token(token=token)
    assert page.client.get(f"/v1/answers/{answer}", headers=page.headers(renewed)).status_code == 200
    second = Page(page.client, live.operate("site_create", origins=[PARK]))
    for stranger in (second.token(token=token), page.token(token=token[:-2]), page.token(token="bgw_x")):
        assert page.client.get(f"/v1/answers/{answer}", headers=page.headers(stranger)).status_code == 404


def test_a_visitor_sees_no_enterprise_and_no_tool(page, llm, code):
    token = page.token()
    refused = page.ask(token, bagui={"enterprise": code})
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "enterprise_not_found")
    answer = page.ask(token, f"{code}这家企业的纳税和银行流水情况怎么样").json()["bagui"]
    assert answer["tool_calls"] == [] and answer["citations"] == []
    assert answer["status"] == "needs_consent" and "登录" in answer["text"] and answer["missing"]


def test_what_a_visitor_is_told_does_not_say_who_is_a_customer(live, page, llm):
    token = page.token()
    known = live.operate("enterprises")[0]["short_name"]
    told = [page.ask(token, f"{name}的纳税情况怎么样").json()["bagui"] for name in (known, "并不存在厂")]
    assert told[0]["text"] == told[1]["text"] and told[0]["status"] == told[1]["status"] == "needs_consent"
    for name, answer in zip((known, "并不存在厂"), told, strict=True):
        assert name not in answer["text"]


def test_an_enterprise_comes_in_by_its_sites_word(page, llm, code):
    made = page.open(identity=page.identity(code))
    assert made.status_code == 200 and made.json()["enterprise"] == code
    assert page.ask(made.json()["token"]).status_code == 200


def test_one_persons_words_for_one_enterprise_are_not_seen_as_another(live, page, llm, code):
    other = next(one["code"] for one in live.operate("enterprises") if one["code"] != code)
    mine, theirs = (page.token(identity=page.identity(one)) for one in (code, other))
    answer = page.ask(mine).json()["bagui"]["id"]
    assert page.client.get(f"/v1/answers/{answer}", headers=page.headers(theirs)).status_code == 404
    again = page.token(identity=page.identity(code))
    assert page.client.get(f"/v1/answers/{answer}", headers=page.headers(again)).status_code == 200
    foreign = page.ask(mine, bagui={"enterprise": other})
    assert foreign.status_code == 404


def wrong_identities(page: Page, code: str) -> dict[str, Callable[[], str]]:
    now = int(time.time())
    good = {"sub": "u", "enterprise": code, "exp": now + 200, "jti": uuid.uuid4().hex}
    secret = page.site["identity_secret"]
    return {
        "expired": lambda: page.identity(code, exp=now - 1),
        "too long": lambda: page.identity(code, exp=now + 301 + 5),
        "for ever": lambda: page.identity(code, exp=None),
        "no jti": lambda: page.identity(code, jti=None),
        "no sub": lambda: page.identity(code, sub=None),
        "no enterprise": lambda: jwt.encode(
            {k: v for k, v in good.items() if k != "enterprise"}, secret, "HS256"
        ),
        "empty sub": lambda: page.identity(code, sub=""),
        "number jti": lambda: page.identity(code, jti=12345678),
        "nul in sub": lambda: page.identity(code, sub="a\x00b"),
        "not yet": lambda: page.identity(code, nbf=now + 100),
        "from the future": lambda: page.identity(code, iat=now + 100),
        "other secret": lambda: jwt.encode(good, "x" * 43, "HS256"),
        "site key as secret": lambda: jwt.encode(good, page.site["site_key"] + "x" * 20, "HS256"),
        "alg none": lambda: jwt.encode(good, None, "none"),
        "alg HS512": lambda: jwt.encode(good, secret + "x" * 30, "HS512"),
        "own HS512": lambda: jwt.encode(good, secret * 2, "HS512"),
        "kid path": lambda: jwt.encode(good, "z" * 43, "HS256", headers={"kid": "../../dev/null"}),
        "jwk inside": lambda: jwt.encode(
            good, "y" * 43, "HS256", headers={"jwk": {"kty": "oct", "k": "eXl5"}}
        ),
        "cut": lambda: page.identity(code)[:-3],
        "no jwt": lambda: "nonsense",
    }


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_no_other_word_is_taken(page, code):  # S16
    for name, made in wrong_identities(page, code).items():
        refused = page.open(identity=made())
        assert refused.status_code == 401, name
        assert refused.json()["error"]["code"] == "identity_refused", name
        assert cors(refused) == PARK, name


def test_an_identity_works_once(page, code):
    identity = page.identity(code)
    assert page.open(identity=identity).status_code == 200
    assert page.open(identity=identity).json()["error"]["code"] == "identity_refused"


def test_a_site_speaks_only_for_its_own_enterprise(live, page, code):
    other = next(one["code"] for one in live.operate("enterprises") if one["code"] != code)
    bound = Page(page.client, live.operate("site_create", origins=[PARK], enterprise=code))
    assert bound.open(identity=bound.identity(code)).json()["enterprise"] == code
    assert bound.open().json()["enterprise"] is None, "a visitor of a bound site is still a visitor"
    for named in (other, "91450100MA00000000", code[:10], ""):
        refused = bound.open(identity=bound.identity(named))
        assert refused.status_code in {401, 403} and "token" not in refused.text
    assert page.open(identity=bound.identity(code)).status_code == 401, "one site's word is not another's"


def test_a_token_is_good_on_its_own_page_alone(page, llm, code):  # S13 P25
    for token in (page.token(), page.token(identity=page.identity(code))):
        for origin in (ELSEWHERE, f"{PARK}.evil.com", "null"):
            replayed = page.ask(token, origin=origin)
            assert replayed.status_code == 401 and cors(replayed) is None
        twice = [("Authorization", f"Bearer {token}"), ("Origin", PARK), ("Origin", PARK)]
        assert page.client.get("/v1/answers/ans_none", headers=twice).status_code == 401
        same_origin = page.client.get("/v1/answers/ans_none", headers={"Authorization": f"Bearer {token}"})
        assert same_origin.status_code == 404, "a page's reading from its own server carries no Origin"


def test_a_token_opens_the_widgets_routes_and_no_others(page, code):
    token = page.token(identity=page.identity(code))
    for method, path in (
        ("GET", "/v1/models"),
        ("GET", "/v1/models/bagui"),
        ("GET", "/v1/tools"),
        ("POST", "/v1/tools/enterprise_portrait"),
        ("POST", "/operator/site_list"),
    ):
        response = page.client.request(
            method, path, json={} if method == "POST" else None, headers=page.headers(token)
        )
        assert response.status_code in {401, 403}, path


def test_a_forged_or_expired_token_is_nobody(live, page, code, monkeypatch):
    token = page.token()
    head, body, signature = token.split(".")
    secret = page.site["identity_secret"]
    claims = jwt.decode(token.removeprefix("bgw_"), options={"verify_signature": False})
    for forged in (
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        token.removeprefix("bgw_"),
        "bgw_" + jwt.encode(claims | {"ent": code}, secret, "HS256"),
        "bgw_" + jwt.encode(claims | {"ent": code}, None, "none"),
        "bgw_" + page.identity(code),
        live.key("rm") + "." + signature,
    ):
        assert page.ask(forged).status_code == 401
    monkeypatch.setattr("serve.callers.site_token.LIFETIME_S", -1)
    expired = page.ask(page.token())
    assert expired.status_code == 401 and cors(expired) == PARK, "its own page can see why"


def test_removing_a_site_ends_its_tokens_at_once(live, page, llm, code):
    tokens = page.token(), page.token(identity=page.identity(code))
    assert page.ask(tokens[0]).status_code == 200
    live.operate("site_remove", id=page.site["id"])
    for token in tokens:
        ended = page.ask(token)
        assert ended.status_code == 401
    assert page.open().status_code == 403


def test_a_page_may_not_open_sessions_by_a_form(page):  # S14
    body = {"site": page.site["site_key"]}
    refused = page.client.post("/widget/session", data=body, headers={"Origin": PARK})
    assert refused.status_code == 415
