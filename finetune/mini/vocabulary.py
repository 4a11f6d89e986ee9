"""Train the tokenizer on the dialogues, the corpus and law text: `python -m finetune.mini.vocabulary --data DIR`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from assistant.llm.embedded_prompt import render_chat
from finetune.mini.data.build import CORPUS
from finetune.mini.tokenizer import train_tokenizer


def texts(folder: Path, dialogues: int) -> Iterator[str]:
    """Lines of a sample of the dialogues, each once, the corpus a few times, one law article in eight.

    A line that many dialogues share counts once: otherwise the catalogue would fill the vocabulary.
    """
    seen: set[str] = set()
    with (folder / "train.jsonl").open(encoding="utf-8") as lines:
        for line in islice(lines, dialogues):
            record = json.loads(line)
            text = render_chat(record["messages"], record["tools"], add_generation_prompt=False)
            fresh = set(text.split("\n")) - seen
            seen |= fresh
            yield "\n".join(sorted(fresh))
    for path in sorted(CORPUS.rglob("*.md")):
        yield from [path.read_text(encoding="utf-8")] * 3
    law = folder / "text.jsonl"
    if law.exists():
        with law.open(encoding="utf-8") as lines:
            for line in islice(lines, 0, None, 8):
                yield json.loads(line)["text"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--dialogues", type=int, default=4_000)
    options = parser.parse_args()
    tokenizer = train_tokenizer(texts(options.data, options.dialogues))
    tokenizer.save(str(options.data / "tokenizer.json"))
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
