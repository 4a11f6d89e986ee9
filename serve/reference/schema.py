"""The OpenAPI document, made from the operations and the types that check and make the bodies."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from serve.openai.fields import FIELDS
from serve.openai.request import ChatRequest
from serve.reference.operations import OPERATIONS, ApiOperation
from serve.reference.shapes import ChatCompletionChunk, Error

_JSON = "application/json"
_ERRORS = {
    400: "The request is wrong; `param` names the field",
    401: "The key is missing, malformed, unknown, expired or revoked",
    403: "This caller may not do this",
    404: "What was named does not exist, or not for this caller",
    406: "The client accepts neither JSON nor an event stream",
    413: "The body is over its limit",
    415: "The body is not plain `application/json`",
    500: "A fault of the program; the message carries the request id",
    502: "The configured language model failed (a plain pass only)",
    503: "Stopping, overloaded, or the database cannot serve",
}
_ACCESS = {
    "key": "Needs a key.",
    "token": "Needs a key, or the token of an embedded page.",
    "reader": "Needs the key of a developer or an admin.",
    "open": "Needs no key.",
}


@cache
def openapi() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    from importlib.metadata import version

    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bagui 八桂智融",
            "version": version("bagui"),
            "description": "Verified answers and deterministic tools for the banks of Guangxi. Errors always have "
            "one shape. Sample enterprises are fictional.",
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: ApiOperation) -> dict[str, Any]:
    name = re.sub(r"\W+", "_", f"{operation.method}{operation.path}").strip("_")
    described: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        "description": " ".join(filter(None, [_ACCESS[operation.access], operation.note])),
        "responses": {"200": _success(operation)}
        | {str(status): _error(operation, status) for status in operation.statuses},
    }
    if operation.path == "/mcp":
        described["responses"]["202"] = {"description": "A notification, taken", "content": {}}
    if operation.access == "open":
        described["security"] = []
    if names := re.findall(r"{(\w+)}", operation.path):
        described["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if operation.receives:
        content: dict[str, Any] = {"schema": _one_of([_ref(model) for model in operation.receives])}
        if operation.example is not None:
            content["example"] = operation.example
        described["requestBody"] = {"required": True, "content": {_JSON: content}}
    return described


def _success(operation: ApiOperation) -> dict[str, Any]:
    if operation.sends is None:
        schema = {"type": "object"} if operation.media == _JSON else {"type": "string"}
        return {"description": operation.summary, "content": {operation.media: {"schema": schema}}}
    content: dict[str, Any] = {operation.media: {"schema": _ref(operation.sends)}}
    if ChatRequest in operation.receives:
        content["text/event-stream"] = {
            "schema": {
                "type": "string",
                "description": "Lines `data: {ChatCompletionChunk}` and last `data: [DONE]`; `: ping` during silence; "
                "a stream that cannot go on says `data: {Error}` first.",
            },
            "x-itemSchema": _one_of([_ref(ChatCompletionChunk), _ref(Error)]),
        }
    return {"description": operation.summary, "content": content}


def _error(operation: ApiOperation, status: int) -> dict[str, Any]:
    schema = _ref(Error)
    if operation.path == "/mcp" and operation.sends is not None and status in {400, 404, 406}:
        schema = _one_of([schema, _ref(operation.sends)])
    if operation.path == "/readyz" and operation.sends is not None and status == 503:
        schema = _one_of([_ref(operation.sends), schema])
    content = {_JSON: {"schema": schema}}
    if operation.media == "text/html" and operation.access == "reader":
        content["text/html"] = {"schema": {"type": "string"}}
    return {"description": _ERRORS[status], "content": content}


def _schemas() -> dict[str, Any]:
    """Bodies that come in as they are checked, those that go out as they are sent."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (Error, "serialization"),
        (ChatCompletionChunk, "serialization"),
    ]
    for operation in OPERATIONS:
        models.extend((model, "validation") for model in operation.receives)
        if operation.sends is not None:
            models.append((operation.sends, "serialization"))
    _, schema = models_json_schema(list(dict.fromkeys(models)), ref_template="#/components/schemas/{model}")
    found = schema["$defs"]
    _tell_fields(found[ChatRequest.__name__]["properties"])
    return dict(sorted(found.items()))


def _tell_fields(properties: dict[str, Any]) -> None:
    """What becomes of each field of a chat request. A refused one may be sent with its default."""
    for field in FIELDS:
        if field.treatment == "refused":
            properties[field.name] = {"enum": list(field.default)}
        properties[field.name]["description"] = f"{field.treatment}: {field.note}"


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _one_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
