"""Dialogues as token rows of one length: several to a row, each with its targets."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from assistant.llm.embedded_prompt import IM_END, render_chat

Document = tuple[np.ndarray, np.ndarray]  # token ids, and which of them the assistant writes


@dataclass(frozen=True, slots=True)
class Rows:
    """`tokens`, `positions`, `documents`: int, [rows, length]; `target`: bool, whether the assistant wrote it."""

    tokens: np.ndarray
    positions: np.ndarray
    documents: np.ndarray
    target: np.ndarray

    def __len__(self) -> int:
        return len(self.tokens)


def encode_dialogue(record: dict, tokenizer: Tokenizer) -> Document:
    """Token ids of a dialogue in the model's template, and a mask of what the assistant writes in it."""
    ids: list[int] = []
    target: list[bool] = []

    def add(text: str, wanted: bool) -> None:
        encoded = tokenizer.encode(text, add_special_tokens=False).ids
        ids.extend(encoded)
        target.extend([wanted] * len(encoded))

    shown = ""
    messages = record["messages"]
    for at, message in enumerate(messages):
        if message["role"] != "assistant" or "[1]" in message["content"]:
            continue  # an earlier answer as it was shown is context, not a target
        before = render_chat(messages[:at], record["tools"])
        after = render_chat(messages[: at + 1], record["tools"], add_generation_prompt=False)
        add(before[len(shown) :], False)
        add(after[len(before) :].removesuffix("\n"), True)
        shown = after.removesuffix("\n")
    if not shown.endswith(IM_END):
        raise ValueError("a dialogue ends with the assistant")
    return np.asarray(ids, np.uint16), np.asarray(target, bool)


def read_dialogues(path: Path, tokenizer: Tokenizer) -> Iterator[Document]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield encode_dialogue(json.loads(line), tokenizer)


def read_text(path: Path, tokenizer: Tokenizer, limit: int) -> Iterator[Document]:
    """Plain text, no target: every token counts alike."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line)["text"] for line in lines]
    random.Random(5).shuffle(rows)
    for text in rows[:limit]:
        ids = np.asarray(tokenizer.encode(text, add_special_tokens=False).ids, np.uint16)
        yield ids, np.zeros(len(ids), bool)


def pack(documents: Iterable[Document], length: int, *, open_rows: int = 48) -> Rows:
    """First fit into rows of `length`; a longer document is left out. Padding has document 0 and no target."""
    done: list[list[Document]] = []
    waiting: list[tuple[int, list[Document]]] = []
    for document in documents:
        size = len(document[0])
        if size > length:
            continue
        fitting = [place for place, (left, _) in enumerate(waiting) if left >= size]
        if fitting:
            place = min(fitting, key=lambda index: waiting[index][0])
            left, row = waiting[place]
            row.append(document)
            waiting[place] = (left - size, row)
        else:
            waiting.append((length - size, [document]))
        if len(waiting) > open_rows:
            fullest = min(range(len(waiting)), key=lambda index: waiting[index][0])
            done.append(waiting.pop(fullest)[1])
    done += [row for _, row in waiting]
    packed = Rows(*(np.zeros((len(done), length), kind) for kind in (np.uint16, np.uint16, np.uint8, bool)))
    for number, row in enumerate(done):
        at = 0
        for index, (ids, target) in enumerate(row, 1):
            stop = at + len(ids)
            packed.tokens[number, at:stop] = ids
            packed.positions[number, at:stop] = np.arange(len(ids))
            packed.documents[number, at:stop] = index
            packed.target[number, at:stop] = target
            at = stop
    return packed
