"""Holds real responses to the OpenAPI document."""

from __future__ import annotations

import json
import re

import httpx
from jsonschema import Draft202012Validator

from serve.reference.schema import openapi

DOCUMENT = openapi()


def validator(schema: dict) -> Draft202012Validator:
    whole = {**schema, "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def named(name: str) -> Draft202012Validator:
    return validator({"$ref": f"#/components/schemas/{name}"})


def described(method: str, path: str) -> dict:
    """The operation of the document that a real address belongs to."""
    for template, item in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path) and method.lower() in item:
            return item[method.lower()]
    raise AssertionError(f"{method} {path} is not in the document")


def check(response: httpx.Response, path: str | None = None) -> httpx.Response:
    """Holds a real response to the document: status, media type, body. `path` is the document's, if known."""
    method = response.request.method
    operation = (
        DOCUMENT["paths"][path][method.lower()] if path else described(method, response.request.url.path)
    )
    assert str(response.status_code) in operation["responses"], (response.request.url, response.status_code)
    content = operation["responses"][str(response.status_code)]["content"]
    if not content:
        assert not response.content
        return response
    media = response.headers["content-type"].split(";")[0]
    assert media in content, (response.request.url, media)
    if media == "application/json":
        validator(content[media]["schema"]).validate(response.json())
    if media == "text/event-stream":
        *events, last = re.findall(r"^data: (.*)$", response.text, re.MULTILINE)
        assert last == "[DONE]"
        for event in events:
            validator(content[media]["x-itemSchema"]).validate(json.loads(event))
    return response
