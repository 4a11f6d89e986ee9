"""Where the server is and with which key: `BAGUI_URL` and `BAGUI_KEY`, else what `bagui serve` wrote at its start."""

import json
import os
from pathlib import Path

_HOME = Path(os.environ.get("BAGUI_HOME", "~/.bagui")).expanduser()


def _written(name: str) -> dict:
    return json.loads((_HOME / name).read_text(encoding="utf-8"))


URL = os.environ.get("BAGUI_URL") or _written("server.json")["url"]
KEY = os.environ.get("BAGUI_KEY") or _written("demo.json")["keys"]["developer"]
