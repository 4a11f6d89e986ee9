"""The built widget as it is served: compressed once, cached by content."""

from __future__ import annotations

import gzip as gzip_format
import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi.responses import Response

_BUILT = Path(__file__).parent / "dist" / "widget.js"
_CACHE = "public, max-age=300, stale-while-revalidate=86400"


@dataclass(frozen=True, slots=True)
class WidgetScript:
    """The file, its gzip form, and the tag that changes when it does."""

    plain: bytes
    packed: bytes
    etag: str

    def response(self, *, held: str | None, gzip: bool) -> Response:
        """`held` is the tag that the browser has already. Any page may load it; what it may do is for its token."""
        headers = {
            "ETag": self.etag,
            "Cache-Control": _CACHE,
            "Vary": "Accept-Encoding",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if held is not None and self.etag in held:
            return Response(status_code=304, headers=headers)
        if gzip:
            headers["Content-Encoding"] = "gzip"
        body = self.packed if gzip else self.plain
        return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)


def load_script() -> WidgetScript:
    """Reads the built file; it is part of the program."""
    plain = _BUILT.read_bytes()
    tag = hashlib.sha256(plain).hexdigest()[:24]
    return WidgetScript(plain, gzip_format.compress(plain, 9, mtime=0), f'"{tag}"')
