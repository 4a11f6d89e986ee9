"""How sure the search is: `python -m finetune.reranker.certainty --data PATH --embed FOLDER [--fold N]`.

Asks libraries that hold some laws and most of the built-in knowledge what they hold and what they do not: everyday questions of one
fold, whose passage is there or was left out; quotes and look-ups; questions about something else altogether (`foreign.txt`). Prints
five-fold cross-validation over passages beside the score from words and likeness alone, then fits the `SIGNS` of the first passage
on all and writes the weights into the shipped re-ranker, which must be the one trained on this fold. Three minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from assistant.encoding.encoder import StaticEncoder, load_encoder
from assistant.retrieval.interaction import Interaction
from assistant.retrieval.relevance import SIGNS, certainty, covered, signs, sureness
from assistant.retrieval.reranker import SHIPPED, judged
from finetune.embedder.collection import Collection, read_collection
from finetune.embedder.questions import Question, read_questions
from finetune.reranker.gather import Fields, Shelf, fields_of, first_builtin, quotes

FOREIGN = Path(__file__).with_name("foreign.txt")
LIBRARIES = {"few": 16, "builtin": 6, "60 laws": 6, "200 laws": 2}
BUILTIN_KEPT = 0.75
ANSWERED_PER_UNANSWERED = 5.0
"""What a search meets is mostly answered by its library; a certainty is worth what it says only at some such share."""
WEIGHTS = {
    ("law", True): 1.0, ("builtin", True): 1.0, ("stard", True): 0.3, ("quote", True): 0.3, ("look-up", True): 0.3,
    ("law", False): 1.0, ("builtin", False): 0.5, ("stard", False): 0.3, ("foreign", False): 0.6, ("look-up", False): 0.15,
}  # fmt: skip
"""By source and whether the library answers. Of what was left out of the built-in knowledge other documents often say a part."""
_LOOKUPS = ("{}", "{}说了什么", "{}的内容", "{}怎么规定")
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a library: the `SIGNS` of its first passage, `before`, and whether the library `holds` the answer.

    `before` is the greatest certainty of the first five by words and likeness. `part` (0 to 4) is the same for all
    questions on a passage.
    """

    library: str
    source: str
    holds: bool
    signs: Vector
    before: float
    part: int


class Judge:
    """What the re-ranker in `folder` sees of a question to a shelf; it may still lack the weights that are made here."""

    def __init__(self, encoder: StaticEncoder, folder: Path) -> None:
        self.encoder = encoder
        self.tensors = load_file(folder / "model.safetensors")
        self._interaction = Interaction(
            self.tensors["terms"], self.tensors["table"].astype(np.float32), self.tensors["weight"], encoder
        )

    def signs(self, shelf: Shelf, question: str) -> tuple[Vector, float]:
        one = shelf.judge(self.encoder, "", question, ())
        features = self._interaction.features(one.question, one.candidates)
        scores = judged(self.tensors, features)
        order = np.argsort(-scores, kind="stable")
        terms = shelf.terms(question)
        first = [one.candidates[place] for place in order[:5]]
        before = max(
            certainty(covered(terms, f"{c.title} {c.place} {c.text}"), float(c.likeness)) for c in first
        )
        read = signs(features, scores, self._interaction.asked(one.question))
        return read[order[0]].astype(np.float64), before


def libraries(collection: Collection) -> Iterator[tuple[str, random.Random, NDArray[np.int64]]]:
    """Positions in the collection's texts that a library holds; the same every time."""
    laws: dict[str, list[int]] = defaultdict(list)
    for (law, _), place in collection.law.items():
        laws[law].append(place)
    files: dict[str, list[int]] = defaultdict(list)
    for (path, _), places in collection.builtin.items():
        files[path].extend(places)
    for kind, count in LIBRARIES.items():
        for turn in range(count):
            rng = random.Random(f"{kind}{turn}")
            share = 6 if kind == "few" else int(BUILTIN_KEPT * len(files))
            number = {"few": 1, "builtin": 0, "60 laws": 60, "200 laws": 200}[kind]
            kept = [files[path] for path in rng.sample(sorted(files), share)]
            kept += [laws[law] for law in rng.sample(sorted(laws), number)]
            yield kind, rng, np.array(sorted({place for group in kept for place in group}), dtype=np.int64)


def questions_to(
    held: NDArray[np.int64],
    questions: list[Question],
    fields: list[Fields],
    border: int,
    rng: random.Random,
    most: int,
) -> Iterator[tuple[str, bool, str, str]]:
    """Source, whether the library holds the answer, the question and what its part goes by."""
    there = set(held.tolist())
    parted: dict[tuple[str, bool], list[Question]] = defaultdict(list)
    for question in questions:
        parted[question.source, bool(there & set(question.gold))].append(question)
    for (source, holds), own in sorted(parted.items()):
        for question in rng.sample(own, min(most, len(own))):
            yield source, holds, question.text, f"x{question.gold[0]}"
    foreign = FOREIGN.read_text("utf-8").splitlines()
    for text in rng.sample(foreign, min(most // 3, len(foreign))):
        yield "foreign", False, text, text
    for text, gold in quotes(fields, held, most // 3, "builtin", rng):
        yield "quote", True, text, f"x{gold[0]}"
    for holds in (True, False):
        articles = [row for row in range(border) if (row in there) == holds and fields[row][1]]
        for row in rng.sample(articles, min(most // 4, len(articles))):
            text = rng.choice(_LOOKUPS).format("".join(fields[row][:2]))
            yield "look-up", holds, text, f"x{row}"


def gather(data: Path, judge: Judge, fold: int) -> list[Asked]:
    collection = read_collection(data)
    fields = fields_of(collection)
    vectors = judge.encoder.encode(collection.texts).astype(np.float16).astype(np.float32)
    questions = [one for one in read_questions(data, collection) if one.fold == fold]
    asked: list[Asked] = []
    for kind, rng, held in libraries(collection):
        shelf = Shelf(fields, vectors, held)
        most = 30 if kind == "few" else 180
        for source, holds, text, key in questions_to(
            held, questions, fields, first_builtin(collection), rng, most
        ):
            read, before = judge.signs(shelf, text)
            asked.append(Asked(kind, source, holds, read, before, int(random.Random(key).random() * 5)))
        print(f"{kind}: {len(held)} passages", flush=True)
    return asked


def fit(asked: list[Asked]) -> Vector:
    """Weights of the signs and, last, the bias: logistic, by Newton's steps, barely held."""
    rows = np.stack([one.signs for one in asked])
    mean, spread = rows.mean(0), rows.std(0)
    inputs = np.c_[(rows - mean) / spread, np.ones(len(rows))]
    holds = np.array([one.holds for one in asked], dtype=np.float64)
    share = {group: sum((one.source, one.holds) == group for one in asked) for group in WEIGHTS}
    weight = np.array(
        [WEIGHTS[one.source, one.holds] / share[one.source, one.holds] for one in asked], dtype=np.float64
    )
    weight[holds > 0] *= ANSWERED_PER_UNANSWERED * weight[holds == 0].sum() / weight[holds > 0].sum()
    weight *= len(asked) / weight.sum()
    found = np.zeros(inputs.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-inputs @ found))
        slope = inputs.T @ (weight * (holds - chance)) - found
        bend = (inputs * (weight * chance * (1 - chance))[:, None]).T @ inputs + np.eye(len(found))
        found = found + np.linalg.solve(bend, slope)
    plain = found[:-1] / spread
    return np.append(plain, found[-1] - plain @ mean)


def area(scores: Vector, holds: NDArray[np.bool_]) -> float:
    """Area under the curve: how often what is held scores above what is not."""
    ranks = scores.argsort().argsort() + 1
    count = int(holds.sum())
    return float((ranks[holds].sum() - count * (count + 1) / 2) / (count * (len(holds) - count)))


def report(asked: list[Asked], name: str, scores: Vector, thresholds: tuple[float, ...]) -> None:
    holds = np.array([one.holds for one in asked])
    everyday = np.array([one.source in ("law", "builtin") for one in asked])
    print(name)
    for kind in LIBRARIES:
        own = everyday & np.array([one.library == kind for one in asked])
        line = f"  {kind:<9} area {area(scores[own], holds[own]):.3f}"
        for threshold in thresholds:
            lost, caught = (
                float((scores[own & (holds == there)] < threshold).mean()) for there in (True, False)
            )
            line += f" | under {threshold}: lost {lost:.3f} caught {caught:.3f}"
        print(line)
    foreign = np.array([one.source == "foreign" for one in asked])
    either = foreign | (everyday & holds)
    caught = " ".join(f"{(scores[foreign] < threshold).mean():.2f}" for threshold in thresholds)
    print(f"  foreign   area {area(scores[either], holds[either]):.3f} | caught {caught}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--embed", type=Path, required=True, help="an embedder trained without the fold")
    options.add_argument("--fold", type=int, default=0)
    options.add_argument("--into", type=Path, default=SHIPPED, help="the re-ranker that is given the weights")
    args = options.parse_args()
    judge = Judge(load_encoder(args.embed), args.into)
    asked = gather(args.data, judge, args.fold)
    scores = np.zeros(len(asked))
    for part in range(5):
        weight = fit([one for one in asked if one.part != part])
        for place, one in enumerate(asked):
            if one.part == part:
                scores[place] = sureness(weight, one.signs[None])[0]
    thresholds = (0.25, 0.35, 0.45, 0.6)
    report(asked, "words and likeness", np.array([one.before for one in asked]), thresholds)
    report(asked, "signs", scores, thresholds)
    weight = fit(asked)
    print({name: round(float(value), 3) for name, value in zip((*SIGNS, "bias"), weight, strict=True)})
    save_file({**judge.tensors, "certainty": weight.astype(np.float32)}, args.into / "model.safetensors")
    described = args.into / "config.json"
    config = {**json.loads(described.read_text("utf-8")), "signs": list(SIGNS)}
    described.write_text(json.dumps(config, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
