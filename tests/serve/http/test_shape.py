"""Whatever goes wrong, the answer has the contract's shape and the shell's headers."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from serve.http.errors import install
from serve.http.middleware import DrainGate, RequestShell
from serve.process.drain import Drain


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/v1/chat/completions/", 404, "not_found"),
        ("GET", "/v1//models", 404, "not_found"),
        ("GET", "/redoc", 404, "not_found"),
        ("GET", "/docs", 403, "scope_missing"),
        ("GET", "/openapi.json", 403, "scope_missing"),
        ("GET", "/v1/embeddings", 405, "method_not_allowed"),
        ("POST", "/v1/responses", 404, "not_found"),
        ("PUT", "/v1/models", 405, "method_not_allowed"),
        ("GET", "/v1/chat/completions", 405, "method_not_allowed"),
    ],
)
def test_wrong_addresses_and_methods(live, method, path, status, code):  # C51
    with live.client() as client:
        response = client.request(method, path)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert response.headers["x-request-id"].startswith("req_")
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_bug_shows_a_request_id_and_nothing_of_the_inside(caplog):
    app = FastAPI()
    install(app)
    app.add_middleware(RequestShell)

    @app.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError("the inside")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        response = await client.get("/bug")
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal_error")
    assert response.headers["x-request-id"] in response.text
    assert "the inside" not in response.text
    assert any(record.exc_info for record in caplog.records)


async def test_draining_refuses_what_is_new_and_waits_for_what_runs():
    drain = Drain(limit_s=0.05)
    app = FastAPI()
    app.add_middleware(DrainGate, drain=drain)

    entered = asyncio.Event()

    @app.get("/v1/x")
    async def slow() -> dict:
        entered.set()
        await drain.expired.wait()
        return {}

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        running = asyncio.create_task(client.get("/v1/x"))
        await entered.wait()
        stopping = asyncio.create_task(drain.finish())
        await asyncio.sleep(0)
        refused = await client.get("/v1/x")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "shutting_down")
        assert refused.headers["retry-after"]
        await stopping
        assert (await running).status_code == 200
