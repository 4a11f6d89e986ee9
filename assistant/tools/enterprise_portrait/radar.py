"""The six axes of a portrait's picture: orientation for the eye, never cited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.store.domains import DOMAIN_TITLES
from assistant.tools.enterprise_portrait.compute import score
from assistant.tools.pictures import Radar

NOTE = "六域示意图：按公开写明的简单规则折算为0至100，仅供浏览，不是信用评级；未授权的域不计。"
_FEWEST_AXES = 3


def radar(payloads: Mapping[str, Mapping[str, Any]], wanted: tuple[str, ...]) -> Radar | None:
    """Axes in the order asked for, `None` where the domain was not read; none for one or two domains, which make
    no shape.
    """
    if len(wanted) < _FEWEST_AXES:
        return None
    return {
        "kind": "radar",
        "axes": [DOMAIN_TITLES[domain] for domain in wanted],
        "values": [
            score(domain, payloads[domain].get("fields", {})) if domain in payloads else None
            for domain in wanted
        ],
        "range": [0, 100],
        "note": NOTE,
    }
