"""How fast the search is over sixty thousand passages: `python -m eval.bench_retrieval [--data PATH] [--passages N]`.

Without `--data` the articles are put together, by a fixed seed, from the sentences of the built-in knowledge. A part is
internal, a part out of force; sample enterprises bring portraits that need a consent. Beside it, in the same run, BM25 over
words (bm25s and jieba's cuts).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from assistant.content import content_path
from assistant.encoding.encoder import Encoder, shipped_encoder
from assistant.evidence.book import split_sentences
from assistant.principal import principal_for
from assistant.retrieval.reranker import reranker_for
from assistant.retrieval.retriever import Retriever
from assistant.store.database import Store
from eval.retrieval_builtin import CASES, DAY
from knowledge.intake.ingest import embedded, ingest
from knowledge.intake.load import load_file
from knowledge.sample.loader import load_samples

LIMITS = {
    "ingest, passages/s": (300.0, True),
    "search p95, ms": (40.0, False),
    "rebuild until exact search, s": (180.0, False),
    "rebuild with Chroma, s": (180.0, False),
    "resident memory, GB": (1.2, False),
    "encoder, questions/s on 2 cores": (2_000.0, True),
}
_A_FILE = 2_000
_QUESTIONS = 300
_ARTICLE = re.compile(r"(.*?)(第[一二三四五六七八九十百千零]+条.*)$")


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    locator: str
    text: str


def made_up(count: int) -> Iterator[Article]:
    """Articles of two to five sentences drawn from the built-in knowledge; nothing they say is true."""
    chance = random.Random(11)  # noqa: S311 - a fixed sample
    documents = [d for path in sorted(content_path("corpus").rglob("*.md")) for d in load_file(path)]
    sentences = [s for d in documents for p in d.passages for s in split_sentences(p.text)]
    topics = [p.locator for d in documents for p in d.passages if len(p.locator) > 3]
    for number in range(count):
        said = "".join(chance.choices(sentences, k=chance.randint(2, 5)))
        title = f"测速用虚构规定第{number // 60 + 1}号（{chance.choice(topics)}）"
        yield Article(title, f"第{number % 60 + 1}条", said)


def of_stard(data: Path, count: int) -> Iterator[Article]:
    with gzip.open(data / "stard" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line, _ in zip(lines, range(count), strict=False):
            row = json.loads(line)
            found = _ARTICLE.match(row["name"])
            yield Article(found[1] if found else row["name"], found[2] if found else "", row["text"])


def questions_of(data: Path | None) -> list[str]:
    if data is None:
        return [json.loads(line)["question"] for line in CASES.read_text("utf-8").splitlines()]
    with gzip.open(data / "stard" / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["query"] for line in lines]


def write_files(articles: Sequence[Article], folder: Path) -> None:
    """Passage files; every fifth passage is internal, every tenth out of force."""
    for start in range(0, len(articles), _A_FILE):
        rows = [
            {
                "id": str(number), "title": one.title, "locator": one.locator, "text": one.text,
                "audience": "internal" if number % 5 == 0 else "public",
                "effective_from": "2015-01-01", "effective_to": "2020-12-31" if number % 10 == 3 else None,
            }
            for number, one in enumerate(articles[start : start + _A_FILE], start)
        ]  # fmt: skip
        text = "\n".join(
            json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False) for row in rows
        )
        (folder / f"part-{start // _A_FILE:03}.jsonl").write_text(text, "utf-8")


async def timed_searches(retriever: Retriever, questions: Sequence[str], codes: Sequence[str]) -> list[float]:
    """Seconds of each search: a manager's and an enterprise's in turn, every third question about an enterprise."""
    spent: list[float] = []
    rm = principal_for("rm", "bench", tenant="bank")
    for number, question in enumerate(questions):
        code = codes[number % len(codes)]
        caller = rm if number % 2 else principal_for("enterprise", "bench", tenant="bank", enterprise=code)
        day = date(2019, 6, 1) if number % 4 == 0 else DAY
        began = time.perf_counter()
        await retriever.search(
            question, caller, k=10, as_of=day, today=DAY, enterprise=code if number % 3 == 0 else None
        )
        spent.append(time.perf_counter() - began)
    return spent


def questions_a_second(encoder: Encoder, questions: Sequence[str]) -> float:
    """Throughput of two threads, a question at a time in batches of 32, best of three."""
    work = [questions[start : start + 32] for start in range(0, len(questions), 32)] * 20
    best = 0.0
    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            began = time.perf_counter()
            list(pool.map(encoder.encode_questions, work))
            best = max(best, sum(map(len, work)) / (time.perf_counter() - began))
    return best


def baseline(articles: Sequence[Article], questions: Sequence[str]) -> tuple[float, float]:
    """BM25 over jieba's words: seconds to index, and the median seconds of a question."""
    import bm25s
    import rjieba

    began = time.perf_counter()
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index([rjieba.cut(f"{one.title}{one.locator}{one.text}") for one in articles], show_progress=False)
    built = time.perf_counter() - began
    spent: list[float] = []
    for question in questions:
        start = time.perf_counter()
        index.retrieve([rjieba.cut(question)], k=10, show_progress=False)
        spent.append(time.perf_counter() - start)
    return built, float(np.median(spent))


async def measure(articles: Sequence[Article], questions: Sequence[str], home: Path) -> dict[str, float]:
    encoder = shipped_encoder()
    figures: dict[str, float] = {"encoder, questions/s on 2 cores": questions_a_second(encoder, questions)}
    files = home / "files"
    files.mkdir()
    write_files(articles, files)
    store = await Store.open(f"sqlite+aiosqlite:///{home / 'bagui.sqlite'}", home)
    began = time.perf_counter()
    report = await ingest(store, encoder, [files], collection="regulations")
    taken = sum(file.passages for file in report.files)
    figures["ingest, passages/s"] = taken / (time.perf_counter() - began)
    await load_samples(store, tenant="bank", today=DAY, prepare=lambda passages: embedded(passages, encoder))
    from assistant.store.enterprises import list_enterprises

    async with store.reading() as session:
        codes = [
            one.code for one in await list_enterprises(session, principal_for("rm", "bench", tenant="bank"))
        ][:40]
    retriever = Retriever(store, encoder, home / "index", reranker=reranker_for(encoder))
    await retriever.open()
    await retriever.ready()
    await retriever.close()
    shutil.rmtree(home / "index")
    began = time.perf_counter()
    retriever = Retriever(store, encoder, home / "index", reranker=reranker_for(encoder))
    await retriever.open()
    figures["rebuild until exact search, s"] = time.perf_counter() - began
    await retriever.ready()
    figures["rebuild with Chroma, s"] = time.perf_counter() - began
    asked = (list(questions) * (_QUESTIONS // len(questions) + 1))[:_QUESTIONS]
    await timed_searches(retriever, asked[:20], codes)
    spent = np.array(await timed_searches(retriever, asked, codes)) * 1000
    figures["search p50, ms"] = float(np.percentile(spent, 50))
    figures["search p95, ms"] = float(np.percentile(spent, 95))
    figures["resident memory, GB"] = psutil.Process().memory_info().rss / 1e9
    figures["passages"] = float(taken)
    await retriever.close()
    await store.close()
    return figures


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, help="folder that holds stard/; without it made-up articles")
    options.add_argument("--passages", type=int, default=60_000)
    args = options.parse_args()
    articles = list(of_stard(args.data, args.passages) if args.data else made_up(args.passages))
    questions = questions_of(args.data)
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, Any] = asyncio.run(measure(articles, questions, Path(folder)))
    built, each = baseline(articles, questions)
    figures["bm25s + jieba index, s"], figures["bm25s + jieba p50, ms"] = built, each * 1000
    figures["search p50 / bm25s + jieba"] = figures["search p50, ms"] / (each * 1000)
    print(f"{len(questions)} questions, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, value in figures.items():
        limit, more = LIMITS.get(name, (None, False))
        kept = limit is None or (value >= limit if more else value <= limit)
        verdict = "" if limit is None else f"  (limit {limit:g}: {'kept' if kept else 'MISSED'})"
        print(f"{name:<34}{value:10.2f}{verdict}")


if __name__ == "__main__":
    main()
