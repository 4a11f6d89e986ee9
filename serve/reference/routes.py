"""`/openapi.json` and `/docs`: for developers and admins, since a stranger need not know what there is."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from assistant.conversation import Locale, locale_of
from assistant.errors import Forbidden, Unauthenticated
from assistant.principal import Principal
from serve.callers.auth import Authenticator
from serve.reference.page import POLICY, key_page, reference_page
from serve.reference.schema import openapi
from serve.texts import Texts, texts


def routes(allow: Authenticator) -> APIRouter:
    router = APIRouter()
    caller_of = allow("chat")
    caller = Depends(caller_of)

    @router.get("/openapi.json")
    async def document(principal: Principal = caller) -> Response:
        _check_reader(principal)
        return JSONResponse(openapi(), headers={"Cache-Control": "no-store"})

    @router.get("/docs")
    async def page(request: Request) -> Response:
        """With the key in its header, the page; a browser, which cannot send one, is asked for it."""
        if "authorization" not in request.headers and "text/html" in request.headers.get("accept", ""):
            return _html(key_page(_texts(request)), 401)
        _check_reader(await caller_of(request))
        return _html(reference_page(openapi(), _texts(request)))

    @router.post("/docs")
    async def opened(request: Request) -> Response:
        """A browser's form. The key is checked as if it stood in the header, and not kept."""
        words = _texts(request)
        key = _key_in(await request.body())
        shown = Request({**request.scope, "headers": [(b"authorization", b"Bearer " + key)]})
        try:
            _check_reader(await caller_of(shown))
        except (Unauthenticated, Forbidden) as error:
            return _html(key_page(words, problem=words("reference_refused")), error.http)
        return _html(reference_page(openapi(), words))

    return router


def _check_reader(principal: Principal) -> None:
    if principal.role not in {"developer", "admin"}:
        raise Forbidden("接口文档只供开发者和管理员查看", code="scope_missing")


def _key_in(form: bytes) -> bytes:
    try:
        return parse_qs(form, max_num_fields=2).get(b"key", [b""])[0]
    except ValueError:
        return b""


def _texts(request: Request) -> Texts:
    """In English where the browser asks for it first, else in Chinese."""
    language: Locale = locale_of(request.headers.get("accept-language"))
    return texts(language)


def _html(page: str, status: int = 200) -> Response:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="bagui"'
    return HTMLResponse(page, status_code=status, headers=headers)
