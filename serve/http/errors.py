"""Every error of the HTTP surface in the contract's one shape."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from assistant.errors import BaguiError, Unauthenticated
from serve.http.cors import cors_headers
from serve.http.middleware import shell_headers

_log = logging.getLogger("bagui.serve")

_BY_STATUS = {
    401: ("authentication_error", "invalid_api_key", "缺少有效的访问密钥"),
    404: ("invalid_request_error", "not_found", "没有这个地址"),
    405: ("invalid_request_error", "method_not_allowed", "这个地址不支持该请求方法"),
}


def error_body(
    message: str, kind: str, code: str, param: str | None = None
) -> dict[str, dict[str, str | None]]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def internal_error(identity: str) -> dict[str, dict[str, str | None]]:
    """What a caller is told of a programmer's error: the request's id."""
    return error_body(f"服务内部错误，请求编号 {identity}", "server_error", "internal_error")


def error_response(error: BaguiError) -> Response:
    """A `BaguiError` over HTTP; 401 says how to authenticate, 503 and 429 when to come back."""
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="bagui"'
    if error.http in {429, 503}:
        headers["Retry-After"] = "2"
    return JSONResponse(error.body(), status_code=error.http, headers=headers)


async def _on_bagui_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, BaguiError)
    if error.http >= 500:
        _log.error("request failed", extra={"code": error.code, "request_id": request_id(request)})
    return error_response(error)


async def _on_http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind, code, message = _BY_STATUS.get(
        error.status_code, ("invalid_request_error", "invalid_request", "请求无法处理")
    )
    return JSONResponse(
        error_body(message, kind, code), status_code=error.status_code, headers=dict(error.headers or {})
    )


async def _on_validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    param = ".".join(str(part) for part in first["loc"][1:]) or None
    body = error_body(f"{param}：{first['msg']}", "invalid_request_error", "invalid_value", param)
    return JSONResponse(body, status_code=422)


async def _on_bug(request: Request, error: Exception) -> Response:
    """A programmer's error: the log has the traceback, the caller a request id and nothing of the inside."""
    identity = request_id(request)
    _log.error("unexpected error", exc_info=error, extra={"request_id": identity})
    body = internal_error(identity)
    # This response is sent outside the middleware, so it brings the headers along.
    headers = {name.decode(): value.decode() for name, value in cors_headers(request.scope)}
    return JSONResponse(body, status_code=500, headers=shell_headers(identity) | headers)


def request_id(request: Request) -> str:
    return str(request.scope.get("bagui_request_id", ""))


def install(app: FastAPI) -> None:
    app.add_exception_handler(BaguiError, _on_bagui_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(Exception, _on_bug)
