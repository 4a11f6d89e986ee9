"""Questions about real texts: the sections of the corpus, and public law text where it is at hand."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from assistant.document import legal_status
from assistant.evidence.book import split_sentences
from assistant.evidence.quoting import overlap
from finetune.mini.data.scene import Source

_ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}\s*$")
_NOTE = re.compile(r"[（(——].*$")
_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9%]+")
# Words of a heading and how people ask for the same thing.
_SPOKEN: Mapping[str, tuple[str, ...]] = {
    "期限": ("最长多久", "能放几年", "期限是多长"),
    "额度": ("最高多少钱", "能贷多少", "额度上限"),
    "利率": ("利率多少", "利息怎么算"),
    "补贴": ("补多少", "补贴比例多少"),
    "贴息": ("贴几个点", "贴息多少"),
    "条件": ("要满足什么条件", "谁能申请", "门槛是什么"),
    "材料": ("要准备什么材料", "交哪些资料"),
    "适合": ("什么企业适合办", "给谁用的"),
    "担保": ("要不要抵押", "怎么担保"),
    "还款": ("怎么还", "还款方式是什么"),
    "用途": ("钱能用来做什么", "不能用在哪里"),
    "禁止": ("什么不能做", "哪些情况不行"),
    "施行": ("什么时候开始执行", "哪天生效的"),
    "取代": ("替代了哪个文件", "旧办法还有效吗"),
    "登记": ("去哪里登记", "怎么登记"),
    "处罚": ("违规罚多少", "有什么后果"),
    "罚": ("违规罚多少", "罚款金额"),
    "保存": ("要保存多久", "留存几年"),
    "比例": ("比例是多少", "百分之几"),
    "报告": ("多久内报告", "向谁报告"),
    "标识": ("要不要标识", "怎么标注"),
    "授权": ("要不要授权", "需要谁同意"),
    "同意": ("要不要本人同意", "需要签字吗"),
    "公式": ("怎么算", "计算公式是什么"),
    "测算": ("怎么测算", "计算公式是什么"),
    "分类": ("怎么分类", "分几类"),
    "审批": ("谁来批", "要哪一级审批"),
    "口径": ("口径是什么", "怎么统计"),
    "上限": ("最多多少", "上限是多少"),
    "规模": ("一共多少", "规模有多大"),
    "对象": ("适用于谁", "哪些企业可以"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a document: what a passage is made from."""

    document: str
    title: str
    locator: str
    sentences: tuple[str, ...]
    authority: str
    effective_from: date | None
    effective_to: date | None

    def source(self, as_of: date, gold: tuple[int, ...] = ()) -> Source:
        status = legal_status(self.effective_from, self.effective_to, as_of)
        return Source(self.title, self.locator, self.sentences, gold, status, self.authority)  # pyright: ignore


def read_corpus(folder: Path) -> list[Section]:
    """Every section of the Markdown documents under `folder`; files without front matter are passed over."""
    found: list[Section] = []
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if not text.startswith("---\n"):
            continue
        front, _, body = text[4:].partition("\n---\n")
        head = yaml.safe_load(front)
        for part in re.split(r"^## ", body, flags=re.M)[1:]:
            heading, _, content = part.partition("\n")
            sentences = tuple(split_sentences(content))
            if sentences:
                found.append(
                    Section(
                        head["id"],
                        str(head["title"]),
                        _ATTRIBUTES.sub("", heading).strip(),
                        sentences,
                        head.get("authority", "national"),
                        head.get("effective_from"),
                        head.get("effective_to"),
                    )
                )
    return found


def section_question(section: Section, rng: random.Random) -> tuple[str, tuple[int, ...]]:
    """A question that one section answers, and which of its sentences do."""
    name = _NOTE.sub("", section.title).strip("《》 ") or section.title
    short = rng.choice((name, name, re.sub(r"(管理|暂行|实施)?(办法|规定|条例|细则)$", "", name) or name))
    heading = section.locator
    if rng.random() < 0.55:
        spoken = [form for word, forms in _SPOKEN.items() if word in heading for form in forms]
        asked = (
            rng.choice(spoken)
            if spoken and rng.random() < 0.6
            else rng.choice(
                (f"的{heading}", f"{heading}是什么", f"{heading}怎么规定的", f"关于{heading}", f"{heading}")
            )
        )
        return f"{short}{asked}", (0,) if len(section.sentences[0]) >= 25 or len(
            section.sentences
        ) == 1 else (0, 1)
    at = rng.randrange(len(section.sentences))
    return _about(section.sentences[at], short, rng), (at,)


def _about(sentence: str, context: str, rng: random.Random) -> str:
    """A question made of words of one sentence."""
    runs = [run for run in _PLAIN.findall(sentence) if len(run) >= 4]
    if not runs:
        return f"{context}{sentence[:12]}"
    run = rng.choice(runs)
    length = min(len(run), rng.randrange(4, 13))
    start = rng.randrange(0, len(run) - length + 1)
    piece = run[start : start + length]
    if len(piece) > 7 and rng.random() < 0.4:
        cut = rng.randrange(3, len(piece) - 3)
        piece = f"{piece[:cut]}{rng.choice(('的', '和', ''))}{piece[cut + rng.randrange(0, 2) :]}"
    form = rng.choice(
        (
            "{p}是怎么规定的",
            "{p}有什么要求",
            "关于{p}",
            "{p}",
            "{c}里{p}怎么说",
            "{c}，{p}",
            "{p}对吗",
            "说说{p}",
            "{p}多少",
        )
    )
    return form.format(p=piece, c=context)


@dataclass(frozen=True, slots=True)
class Law:
    """Public law text: articles by id, and questions with the ids of the articles that answer them."""

    articles: Mapping[int, tuple[str, str, str]]
    order: Sequence[int]
    asked: Sequence[tuple[str, tuple[int, ...]]]

    def source(self, identity: int, gold: tuple[int, ...] = ()) -> Source:
        title, locator, text = self.articles[identity]
        return Source(title, locator, tuple(split_sentences(text))[:6], gold)


def read_law(folder: Path) -> Law:
    """`stard/corpus.jsonl.gz` and `stard/train.jsonl.gz` under `folder`; names end in their article."""
    articles: dict[int, tuple[str, str, str]] = {}
    for row in _rows(folder / "stard" / "corpus.jsonl.gz"):
        title, mark, number = row["name"].rpartition("第")
        text = row["text"].strip()
        if mark and 20 <= len(text) <= 420:
            articles[row["id"]] = (title.strip(), f"第{number}", text)
    asked = [
        (row["query"], tuple(i for i in row["gold"] if i in articles))
        for row in _rows(folder / "stard" / "train.jsonl.gz")
    ]
    return Law(articles, sorted(articles), [(query, gold) for query, gold in asked if gold])


def _rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def law_scene(
    law: Law, rng: random.Random, *, width: int, absent: bool
) -> tuple[str, str, Source | None, list[Source]]:
    """A question about law: a person's own, or one made of a sentence's words; distractors lie near by."""
    own = rng.random() < 0.35
    if own:
        query, golds = rng.choice(law.asked)
        identity = rng.choice(golds)
        sentences = tuple(split_sentences(law.articles[identity][2]))[:6]
        best = max(range(len(sentences)), key=lambda i: overlap(query, sentences[i]) - 0.01 * i)
    else:
        identity = rng.choice(law.order)
        sentences = tuple(split_sentences(law.articles[identity][2]))[:6]
        best = rng.randrange(len(sentences))
        query = _about(sentences[best], law.articles[identity][0], rng)
    near = law.order[max(0, law.order.index(identity) - 6) : law.order.index(identity) + 7] if not own else []
    pool = [i for i in near if i != identity] + rng.sample(law.order, 24)
    chosen = sorted(rng.sample(pool, min(len(pool), 20)), key=lambda i: -overlap(query, law.articles[i][2]))
    others = [law.source(i) for i in rng.sample(chosen[:8], min(width, 8))]
    return query, "law.own" if own else "law.words", None if absent else law.source(identity, (best,)), others
