"""The reference as a page: plain HTML and one style, no script, nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from typing import Any

from serve.texts import Texts

_STYLE = """
:root { --ink: #1d2b36; --quiet: #5d6f7c; --green: #0f5c5c; --line: #dfe6ea; --paper: #f3f5f6; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.65 "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
main { width: min(960px, calc(100vw - 32px)); margin: 40px auto; }
h1 { margin: 0; font-size: 28px; } h2 { margin: 40px 0 12px; font-size: 20px; }
section, form { margin: 12px 0; padding: 18px 24px; background: #fff; border: 1px solid var(--line); border-radius: 8px; }
form { width: min(420px, 100%); display: grid; gap: 10px; }
h3 { margin: 0 0 6px; font-size: 16px; } code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 13px; }
pre { overflow-x: auto; padding: 10px 12px; background: var(--paper); border-radius: 6px; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; }
td { padding: 5px 12px 5px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td:first-child { width: 1%; padding-right: 20px; white-space: nowrap; } p { margin: 6px 0; } .quiet { color: var(--quiet); }
b.method { display: inline-block; min-width: 46px; color: var(--green); } a { color: var(--green); }
input { padding: 10px 12px; font: inherit; border: 1px solid #c7d2d9; border-radius: 6px; }
button { padding: 10px; font: inherit; font-weight: 600; color: #fff; background: var(--green); border: 0; border-radius: 6px; }
.problem { padding: 9px 12px; border-left: 3px solid #b3261e; background: #fdf1f0; color: #8c1d18; }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def key_page(texts: Texts, *, problem: str = "") -> str:
    """What a browser gets that brings no key: a form to send one."""
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return _page(
        texts,
        f"""<form method="post" action="/docs">{alert}<label for="key">{escape(texts("reference_key"))}</label>
<input id="key" name="key" type="password" autocomplete="off" required maxlength="200" autofocus>
<button type="submit">{escape(texts("reference_open"))}</button></form>""",
    )


def reference_page(document: dict[str, Any], texts: Texts) -> str:
    """The whole document."""
    operations = "".join(
        _operation(method, path, described)
        for path, item in document["paths"].items()
        for method, described in item.items()
    )
    schemas = "".join(_schema(name, item) for name, item in document["components"]["schemas"].items())
    lead = f'<p class="quiet">{escape(document["info"]["description"])}</p>'
    errors = _table([(status, _prose(told)) for status, told in sorted(_errors(document).items())])
    return _page(
        texts,
        f"{lead}<h2>Operations</h2>{operations}<h2>Errors</h2><section>{errors}</section><h2>Schemas</h2>{schemas}",
    )


def _errors(document: dict[str, Any]) -> dict[str, str]:
    """What each error status means, whichever operation it comes from."""
    return {
        status: response["description"]
        for item in document["paths"].values()
        for described in item.values()
        for status, response in described["responses"].items()
        if status >= "400"
    }


def _page(texts: Texts, inside: str) -> str:
    language = "zh-CN" if texts.language == "zh" else "en"
    title = escape(f"{texts('brand')} · {texts('reference_title')}")
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>{inside}</main></body></html>"""


def _operation(method: str, path: str, described: dict[str, Any]) -> str:
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    rows = [("path", _code(one["name"])) for one in described.get("parameters", [])]
    if body:
        rows.append(("body", _type(body["schema"])))
    plain = [status for status, response in described["responses"].items() if response["content"] == _ERROR]
    rows += [
        (status, f"{_prose(response['description'])} {_contents(response['content'])}")
        for status, response in described["responses"].items()
        if status not in plain
    ]
    rows.append(("errors", f"{' '.join(plain)} {_contents(_ERROR)}"))
    example = f"<pre>{_json(body['example'])}</pre>" if "example" in body else ""
    return (
        f'<section id="{described["operationId"]}"><h3><b class="method">{method.upper()}</b> {_code(path)}</h3>'
        f"<p>{escape(described['summary'])}. <span class='quiet'>{_prose(described['description'])}</span></p>"
        f"{example}{_table(rows)}</section>"
    )


def _contents(content: dict[str, Any]) -> str:
    return ", ".join(
        f"{_code(media)} {_type(item.get('x-itemSchema', item['schema']))}" for media, item in content.items()
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", []))
    rows = [
        (
            f"{_code(field)}{' *' if field in required else ''}",
            f"{_type(item)} <span class='quiet'>{_prose(item.get('description', ''))}</span>",
        )
        for field, item in schema.get("properties", {}).items()
    ]
    about = _prose(schema.get("description", ""))
    return f'<section id="{name}"><h3>{name}</h3><p class="quiet">{about}</p>{_table(rows)}</section>'


def _type(schema: dict[str, Any]) -> str:
    """A type in few words, with links to the schemas it names."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f'<a href="#{name}">{name}</a>'
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " | ".join(_type(item) for item in schema[key])
    if "const" in schema or "enum" in schema:
        return " | ".join(
            _code(json.dumps(value, ensure_ascii=False))
            for value in schema.get("enum", [schema.get("const")])
        )
    kind = str(schema.get("format") or schema.get("type") or "any")
    if kind == "array":
        return f"[{_type(schema.get('items', {}))}]"
    bounds = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "minLength": "length ≥",
        "maxLength": "length ≤",
    }
    limits = "".join(f", {sign} {schema[key]}" for key, sign in bounds.items() if key in schema)
    return escape(kind + limits)


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in rows)
    return f"<table>{cells}</table>" if rows else ""


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _json(value: Any) -> str:
    return escape(
        json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, dict) else None), quote=False
    )
