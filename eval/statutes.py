"""Are statutes split article by article? `python -m eval.statutes --laws laws.jsonl.gz [--style STYLE ...] [--json]`.

Every law is written out as plain text (title, headings, articles) and split again. An article counts when its number
and every character of its text come back. Styles differ in how the number stands to the body. The suite `statutes`
of `bagui eval` scores each law.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eval.case import Case
from eval.score import Output, Score, Scorer, yes
from eval.suite import Ground, Subject, Suite
from knowledge.cutting.articles import Article, split_articles

STYLES = ("space", "glued", "lines", "wrapped", "markdown")
_WIDTH = 34


@dataclass(frozen=True, slots=True)
class Figures:
    """`exact` articles of `articles` in number and text, `placed` of them under the right headings as well."""

    style: str
    laws: int
    articles: int
    exact: int
    placed: int
    whole_laws: int
    wrong: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.exact / self.articles if self.articles else 0.0


def render(law: dict[str, Any], style: str) -> str:
    """A law as official plain text: 目录 of its chapters, headings where they begin, articles."""
    lines = [law["title"], *law["issued"][:2]]
    above: list[str] = []
    contents = list(dict.fromkeys(title for article in law["articles"] for title in article["path"]))
    if contents and style != "wrapped":
        lines += ["目　　录", *contents]
    for article in law["articles"]:
        path = article["path"]
        same = next(
            (i for i, (a, b) in enumerate(zip(above, path, strict=False)) if a != b),
            min(len(above), len(path)),
        )
        marks = "## " if style == "markdown" else ""
        lines += [f"{marks}{title}" for title in path[same:]]
        above = path
        lines += _article(article["no"], article["text"], style)
    return "\n".join(lines) + "\n"


def _article(number: str, text: str, style: str) -> list[str]:
    if style == "lines":
        return [number, text]
    if style == "markdown":
        return [f"**{number}** {text}"]
    whole = f"{number}{text}" if style == "glued" else f"{number}\u3000{text}"
    if style != "wrapped":
        return [whole]
    return [
        part
        for paragraph in whole.split("\n")
        for part in textwrap.wrap(paragraph, _WIDTH, drop_whitespace=False, break_on_hyphens=False) or [""]
    ]


def measure(laws: Sequence[dict[str, Any]], style: str) -> Figures:
    """Splits every law again and compares."""
    exact = placed = whole = 0
    wrong: list[str] = []
    for law in laws:
        found: dict[str, list[Article]] = {}
        last = ""
        for article in split_articles(render(law, style)):
            if (
                article.kind == "annex" and last
            ):  # the data keep an annex in the text of the article before it
                own = found[last][-1]
                found[last].append(replace(own, text=f"{own.text}{article.raw}"))
                continue
            last = article.locator
            found.setdefault(last, []).append(article)
        missed: list[str] = []
        for article in law["articles"]:
            own = found.get(article["no"], [])
            match = next((item for item in own if _plain(item.text) == _plain(article["text"])), None)
            exact += match is not None
            placed += match is not None and [_plain(t) for t in match.path] == [
                _plain(t) for t in article["path"]
            ]
            if match is None:
                missed.append(article["no"])
        whole += not missed
        if missed:
            wrong.append(f"{law['law_id']} {law['title']}: {len(missed)} ({'、'.join(missed[:5])})")
    articles = sum(len(law["articles"]) for law in laws)
    return Figures(style, len(laws), articles, exact, placed, whole, tuple(wrong))


@asynccontextmanager
async def _open(ground: Ground) -> AsyncIterator[Subject]:
    laws = {law["law_id"]: law for law in _laws(ground)}

    async def outcome(case: Case) -> Output:
        law, style = case.id.split(":")
        figures = await asyncio.to_thread(measure, [laws[law]], style)
        return Output("；".join(figures.wrong), figures)

    yield Subject(outcome, settings={"width": _WIDTH})


def _laws(ground: Ground) -> Iterator[dict[str, Any]]:
    assert ground.data is not None
    return read_laws(ground.data / "laws" / "laws.jsonl.gz")


def _cases(ground: Ground) -> list[Case]:
    """One a law and style; the question is the law's title."""
    return [
        Case(f"{law['law_id']}:{style}", law["title"], {"articles": len(law["articles"])}, kind=style)
        for law in _laws(ground)
        for style in STYLES
    ]


def _share(name: str, count: Callable[[Figures], int]) -> Scorer:
    def score(_case: Case, outcome: Output) -> Score:
        figures = outcome.found
        return (
            Score(count(figures) / figures.articles, outcome.text)
            if figures.articles
            else Score(None, "没有条文")
        )

    return Scorer(name, score)


SUITE = Suite(
    "statutes",
    "法律文本按条切分",
    _cases,
    _open,
    (
        _share("articles_exact", lambda found: found.exact),
        _share("articles_placed", lambda found: found.placed),
        Scorer("law_whole", lambda _, outcome: yes(outcome.found.whole_laws == 1, outcome.text)),
    ),
    needs_data=True,
)
"""The mean of a suite is over laws, so a short law counts as much as a long one; the script counts articles."""


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def read_laws(path: Path) -> Iterator[dict[str, Any]]:
    """Laws one a line, as a gzipped file: `title`, `issued`, `articles` of `no`, `path`, `text`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laws", type=Path, required=True, help="gzipped jsonl of laws with known articles")
    parser.add_argument("--style", nargs="*", choices=STYLES, default=list(STYLES))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    laws = list(read_laws(chosen.laws))
    figures = [measure(laws, style) for style in chosen.style]
    if chosen.json:
        print(
            json.dumps(
                [{**asdict(item), "share": item.share} for item in figures], ensure_ascii=False, indent=2
            )
        )
        return
    for item in figures:
        print(
            f"{item.style:9} {item.exact}/{item.articles} articles exact ({item.share:.2%}), "
            f"{item.placed} under the right headings, {item.whole_laws}/{item.laws} laws whole"
        )
        for line in item.wrong:
            print(f"          {line}")


if __name__ == "__main__":
    main()
