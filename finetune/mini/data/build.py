"""Write the training and test dialogues: `python -m finetune.mini.data.build --out DIR [--data PATH]`."""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from finetune.mini.data import facts
from finetune.mini.data.calls import invented_example, narrowed, no_call_example, tool_example
from finetune.mini.data.catalogue import assistant_tools, shown
from finetune.mini.data.example import Example, ask, held_out, some_day, user_turn
from finetune.mini.data.people import noisy, slip
from finetune.mini.data.phrases import choose
from finetune.mini.data.scene import Source, answer_text, book_of, mixed
from finetune.mini.data.texts import Law, law_scene, read_corpus, read_law, section_question
from finetune.mini.data.values import plain_phrase

CORPUS = Path(__file__).parents[3] / "knowledge" / "corpus"
# Shares of the kinds of dialogue. Without law text its share goes to the others.
MIX = {"tool": 24, "invented": 14, "no_call": 5, "facts": 25, "corpus": 20, "law": 12}
ABSENT = 0.17
# Of 100 training dialogues, how many of each kind are shown again at the end.
FOCUS = {
    "tool": 60,
    "missing": 65,
    "no_tool": 53,
    "invented": 28,
    "corpus": 40,
    "corpus_absent": 33,
    "facts": 12,
    "facts_absent": 11,
}


class Generator:
    """Makes dialogues of one split from the tools, the corpus and, where given, law text."""

    def __init__(self, split: str, seed: int, law: Law | None, extra_tools: Path | None) -> None:
        self.split = split
        self.rng = random.Random(seed)
        self.law = law
        self.tools = assistant_tools(extra_tools)
        sections = read_corpus(CORPUS)
        self.background_sections = sections
        self.sections = [s for s in sections if held_out(s.document, 15) == (split == "test")]
        self.topics = sorted(
            {topic for s in sections for topic in (s.title, s.locator, s.title[:8]) if "{" not in topic}
        )
        self.makers: dict[str, Callable[[], Example | None]] = {
            "tool": lambda: tool_example(self.tools, self.rng, self.topic, self.background, split),
            "invented": lambda: invented_example(self.rng, self.background, split),
            "no_call": lambda: no_call_example(self.tools, self.rng, self.background, split),
            "facts": self.facts_example,
            "corpus": self.corpus_example,
            "law": self.law_example,
        }

    def background(self, rng: random.Random, today: date, count: int) -> list[Source]:
        """Evidence that was retrieved and does not matter."""
        found: list[Source] = []
        for _ in range(count):
            style = rng.random()
            if style < 0.45:
                found.append(rng.choice(self.background_sections).source(today))
            elif style < 0.7 and self.law is not None:
                found.append(self.law.source(rng.choice(self.law.order)))
            else:
                title, name = facts.thing(rng)
                found.append(facts.rule(title, name, rng.choice(facts.TOPICS), rng).plain())
        return found

    def example(self) -> Example:
        kinds = {kind: share for kind, share in MIX.items() if kind != "law" or self.law is not None}
        kind = self.rng.choices(tuple(kinds), tuple(kinds.values()))[0]
        while (made := self.makers[kind]()) is None:
            pass
        return self.with_history(made) if self.rng.random() < 0.06 else made

    def with_history(self, example: Example) -> Example:
        """The dialogue after an earlier question and its answer, as a conversation goes on."""
        section = self.rng.choice(self.background_sections)
        question, gold = section_question(section, self.rng)
        earlier = (
            {"role": "user", "content": question},
            {"role": "assistant", "content": f"{section.sentences[gold[0]]}[1]"},
        )
        return replace(example, messages=(*earlier, *example.messages))

    def topic(self) -> str:
        """What someone searches the knowledge base for."""
        style = self.rng.random()
        if style < 0.45:
            return self.rng.choice(self.topics)
        if style < 0.7 and self.law is not None:
            return self.law.articles[self.rng.choice(self.law.order)][0]
        locators, *_ = self.rng.choice(facts.TOPICS)
        return f"{facts.thing(self.rng)[1]}{self.rng.choice(('', '的'))}{self.rng.choice(locators)}"

    def facts_example(self) -> Example | None:
        absent = self.rng.random() < ABSENT
        question, family, gold, others = facts.scene(self.rng, width=self.width(), absent=absent)
        if held_out(family) != (self.split == "test"):
            return None
        return self.selection("facts", family, choose(question, self.rng), gold, others, some_day(self.rng))

    def corpus_example(self) -> Example | None:
        rng, today = self.rng, some_day(self.rng)
        section = rng.choice(self.sections)
        question, gold = section_question(section, rng)
        same = [s for s in self.background_sections if s.document == section.document and s != section]
        others = rng.sample(same, min(len(same), rng.randrange(0, 4))) + rng.sample(
            self.background_sections, 3
        )
        sources = [s.source(today) for s in others if s.locator != section.locator][: self.width()]
        absent = rng.random() < ABSENT
        if absent:
            sources = [s for s in sources if s.title != section.title]
        gold_source = None if absent else section.source(today, gold)
        return self.selection("corpus", section.document, question, gold_source, sources, today)

    def law_example(self) -> Example | None:
        assert self.law is not None
        absent = self.rng.random() < ABSENT
        question, family, gold, others = law_scene(self.law, self.rng, width=self.width(), absent=absent)
        return self.selection("law", family, question, gold, others, some_day(self.rng))

    def width(self) -> int:
        return self.rng.choice((1, 1, 2, 2, 3, 3, 4, 4, 4))

    def selection(
        self, kind: str, family: str, question: str, gold: Source | None, others: list[Source], today: date
    ) -> Example | None:
        """A question with evidence and no call; the answer quotes the sentences that hold it."""
        rng = self.rng
        if rng.random() < 0.08:
            question = slip(question, rng)
        asked = ask(noisy(plain_phrase(question), rng), today)
        if asked is None:
            return None
        book, marks = book_of(mixed(gold, others, rng), today, rng)
        marks = [mark for mark in marks if self._is_shown(book, mark)]
        if gold is not None and not marks:
            return None
        tools = ()
        if rng.random() < 0.25:
            some = rng.sample(list(self.tools.values()), rng.randrange(1, min(5, len(self.tools)) + 1))
            crowded = rng.random() < 0.1
            tools = shown(some if crowded else [narrowed(function, rng) for function in some], rng)
        user = user_turn(asked, today, book)
        answer = {"role": "assistant", "content": answer_text(marks)}
        return Example(kind if marks else f"{kind}_absent", family, (user, answer), tools)

    @staticmethod
    def _is_shown(book, mark: int) -> bool:
        number = book.sentences[mark - 1].evidence
        own = [sentence.index for sentence in book.sentences if sentence.evidence == number]
        return mark in own[:5]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="folder with public law text (stard/corpus.jsonl.gz)")
    parser.add_argument("--extra-tools", type=Path, help="JSON list of further tool functions to show")
    parser.add_argument("--train", type=int, default=54_000)
    parser.add_argument("--test", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    law = read_law(options.data) if options.data else None
    options.out.mkdir(parents=True, exist_ok=True)
    for split, number in (("train", options.train), ("test", options.test)):
        generator = Generator(split, options.seed + (split == "test"), law, options.extra_tools)
        counts: Counter[str] = Counter()
        focus: list[str] = []
        with (options.out / f"{split}.jsonl").open("w", encoding="utf-8") as out:
            for _ in range(number):
                example = generator.example()
                counts[example.kind] += 1
                line = json.dumps(example.json(), ensure_ascii=False) + "\n"
                out.write(line)
                if generator.rng.randrange(100) < FOCUS.get(example.kind, 0):
                    focus.append(line)
        if split == "train":
            (options.out / "focus.jsonl").write_text("".join(focus), encoding="utf-8")
        print(split, dict(counts))
    if law is not None:
        with (options.out / "text.jsonl").open("w", encoding="utf-8") as out:
            for identity in law.order:
                title, locator, text = law.articles[identity]
                out.write(json.dumps({"text": f"《{title}》{locator}：{text}"}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
