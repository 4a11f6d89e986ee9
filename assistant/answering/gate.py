"""The sentence gate's first half: a stream of text becomes whole sentences with their marks complete."""

from __future__ import annotations

import re

_END = "。！？；\n"
_CLOSERS = "”’）」》\"'"
_THINK = re.compile(r"<think>.*?(</think>|$)", re.DOTALL)
_OPEN_THINK = re.compile(r"<(t(h(i(n(k)?)?)?)?)?$|<think>(?!.*</think>)", re.DOTALL)
_MARKS = re.compile(r"(?:\s*(?:\[\d{1,3}\]|【\d{1,3}】))*")
_PARTIAL_MARK = re.compile(r"^\s*(?:[\[【]\d{0,3})?$")
_QUOTE = re.compile(r"⟨S\d{1,3}⟩")
_WIDE_MARK = re.compile(r"【(\d{1,3})】")
MAX_HELD = 600


class SentenceGate:
    """Holds text until a sentence and the citation marks behind it are complete.

    A decimal point never ends a sentence; an English full stop does when a space or the end follows it.
    A quoted sentence `⟨S3⟩` is a sentence of its own. Reasoning between `<think>` marks is never released.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> list[str]:
        self._held += text
        return self._take(final=False)

    def flush(self) -> list[str]:
        done = self._take(final=True)
        rest, self._held = self._held.strip(), ""
        return [*done, _WIDE_MARK.sub(r"[\1]", rest)] if rest else done

    def _take(self, *, final: bool) -> list[str]:
        if "<" in self._held:
            self._held = _THINK.sub("", self._held) if final or "</think>" in self._held else self._held
            if not final and _OPEN_THINK.search(self._held):
                return []
        done: list[str] = []
        while (end := self._sentence_end(final=final)) is not None:
            sentence, self._held = self._held[:end].strip(), self._held[end:]
            if sentence:
                done.append(_WIDE_MARK.sub(r"[\1]", sentence))
        return done

    def _sentence_end(self, *, final: bool) -> int | None:
        held = self._held
        for position, char in enumerate(held):
            stop = position + 1
            if (
                char == "⟩"
                and (quote := _QUOTE.match(held, held.rfind("⟨", 0, stop)))
                and quote.end() == stop
            ):
                if not final and stop == len(held):
                    return None
                # Punctuation behind a quotation belongs to it.
                while stop < len(held) and held[stop] in "。，；、":
                    stop += 1
            elif (char == "." and (stop == len(held) or not held[stop].isspace())) or (
                char not in _END and char != "." and position < MAX_HELD
            ):
                continue
            while stop < len(held) and held[stop] in _CLOSERS:
                stop += 1
            marks = _MARKS.match(held, stop)
            stop = marks.end() if marks else stop
            if not final and char != "\n" and _PARTIAL_MARK.match(held[stop:]):
                return None
            return stop
        return None
