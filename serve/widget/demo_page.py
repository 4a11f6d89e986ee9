"""The page of a fictional industrial park that embeds the widget, under the strictest policy it can stand."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass
from pathlib import Path

from fastapi.responses import HTMLResponse, Response

_PAGE = Path(__file__).parent / "demo.html"


@dataclass(frozen=True, slots=True)
class DemoPage:
    """The page before its site key is filled in, and its content security policy."""

    text: str
    policy: str

    def response(self, site_key: str) -> Response:
        filled = self.text.replace("{{site}}", html.escape(site_key, quote=True))
        headers = {"Content-Security-Policy": self.policy, "Cache-Control": "no-store"}
        return HTMLResponse(filled, headers=headers)


def load_demo_page() -> DemoPage:
    text = _PAGE.read_text(encoding="utf-8")
    style = text[text.index("<style>") + len("<style>") : text.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            f"style-src 'sha256-{digest}'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types dompurify",
        ]
    )
    return DemoPage(text, policy)
