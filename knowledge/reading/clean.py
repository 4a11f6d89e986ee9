"""What is taken out of every text before anything else reads it: characters that a reader cannot see and a model can."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u0084\u0086-\u009f"  # controls, but not tab, line and page ends
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners and fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"  # zero width, direction, invisible operators
    "\ufe00-\ufe0f\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"  # selectors, annotation, tags, half pairs
)
_LINE_END = re.compile("\r\n?|[\u000c\u0085\u2028\u2029]")


def clean(text: str) -> str:
    """The text without invisible characters, every line end a `\\n`."""
    return _INVISIBLE.sub("", _LINE_END.sub("\n", text))
