"""Dialogues about tools: call or not, which tool, which arguments, and the answer from its result."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from assistant.evidence.book import EvidenceBook, render_evidence
from finetune.mini.data import money_phrases, phrases
from finetune.mini.data.catalogue import invent, shown
from finetune.mini.data.example import Example, ask, call_turn, held_out, some_day, user_turn
from finetune.mini.data.people import enterprise, noisy
from finetune.mini.data.scene import Source, add_result, answer_text, book_of
from finetune.mini.data.values import Filled, fill, plain_phrase

Functions = Mapping[str, dict[str, Any]]
Background = Callable[[random.Random, date, int], list[Source]]
_ERRORS = (
    "工具未取得结果：未找到该企业",
    "工具未取得结果：未取得该企业对“tax”数据的有效授权（用途：credit_service）",
    "工具未取得结果：参数 horizon_months：应不大于24",
    "工具未取得结果：历史数据不足12个月，不足以预测",
)


def _question(
    tool: str, rng: random.Random, topic: Callable[[], str], split: str
) -> tuple[str, str, dict[str, Any], bool]:
    """A template for one of the assistant's tools: text, family, fixed arguments, whether a call is due."""
    if tool == "working_capital_need":
        template, complete = money_phrases.working_capital(rng)
        return template, f"wc.{_family(template)}", {}, complete
    if tool == "risk_pool_eligibility":
        template, fixed = money_phrases.risk_pool(rng)
        return template, f"pool.{_family(template)}", fixed, True
    bank = {
        "financing_forecast": phrases.FORECAST,
        "enterprise_portrait": phrases.PORTRAIT,
        "loan_rate": phrases.RATE,
        "search_knowledge": phrases.SEARCH,
    }[tool]
    phrase = rng.choice(bank)
    text = phrases.choose(phrase.text, rng).replace("<topic>", "{text_query:text}")
    given = phrase.fixed
    if "text_query" in text:
        text = text.replace("{text_query:text}", "{text_query:" + f"={topic()}" + "}")
    return text, phrase.text, given, True


def _family(template: str) -> str:
    """Templates put together at random share a family by what they ask, of 64 groups."""
    return str(zlib.crc32(template.encode()) % 64)


def tool_example(
    functions: Functions, rng: random.Random, topic: Callable[[], str], background: Background, split: str
) -> Example | None:
    """A question for one of the assistant's tools, the call, and mostly its result with the answer."""
    weights = {
        "working_capital_need": 22,
        "risk_pool_eligibility": 20,
        "loan_rate": 17,
        "enterprise_portrait": 17,
        "financing_forecast": 14,
        "search_knowledge": 10,
    }
    tool = rng.choices(tuple(weights), tuple(weights.values()))[0]
    if tool not in functions:
        return None
    template, family, fixed, due = _question(tool, rng, topic, split)
    if held_out(family) != (split == "test"):
        return None
    owner = enterprise(rng)
    known = rng.random() < 0.9
    template = phrases.choose(template, rng)
    filled = noisy(fill(template, rng, {"enterprise": owner[rng.choice((0, 1, 1))]}), rng)
    if not known and "enterprise" in filled.spans:
        start, end = filled.spans["enterprise"]
        filled = Filled(filled.text, {**filled.spans, "text_enterprise": (start, end)})
        filled.spans.pop("enterprise")  # pyright: ignore[reportAttributeAccessIssue]
    today = some_day(rng)
    asked = ask(filled, today, [owner] if known else [])
    if asked is None:
        return None
    crowded = rng.random() < 0.06
    sources = background(rng, today, 5 if crowded else rng.choice((0, 0, 1, 1, 2, 3)))
    book, _ = book_of(sources, today, rng)
    others = [function for name, function in functions.items() if name != tool]
    made = [invent(rng).function for _ in range(rng.choice((0, 0, 0, 1, 2)))]
    own = functions[tool] if crowded else narrowed(functions[tool], rng, {*asked.placeholders, *fixed})
    listed = [own, *(narrowed(f, rng) for f in rng.sample(others, rng.randrange(1, len(others) + 1))), *made]
    user = user_turn(asked, today, book, per_item=rng.choice((2, 3, 5)))
    if not due:
        refusal = {"role": "assistant", "content": answer_text([])}
        return Example("missing", family, (user, refusal), shown(listed, rng))
    arguments = _arguments(tool, functions[tool], asked.placeholders, fixed)
    return _dialogue("tool", family, user, tool, functions[tool], arguments, book, shown(listed, rng), rng)


def narrowed(function: Mapping[str, Any], rng: random.Random, used: Iterable[str] = ()) -> dict[str, Any]:
    """The function, mostly with fewer of the optional arguments that the question does not use."""
    parameters = function["parameters"]
    optional = [name for name in parameters["properties"] if name not in parameters.get("required", ())]
    if rng.random() < 0.2 or len(optional) < 4:
        return dict(function)
    kept = {*parameters.get("required", ()), *rng.sample(optional, rng.randrange(1, 5))}
    kept |= {"spread_bp" if slot == "spread_minus" else slot.removeprefix("text_") for slot in used}
    properties = {name: value for name, value in parameters["properties"].items() if name in kept}
    return {**function, "parameters": {**parameters, "properties": properties}}


def _arguments(
    tool: str, function: Mapping[str, Any], slots: Mapping[str, str], fixed: Mapping[str, Any]
) -> dict[str, Any]:
    """Arguments in the order of the schema: placeholders, copied words, and what the words fix."""
    found = {
        ("spread_bp" if slot == "spread_minus" else slot.removeprefix("text_")): v
        for slot, v in slots.items()
    }
    found |= fixed
    return {name: found[name] for name in function["parameters"]["properties"] if name in found}


def invented_example(rng: random.Random, background: Background, split: str) -> Example | None:
    """A question for a tool that the model has never seen, among other such tools, or for none of them."""
    wanted = invent(rng, held_out=split == "test")
    others: list[dict[str, Any]] = []
    for _ in range(rng.randrange(1, 6)):
        other = invent(rng, held_out=split == "test" and rng.random() < 0.3)
        if other.object != wanted.object and all(other.function["name"] != f["name"] for f in others):
            others.append(other.function)
    owner = enterprise(rng)
    filled = noisy(fill(wanted.template, rng, {"enterprise": owner[rng.choice((0, 1))]}), rng)
    today = some_day(rng)
    asked = ask(filled, today, [owner])
    if asked is None:
        return None
    book, _ = book_of(background(rng, today, rng.choice((0, 0, 1, 2))), today, rng)
    user = user_turn(asked, today, book, per_item=3)
    if others and rng.random() < 0.1:
        none = {"role": "assistant", "content": answer_text([])}
        return Example("no_tool", "invented", (user, none), shown(others, rng))
    name = wanted.function["name"]
    arguments = _arguments(name, wanted.function, asked.placeholders, {})
    tools = shown([wanted.function, *others], rng)
    return _dialogue("invented", "invented", user, name, wanted.function, arguments, book, tools, rng)


def _dialogue(
    kind: str,
    family: str,
    user: dict[str, Any],
    name: str,
    function: Mapping[str, Any],
    arguments: dict[str, Any],
    book: EvidenceBook,
    tools: tuple[dict[str, Any], ...],
    rng: random.Random,
) -> Example:
    """The call, and in two of three dialogues what came back and the answer from it."""
    turns = [user, call_turn(name, arguments)]
    style = rng.random()
    if style < 0.08:
        turns += [
            {"role": "tool", "content": rng.choice(_ERRORS)},
            {"role": "assistant", "content": answer_text([])},
        ]
    elif style < 0.6:
        title = function["description"].partition("：")[0]
        marks = add_result(book, name, title, _summary(title, arguments, rng))
        shown_result = render_evidence(book, [len(book.items)])
        turns += [
            {"role": "tool", "content": shown_result},
            {"role": "assistant", "content": answer_text(marks[:3])},
        ]
    return Example(kind, family, tuple(turns), tools)


def _summary(title: str, arguments: Mapping[str, Any], rng: random.Random) -> list[str]:
    """Sentences as a tool reports them: a result, its parts, a caution."""
    number = rng.randrange(10, 99999) / rng.choice((1, 10, 100))
    unit = rng.choice(("万元", "万元", "%", "分", "项", "人", "个月"))
    lines = [
        rng.choice(
            (
                f"{title}的结果为{number}{unit}。",
                f"按规则计算，{title}为{number}{unit}。",
                f"{title}：{number}{unit}。",
            )
        )
    ]
    for _ in range(rng.randrange(0, 4)):
        lines.append(
            rng.choice(
                (
                    f"其中{rng.choice('甲乙丙丁')}项{rng.randrange(1, 999)}{unit}，较上期{rng.choice('增减')}{rng.randrange(1, 60)}%。",
                    f"数据截至{rng.randrange(2023, 2027)}年{rng.randrange(1, 13)}月。",
                    f"第{rng.randrange(1, 9)}条条件{rng.choice(('满足', '不满足', '待核实'))}。",
                    "以上为测算参考，须由人工审核。",
                )
            )
        )
    return list(dict.fromkeys(lines))


def no_call_example(
    functions: Functions, rng: random.Random, background: Background, split: str
) -> Example | None:
    """A question beside the tools that none of them should be called for, with evidence that does not answer."""
    lines = phrases.NO_CALL.strip().splitlines()
    line = rng.choice(lines)
    if held_out(line) != (split == "test"):
        return None
    filled = noisy(plain_phrase(phrases.choose(line, rng)), rng)
    today = some_day(rng)
    asked = ask(filled, today)
    if asked is None:
        return None
    book, _ = book_of(background(rng, today, rng.randrange(0, 4)), today, rng)
    listed = [
        narrowed(f, rng) for f in rng.sample(list(functions.values()), rng.randrange(1, len(functions) + 1))
    ]
    user = user_turn(asked, today, book, per_item=3)
    return Example(
        "no_tool", line, (user, {"role": "assistant", "content": answer_text([])}), shown(listed, rng)
    )
