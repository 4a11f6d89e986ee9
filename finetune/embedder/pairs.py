"""Training pairs of the embedder, from sets whose licences allow weights to ship (see LOG.md)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from assistant.content import content_path
from assistant.evidence.book import split_sentences
from finetune.embedder.collection import lines
from knowledge.intake.load import load_file

_HEADING = re.compile(r"^#+\s*(.+)$", re.M)


def colloquial_pairs(corpus: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """A sentence of an article in everyday words against the article, where it has such words."""
    said = everyday_words()
    for article in rng.sample(corpus, 30_000):
        sentences = split_sentences(article.partition(" ")[2])
        if sentences:
            sentence = rng.choice(sentences)
            changed = in_everyday_words(sentence, said, rng)
            if changed != sentence:
                yield changed, article


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


def glossary_pairs() -> Iterator[tuple[str, str]]:
    """Other names of a term against the term and its note."""
    for entry in yaml.safe_load(content_path("glossary.yaml").read_text("utf-8")):
        meaning = f"{entry['term']} {entry['note']}"
        for alias in entry["aliases"]:
            yield alias, meaning
        if entry["note"]:
            yield entry["term"], entry["note"]


def builtin_pairs(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Headings and sentences of the built-in knowledge against their passages, also in everyday words."""
    said = everyday_words()
    for path in sorted(content_path("corpus").rglob("*.md")):
        for document in load_file(path):
            title = document.version.title
            for passage in document.passages:
                whole = f"{title} {passage.locator} {passage.text}"
                asked = f"{title} {passage.locator}"
                yield from ((asked, passage.text), (in_everyday_words(passage.locator, said, rng), whole))
                sentences = split_sentences(passage.text)
                for place, sentence in enumerate(sentences):
                    rest = "".join(sentences[:place] + sentences[place + 1 :])
                    yield (
                        in_everyday_words(sentence, said, rng),
                        whole if rng.random() < 0.5 else rest or whole,
                    )


def everyday_words() -> dict[str, list[str]]:
    """Terms with what people say instead: the colloquial list and the glossary's aliases."""
    said: dict[str, list[str]] = yaml.safe_load(
        (Path(__file__).parent / "colloquial.yaml").read_text("utf-8")
    )
    for entry in yaml.safe_load(content_path("glossary.yaml").read_text("utf-8")):
        if entry["aliases"]:
            said.setdefault(entry["term"], []).extend(entry["aliases"])
    return said


def in_everyday_words(text: str, said: dict[str, list[str]], rng: random.Random) -> str:
    """The text with most of its terms, longest first, said as people say them."""
    for term in sorted(said, key=len, reverse=True):
        if term in text and rng.random() < 0.7:
            text = text.replace(term, rng.choice(said[term]))
    return text
