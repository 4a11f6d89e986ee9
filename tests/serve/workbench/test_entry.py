"""The way in: who gets past it, with what, and what of Gradio lies behind it."""

from __future__ import annotations

import re
import time

import httpx
import pytest

CLOSED = [
    "/gradio_api/upload", "/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/file=/etc/passwd", "/gradio_api/info",
    "/gradio_api/file=../../../etc/passwd", "/gradio_api/openapi.json", "/gradio_api/call/ask", "/gradio_api/api/ask",
    "/gradio_api/run/ask", "/gradio_api/runs", "/gradio_api/vibe-edit/", "/gradio_api/deep_link", "/monitoring",
    "/monitoring/summary", "/login", "/token", "/gradio_api/token", "/custom_component/x/y/z/a.js", "/pwa_icon",
    "/manifest.json", "/gradio_api/stream/x", "/../v1/models", "/export/secret/x",
]  # fmt: skip


def browser(live) -> httpx.Client:
    return httpx.Client(base_url=live.url, trust_env=False, timeout=60)


def credentials(live) -> dict[str, str]:
    held = live.state.demo.workbench
    return {"name": held["user"], "password": held["password"]}


@pytest.fixture
def inside(live):
    with browser(live) as client:
        answer = client.post("/workbench/sign-in", data=credentials(live))
        assert answer.status_code == 303, answer.text
        yield client


def test_a_stranger_is_led_to_the_sign_in_page(live):
    with browser(live) as client:
        first = client.get("/workbench")
        assert (first.status_code, first.headers["location"]) == (307, "/workbench/")
        second = client.get("/workbench/")
        assert (second.status_code, second.headers["location"]) == (303, "/workbench/sign-in")
        page = client.get("/workbench/sign-in")
        assert page.status_code == 200 and "<script" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")


@pytest.mark.parametrize(
    "path",
    [
        "/config",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/assets/index.js",
        "/export/answer/ans_1",
        *CLOSED,
    ],
)
def test_nothing_is_open_before_signing_in(live, path):
    with browser(live) as client:
        assert client.get(f"/workbench{path}").status_code in {401, 404, 405}


@pytest.mark.parametrize("path", CLOSED)
def test_what_the_page_does_not_need_is_not_there(inside, path):
    for method in ("GET", "POST"):
        assert inside.request(method, f"/workbench{path}").status_code in {401, 404, 405}, method


def test_the_page_is_served_under_a_policy_of_its_own(live, inside):
    page = inside.get("/workbench/")
    assert page.status_code == 200
    policies = page.headers.get_list("content-security-policy")
    assert len(policies) == 1 and "connect-src 'self'" in policies[0]
    assert page.headers["x-frame-options"] == "DENY"
    hosts = set(re.findall(r"https?://([^/\"'\\ ]+)", page.text)) - {live.url.removeprefix("http://")}
    assert not {host for host in hosts if re.search(rf"(src|href)=.https?://{re.escape(host)}", page.text)}
    config = inside.get("/workbench/config").json()
    assert config["analytics_enabled"] is False and not config.get("footer_links")
    assert {"chatbot", "datetime", "plot"} <= {component["type"] for component in config["components"]}


def test_the_session_cookie_is_for_this_path_and_not_for_scripts(live):
    with browser(live) as client:
        cookie = client.post("/workbench/sign-in", data=credentials(live)).headers["set-cookie"]
        for wanted in ("HttpOnly", "Path=/workbench", "SameSite=strict"):
            assert wanted in cookie
        assert credentials(live)["password"] not in cookie
        assert client.post("/workbench/sign-out").status_code == 303
        assert client.get("/workbench/config").status_code == 401


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(live, inside, headers):
    with browser(live) as client:
        answer = client.post("/workbench/sign-in", data=credentials(live), headers=headers)
        assert answer.status_code == 400 and "set-cookie" not in answer.headers
    assert inside.post("/workbench/sign-out", headers=headers).status_code == 400
    assert inside.post("/workbench/gradio_api/queue/join", json={}, headers=headers).status_code == 400


def test_wrong_and_unknown_read_the_same_over_http(live):
    with browser(live) as client:
        said = []
        for name in (credentials(live)["name"], "nobody-at-all"):
            answer = client.post("/workbench/sign-in", data={"name": name, "password": "not the password"})
            assert answer.status_code == 401
            said.append(answer.text.replace(f'value="{name}"', ""))
    assert said[0] == said[1] and "用户名或密码不正确" in said[0]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"name=" + b"a" * 5_000, b"name=%00&password=%00", b"a=1&" * 900]
)
def test_an_odd_form_is_refused_in_one_line(live, content):
    with browser(live) as client:
        begun = time.monotonic()
        answer = client.post("/workbench/sign-in", content=content)
        assert answer.status_code in {400, 401} and "set-cookie" not in answer.headers
        assert time.monotonic() - begun < 5


def test_the_name_typed_comes_back_escaped(live):
    with browser(live) as client:
        answer = client.post(
            "/workbench/sign-in", data={"name": '"><script>x</script>', "password": "p" * 12}
        )
    assert "<script>" not in answer.text


def test_a_language_is_kept_and_an_odd_one_is_chinese(live):
    with browser(live) as client:
        client.get("/workbench/language?to=en")
        assert "Sign in to the workbench" in client.get("/workbench/sign-in").text
        client.get("/workbench/language?to=//evil.example")
        assert "登录工作台" in client.get("/workbench/sign-in").text


def test_exports_are_the_askers_own(live, inside):
    with live.client("rm") as client:
        body = {"model": "bagui", "messages": [{"role": "user", "content": "流动资金贷款期限最长几年？"}]}
        other = client.post("/v1/chat/completions", json=body).json()["bagui"]
    assert inside.get(f"/workbench/export/answer/{other['id']}").status_code == 404
    assert inside.get(f"/workbench/export/conversation/{other['conversation']}").status_code == 404
