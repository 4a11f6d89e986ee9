"""Who may call what: every route, every role, every wrong key."""

from __future__ import annotations

import asyncio

import pytest
from starlette.routing import Mount

from assistant.store import keys

OPEN = {
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/workbench"),
    ("GET", "/widget.js"), ("GET", "/widget/demo"), ("POST", "/widget/session"),
}  # fmt: skip
OPERATOR = "/operator/{operation}"
FORM = ("POST", "/docs")  # brings its key in the body: tests/serve/test_reference.py
# What each role may do; a route that is missing here fails the test below.
SCOPES = {
    ("GET", "/v1/models"): {"rm", "enterprise", "developer", "admin"},
    ("GET", "/v1/models/{name:path}"): {"rm", "enterprise", "developer", "admin"},
    ("POST", "/v1/chat/completions"): {"rm", "enterprise", "developer", "admin"},
    ("POST", "/v1/embeddings"): {"rm", "enterprise", "developer", "admin"},
    ("POST", "/mcp"): {"rm", "enterprise", "developer", "admin"},
    ("GET", "/openapi.json"): {"developer", "admin"},
    ("GET", "/docs"): {"developer", "admin"},
    ("GET", "/v1/tools"): {"rm", "enterprise", "developer", "admin"},
    ("POST", "/v1/tools/{name}"): {"rm", "enterprise", "developer", "admin"},
    ("GET", "/v1/answers/{answer_id}"): {"rm", "enterprise", "developer", "admin"},
    ("POST", "/v1/answers/{answer_id}/feedback"): {"rm", "enterprise", "developer", "admin"},
}


def routes(live):
    from serve.app import create_app

    found = set()

    def walk(items):
        for route in items:
            if hasattr(route, "methods"):
                found.update((method, route.path) for method in (route.methods or {"POST"}) - {"HEAD"})
            elif not isinstance(route, Mount):  # the workbench has a door of its own: tests/serve/workbench
                walk(getattr(route, "routes", None) or route.original_router.routes)

    walk(create_app(live.settings).routes)
    return found


def test_every_route_has_a_policy(live):
    assert routes(live) - OPEN - {("POST", OPERATOR), FORM} == set(SCOPES)


@pytest.mark.parametrize("role", ["rm", "enterprise", "developer", "admin", "auditor"])
def test_routes_are_closed_to_roles_without_the_scope(live, role):
    with live.client(role) as client:
        for (method, path), roles in SCOPES.items():
            address = path.replace("{name:path}", "bagui").replace("{name}", "x").replace("{answer_id}", "x")
            status = client.request(method, address, json={} if method == "POST" else None).status_code
            assert (status == 403) == (role not in roles), (method, path, status)


def test_without_a_key_nothing_but_health_answers(live):
    with live.client(None) as client:
        for method, path in routes(live) - OPEN:
            response = client.request(method, path.replace("{", "").replace("}", ""), json={})
            assert response.status_code == 401, path
            assert response.headers["www-authenticate"].startswith("Bearer")
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code == 200


def test_wrong_keys_all_read_the_same(live):  # C36 C37
    good = live.key("rm")

    async def made_and_revoked() -> str:
        async with live.state.bagui.store.writing() as session:
            new = await keys.create_key(session, tenant="bank", role="rm")
            await keys.revoke_key(session, new.key.id, tenant="bank")
            return new.token

    revoked = asyncio.run(made_and_revoked())
    bodies = set()
    with live.client(None) as client:
        for header in (
            None, "", "Bearer", f"Basic {good}", f"Bearer {good}x", f"Bearer {good[:-1]}",
            f"Bearer {good[:30]}{revoked[30:]}", f"Bearer {revoked}", "Bearer ' OR '1'='1", f"Bearer {'a' * 9000}",
        ):  # fmt: skip
            headers = {} if header is None else {"Authorization": header}
            response = client.get("/v1/models", headers=headers)
            assert response.status_code == 401, header
            bodies.add(response.text)
        for other in ({"x-api-key": good}, {"cookie": f"key={good}"}):
            assert client.get("/v1/models", headers=other).status_code == 401
        assert client.get(f"/v1/models?api_key={good}").status_code == 401
        twice = [("Authorization", f"Bearer {good}")] * 2
        assert client.get("/v1/models", headers=twice).status_code == 401
        assert client.get("/v1/models", headers={"Authorization": f"bearer {good}"}).status_code == 200
    assert len(bodies) == 1


def test_a_key_is_gone_at_the_next_request_after_revoking(live):
    async def change(action):
        async with live.state.bagui.store.writing() as session:
            return await action(session)

    new = asyncio.run(change(lambda session: keys.create_key(session, tenant="bank", role="developer")))
    headers = {"Authorization": f"Bearer {new.token}"}
    with live.client(None) as client:
        assert client.get("/v1/models", headers=headers).status_code == 200
        asyncio.run(change(lambda session: keys.revoke_key(session, new.key.id, tenant="bank")))
        assert client.get("/v1/models", headers=headers).status_code == 401


def test_an_access_key_is_no_operator_token(live):
    with live.client("admin") as client:
        assert client.post("/operator/key_list", json={}).status_code == 401


def test_demo_keys_lie_in_a_private_file(live):
    path = live.settings.home_path / "demo.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert live.key("admin") in path.read_text()
