"""Training pairs of the embedder, from sets whose licences allow weights to ship (see LOG.md)."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.grounding import split_sentences

TUNE_SHARE = 0.2
_HEADING = re.compile(r"^#+\s*(.+)$", re.M)


@dataclass(frozen=True, slots=True)
class Question:
    """A layperson's question of STARD and the ids of the articles that answer it."""

    id: int
    text: str
    gold: tuple[int, ...]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a gzipped jsonl file."""
    with gzip.open(path, "rt", encoding="utf-8") as source:
        for line in source:
            yield json.loads(line)


def questions(path: Path) -> list[Question]:
    return [Question(row["query_id"], row["query"], tuple(row["gold"])) for row in lines(path)]


def held_out(question: Question) -> bool:
    """Whether a training question is kept from training, to choose weights on; the same fifth every time."""
    return random.Random(question.id).random() < TUNE_SHARE


def stard_corpus(data: Path) -> list[str]:
    """Articles as they are embedded: law and number, then text; the position in the list is the id."""
    return [f"{row['name']} {row['text']}" for row in lines(data / "stard" / "corpus.jsonl.gz")]


def article_pairs(corpus: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """One sentence of an article (now and then with the law's name) against the article without it."""
    for article in corpus:
        name, _, text = article.partition(" ")
        sentences = split_sentences(text)
        if len(sentences) < 2:
            yield re.sub(r"第[一二三四五六七八九十百千]+条.*$", "", name), text
            continue
        chosen = rng.randrange(len(sentences))
        rest = "".join(sentence for index, sentence in enumerate(sentences) if index != chosen)
        yield sentences[chosen], f"{name} {rest}" if rng.random() < 0.5 else rest


def chapter_pairs(data: Path) -> Iterator[tuple[str, str]]:
    """Law and chapter heading against an article below it."""
    for law in lines(data / "laws" / "laws.jsonl.gz"):
        for article in law["articles"]:
            heading = " ".join(part.split(" ", 1)[-1] for part in article["path"])
            yield f"{law['short'] or law['title']} {heading}", article["text"]


def neighbour_pairs(data: Path, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Two halves of a paragraph of other public law texts."""
    for row in lines(data / "text_zh" / "law_other.jsonl.gz"):
        title = Path(row["src"]).stem.split("(")[0]
        for paragraph in _HEADING.sub("", row["text"]).split("\n"):
            sentences = split_sentences(paragraph)
            if len(sentences) > 1 and len(paragraph) > 40 and rng.random() < 0.5:
                middle = rng.randrange(1, len(sentences))
                yield "".join(sentences[:middle])[-200:], f"{title} {''.join(sentences[middle:])[:300]}"


def general_pairs(data: Path) -> Iterator[tuple[str, str]]:
    """Everyday language: instructions and answers, titles and abstracts, paraphrases."""
    for row in lines(data / "text_zh" / "instruct_permissive.jsonl.gz"):
        if len(row["output"]) > 10:
            yield row["instruction"], row["output"][:300]
    for row in lines(data / "pairs" / "csl_title_abstract_dev.jsonl.gz"):
        yield row["query"], row["pos"]
    for row in lines(data / "pairs" / "stsb_zh_train.jsonl.gz"):
        if row["score"] >= 4:
            yield row["a"], row["b"]
    for row in lines(data / "pairs" / "bge_triples_stsb.jsonl.gz"):
        yield row["query"], row["pos"][0]
    for row in lines(data / "pairs" / "pawsx_zh_dev.jsonl.gz"):
        if row["label"] == 1:
            yield row["a"], row["b"]
