"""The way in to `/workbench`: sign-in before anything else, and no more of Gradio than the page needs."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from assistant.conversation import Locale, locale_of
from assistant.errors import BaguiError, InvalidRequest, NotFound, Unauthenticated
from assistant.principal import Principal
from serve.callers.sign_in import LONGEST_S, SignIns, TooManyAttempts
from serve.desk.desk import Desk
from serve.http.errors import error_response
from serve.server_state import ServerState
from serve.texts import texts
from serve.workbench.pages import Pages
from serve.workbench.sign_in_page import sign_in_page

PATH = "/workbench"
COOKIE = "bagui_session"
LANGUAGE_COOKIE = "bagui_language"
_FORM_LIMIT = 4_000
_PUBLIC_FILES = {"/sign-in.css": "text/css", "/mark.svg": "image/svg+xml"}
# What the page itself asks for. Everything else that Gradio offers (uploads, files, proxy, API pages,
# monitoring) is not reachable.
_GRADIO = (
    "/assets/", "/static/", "/svelte/", "/theme.css", "/config", "/gradio_api/queue/", "/gradio_api/heartbeat/",
    "/gradio_api/startup-events", "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/app_id",
    "/gradio_api/component_server", "/gradio_api/login_check",
)  # fmt: skip
_SIGN_IN_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# Gradio starts with inline scripts and compiles its templates; nothing may come from or go to another host.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
)


class Entry:
    """The ASGI application under `/workbench`."""

    def __init__(self, state: ServerState, sign_ins: SignIns, desk: Desk, pages: Pages) -> None:
        self._state = state
        self._sign_ins = sign_ins
        self._desk = desk
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = scope["path"].removeprefix(PATH) or "/"
        try:
            answer = await self._answer(request, path)
        except BaguiError as error:
            answer = error_response(error)
        if answer is None:
            await self._page(scope, receive, send)
            return
        answer.headers.setdefault("content-security-policy", _SIGN_IN_POLICY)
        answer.headers.setdefault("cache-control", "no-store")
        answer.headers.setdefault("referrer-policy", "same-origin")
        await answer(scope, receive, send)

    async def _answer(self, request: Request, path: str) -> Response | None:
        """The response of our own to this request; `None` hands it to the page."""
        if path in _PUBLIC_FILES and request.method == "GET":
            file = Path(__file__).with_name(path[1:])
            return FileResponse(
                file, media_type=_PUBLIC_FILES[path], headers={"cache-control": "max-age=3600"}
            )
        if path == "/language":
            return _choose_language(request)
        if request.method == "POST":
            _check_origin(request)
        if path == "/sign-in":
            return await self._sign_in(request)
        try:
            user = await self._sign_ins.user(_cookies(request).get(COOKIE, ""))
        except Unauthenticated as error:
            return _turn_away(request, path, error)
        if path == "/sign-out" and request.method == "POST":
            return await self._sign_out(request)
        if path.startswith("/export/") and request.method == "GET":
            return await self._export(path, user.principal, request)
        if path != "/" and not path.startswith(_GRADIO):
            raise NotFound("没有这个地址")
        request.scope["bagui_user"] = user.id
        return None

    async def _sign_in(self, request: Request) -> Response:
        language = _language(request)
        demo = self._state.settings.demo
        self._pages.warm(language)
        if request.method != "POST":
            return HTMLResponse(sign_in_page(texts(language), demo=demo))
        form = _form(await _body(request))
        name, password = (form.get(field, [""])[0] for field in ("name", "password"))
        client = request.client.host if request.client else ""
        try:
            token = await self._sign_ins.sign_in(name, password, client)
        except (Unauthenticated, TooManyAttempts) as error:
            shown = sign_in_page(
                texts(language),
                problem=texts(language).error(error.code, error.message),
                name=name[:60],
                demo=demo,
            )
            return HTMLResponse(shown, status_code=error.http)
        answer = RedirectResponse(f"{PATH}/", status_code=303)
        answer.set_cookie(
            COOKIE, token, max_age=LONGEST_S, path=PATH, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    async def _sign_out(self, request: Request) -> Response:
        await self._sign_ins.sign_out(_cookies(request).get(COOKIE, ""))
        answer = RedirectResponse(f"{PATH}/sign-in", status_code=303)
        answer.delete_cookie(COOKIE, path=PATH)
        return answer

    async def _export(self, path: str, principal: Principal, request: Request) -> Response:
        from serve.export.export import export_answer, export_conversation

        kind, _, identity = path.removeprefix("/export/").partition("/")
        words = texts(_language(request))
        if kind == "answer":
            made = export_answer(await self._desk.turn(principal, identity), words)
        elif kind == "conversation":
            made = export_conversation(await self._desk.turns(principal, identity), words)
        else:
            raise NotFound("没有这个地址")
        return Response(
            made.content,
            media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            headers={"content-disposition": f'attachment; filename="{made.name}"', "x-ai-generated": "1"},
        )

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = await self._pages.page(_language(Request(scope)))

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [
                    (b"content-security-policy", _PAGE_POLICY.encode()),
                    (b"referrer-policy", b"same-origin"),
                ]
                message = {**message, "headers": [*message.get("headers", []), *own]}
            await send(message)

        inner = {**scope, "root_path": scope.get("app_root_path", ""), "app_root_path": ""}
        await page(inner, receive, send_guarded)


def _turn_away(request: Request, path: str, error: Unauthenticated) -> Response:
    if path == "/" and request.method == "GET":
        return RedirectResponse(f"{PATH}/sign-in", status_code=303)
    return JSONResponse(error.body(), status_code=401)


def _choose_language(request: Request) -> Response:
    wanted = locale_of(request.query_params.get("to"))
    answer = RedirectResponse(f"{PATH}/", status_code=303)
    answer.set_cookie(
        LANGUAGE_COOKIE, wanted, max_age=31_536_000, path=PATH, httponly=True, samesite="strict"
    )
    return answer


def _language(request: Request) -> Locale:
    """The language chosen, else the browser's first where it is English, else Chinese."""
    chosen = _cookies(request).get(LANGUAGE_COOKIE) or request.headers.get("accept-language", "")[:2].lower()
    return locale_of(chosen)


def _cookies(request: Request) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    jar.load(request.headers.get("cookie", ""))
    return {name: morsel.value for name, morsel in jar.items()}


def _check_origin(request: Request) -> None:
    """A form or a call from a page of another origin is refused, whatever cookies it carries."""
    origin = request.headers.get("origin")
    same = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    site = request.headers.get("sec-fetch-site")
    if not same or site not in {None, "same-origin", "none"}:
        raise InvalidRequest("请求来自其他网站，已拒绝", code="foreign_origin")


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=5)
    except ValueError as error:
        raise InvalidRequest("表单字段过多", code="form_too_large") from error


async def _body(request: Request) -> bytes:
    taken = b""
    async for part in request.stream():
        taken += part
        if len(taken) > _FORM_LIMIT:
            raise InvalidRequest("表单过长", code="form_too_large")
    return taken
