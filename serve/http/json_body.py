"""A request body as JSON that is safe to keep: strict UTF-8, finite numbers, no NUL, no lone surrogates."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from assistant.errors import InvalidRequest

MAX_DEPTH = 64
Model = TypeVar("Model", bound=BaseModel)


class UnsupportedMedia(InvalidRequest):
    """The body is not sent as `application/json`, or is compressed."""

    http, default_code = 415, "unsupported_media_type"


def _constant(name: str) -> NoReturn:
    raise InvalidRequest(f"请求体中的 {name} 不是合法的 JSON 数值", code="invalid_json")


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise InvalidRequest(f"数值 {text[:20]} 超出范围", code="invalid_json")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidRequest("请求体中有重复的键", code="invalid_json")
    return found


def parse_json(raw: bytes) -> Any:
    """The value of a JSON text. Whatever is wrong with it is an `InvalidRequest` (`invalid_json`)."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest("请求体不是合法的 UTF-8 文本", code="invalid_json") from error
    try:
        value = json.loads(text, parse_constant=_constant, parse_float=_number, object_pairs_hook=_object)
    except RecursionError as error:
        raise InvalidRequest("请求体嵌套过深", code="invalid_json") from error
    except ValueError as error:  # JSONDecodeError, and integers of thousands of digits
        raise InvalidRequest("请求体不是合法的 JSON", code="invalid_json") from error
    check_value(value)
    return value


def check_value(value: Any) -> None:
    """Refuses texts that no database keeps alike (NUL, lone surrogates) and nesting beyond `MAX_DEPTH`."""
    level, depth = [value], 0
    while level:
        if depth > MAX_DEPTH:
            raise InvalidRequest("请求体嵌套过深", code="invalid_json")
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                below.extend(item.keys())
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level, depth = below, depth + 1


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise InvalidRequest("文本中含有空字符（U+0000）", code="invalid_text")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidRequest("文本中含有不成对的代理字符", code="invalid_text") from error


async def read_json(request: Request) -> Any:
    """The body of a request. Anything but plain `application/json` is refused before it is read."""
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media != "application/json":
        raise UnsupportedMedia("请以 Content-Type: application/json 提交请求体")
    if request.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
        raise UnsupportedMedia("不接受压缩的请求体")
    return parse_json(await request.body())


def validated(model: type[Model], value: Any) -> Model:
    """`value` as a `model`; the first thing wrong becomes an `InvalidRequest` that names its path."""
    if not isinstance(value, dict):
        raise InvalidRequest("请求体必须是一个 JSON 对象", code="invalid_json")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(error) from error


def invalid(error: ValidationError) -> InvalidRequest:
    """The first complaint of pydantic as our error: `messages[0].content` and why."""
    first = error.errors(include_url=False, include_input=False)[0]
    param = ""
    for part in first["loc"]:
        if isinstance(part, int):
            param += f"[{part}]"
        elif not part.startswith(("function-", "tagged-", "constrained-")) and part not in {"str", "list"}:
            param += f".{part}" if param else part
    code = {"extra_forbidden": "unknown_parameter", "missing": "missing_parameter"}.get(
        first["type"], "invalid_value"
    )
    return InvalidRequest(f"{param or '请求体'}：{first['msg']}", code=code, param=param or None)
