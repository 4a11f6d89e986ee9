"""Where the text of an answer ends for a client that asked for less: a token limit, stop texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

# One Chinese character, one word, one number, one other mark: close to what a tokenizer counts, and stable.
_TOKEN = re.compile(r"[\u3400-\u9fff]|[A-Za-z]+|\d+|\s+|.", re.DOTALL)


def count_tokens(text: str) -> int:
    return sum(1 for _ in _TOKEN.finditer(text))


class TextLimit:
    """Releases text piece by piece up to the limit. `reason` says how it ended: `stop` or `length`.

    A piece's tail that may be the beginning of a stop text is held until the next piece or `end`.
    """

    def __init__(self, max_tokens: int | None = None, stops: Sequence[str] = ()) -> None:
        self._left = max_tokens
        self._stops = tuple(stops)
        self._held = ""
        self._waiting = ""  # a cut token's tail: `12` may go on as `1234` in the next piece
        self.ended = False
        self.reason = "stop"

    def feed(self, piece: str) -> str:
        """What may be released now that `piece` has come."""
        if self.ended:
            return ""
        text = self._held + piece
        self._held = ""
        cut = min((at for stop in self._stops if (at := text.find(stop)) >= 0), default=-1)
        if cut >= 0:
            released = self._spend(text[:cut], last=True)
            self.ended = True
            return released
        keep = max(
            (size for stop in self._stops for size in range(1, len(stop)) if text.endswith(stop[:size])),
            default=0,
        )
        self._held = text[len(text) - keep :]
        return self._spend(text[: len(text) - keep], last=False)

    def end(self) -> str:
        """What was held, once nothing more comes."""
        if self.ended:
            return ""
        held, self._held = self._held, ""
        return self._spend(held, last=True)

    def _spend(self, text: str, *, last: bool) -> str:
        if self._left is None:
            return text
        text, self._waiting = self._waiting + text, ""
        tokens = list(_TOKEN.finditer(text))
        if len(tokens) > self._left:
            self.ended, self.reason = True, "length"
            return text[: tokens[self._left - 1].end()] if self._left else ""
        if not last and tokens:
            self._waiting = tokens.pop().group()
            text = text[: len(text) - len(self._waiting)]
        self._left -= len(tokens)
        return text
