"""Requests made from the document, well formed and not: no fault of the program, nothing the document does not say."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from reference_check import DOCUMENT, check

ORIGIN = "https://park.example.cn"
CASES = [
    (method.upper(), path, mode)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    for mode in ("positive", "negative")
    # Where nothing is sent, nothing can be sent wrong.
    if mode == "positive" or "requestBody" in operation
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_any_request(live, llm, method, path, mode):
    import schemathesis
    from schemathesis.core import NOT_SET

    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]
    cases = operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode))
    everything = list(HealthCheck)

    with live.client("admin") as client:

        @settings(
            max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=everything
        )
        @given(case=cases)
        def ask(case) -> None:
            headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
            if path.startswith("/widget"):
                headers["Origin"] = ORIGIN
            if case.body is NOT_SET:
                content = b""
            else:
                content = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
            response = client.request(method, case.formatted_path, content=content, headers=headers)
            assert check(response, path).status_code < 500

        ask()
