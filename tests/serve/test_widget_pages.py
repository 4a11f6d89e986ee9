"""The script and the demo page as they are served."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

WIDGET = Path(__file__).parents[2] / "serve" / "widget"
LIMIT_BYTES = 60 * 1024


def test_the_script_is_small_cached_and_loadable_from_anywhere(live):
    with live.client(None) as client:
        script = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert script.headers["cross-origin-resource-policy"] == "cross-origin"
        assert script.headers["x-content-type-options"] == "nosniff"
        assert "max-age" in script.headers["cache-control"] and "Accept-Encoding" in script.headers["vary"]
        assert int(script.headers["content-length"]) <= LIMIT_BYTES
        assert client.get("/widget.js", headers={"Accept-Encoding": "identity"}).content == script.content
        again = client.get("/widget.js", headers={"If-None-Match": script.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/widget.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_built_script_names_no_other_server_and_evaluates_nothing():
    built = (WIDGET / "dist" / "widget.js").read_text("utf-8")
    assert len(gzip.compress(built.encode(), 9)) <= LIMIT_BYTES
    code = re.sub(r"/\*!?[\s\S]*?\*/", "", built)
    # Name spaces of XML, and where an error of the Markdown renderer asks to be reported.
    named = set(re.findall(r"https?://[\w.-]+", code)) - {"http://www.w3.org", "https://github.com"}
    assert named <= {"http://"}, named
    assert not re.search(r"\beval\(|new Function\(|localStorage|document\.cookie", code)


@pytest.mark.skipif(
    not (WIDGET / "node_modules").exists() or shutil.which("node") is None, reason="needs node and npm ci"
)
def test_the_built_script_is_what_its_source_makes():
    made = subprocess.run(
        ["node", "build.mjs", "--check"], cwd=WIDGET, capture_output=True, text=True, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr


def test_the_demo_page_embeds_the_demo_site_under_a_strict_policy(live):
    with live.client(None) as client:
        page = client.get("/widget/demo")
    policy = page.headers.get_list("content-security-policy")
    assert len(policy) == 1 and policy[0].startswith("default-src 'none'")
    assert "unsafe" not in policy[0] and "*" not in policy[0] and "http" not in policy[0]
    assert "require-trusted-types-for 'script'" in policy[0]
    demo = json.loads((live.settings.home_path / "demo.json").read_text("utf-8"))
    assert f'data-site="{demo["site"]}"' in page.text and "{{" not in page.text
    assert "虚构" in page.text and not re.search(r"(src|href)=\"(https?:)?//", page.text)


def test_the_demo_site_admits_the_servers_own_pages_alone(live):
    sites = [one for one in live.operate("site_list") if one["demo"] and one["removed_at"] is None]
    assert len(sites) == 1
    assert sites[0]["origins"] == list(live.state.origins)
