"""A model phrases the answer under the sentence gate: only verified sentences come out of here."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import structlog

from assistant.answer import AnswerEvent, AnswerSentence, Sentence, ToolCall, ToolFinished, ToolStarted
from assistant.answering.agent import AgentTask, ModelDone, TextDelta, run_agent
from assistant.answering.draft import PORTRAIT, AnswerDraft
from assistant.answering.gate import SentenceGate
from assistant.conversation import Message
from assistant.errors import BaguiError, InvalidRequest
from assistant.evidence.book import render_evidence
from assistant.evidence.quoting import closest_sentence, overlap
from assistant.evidence.verification import check, claims_of
from assistant.law.notices import label_status
from assistant.llm.chat_models import ChatModels, ModelCandidate
from assistant.planning.router import Proposal
from assistant.planning.slots import settle
from assistant.prompts import question_message, system_prompt
from assistant.question.asking import asks_rule
from assistant.settings import AgentSettings
from assistant.tools.tool import Tool
from assistant.words.mentions import Directory, Mention

LEAST_OVERLAP = 0.3
DECLINED = (
    "现有资料不足以回答",
    "未找到相关",
    "没有找到相关",
    "无法根据现有",
    "证据不足",
    "资料中没有",
    "未提及",
)
_log = structlog.get_logger(__name__)

RunTool = Callable[[str, Mapping[str, Any], str, Literal["model", "router"]], Awaitable[ToolCall]]


@dataclass(frozen=True, slots=True)
class PhrasingTask:
    """What a model is given to phrase one answer, and what its sentences are checked with.

    `named` is the placeholder of the enterprise that the question names. `mentions` and `users_words` are those of
    the question as it was asked.
    """

    question: str
    values: str
    history: Sequence[Message]
    tools: Mapping[str, Tool]
    run: RunTool
    propose: Callable[[], Proposal | None]
    today: date
    directory: Directory
    users_words: str
    named: str | None
    mentions: Sequence[Mention]


async def phrase(
    draft: AnswerDraft, task: PhrasingTask, models: ChatModels, limits: AgentSettings
) -> AsyncIterator[AnswerEvent]:
    """Events of tools and verified sentences, from the first model that does not fail.

    A model that fails is named in `draft.degraded` and the next one is tried, unless sentences of it were
    released already: those stand, and code completes the answer. With no model left the router alone chooses.
    """
    candidates = models.candidates()
    if models.served_configured and not any(one.served for one in candidates):
        draft.degraded.append("llm")
    for candidate in candidates:
        released = len(draft.sentences)
        draft.model = candidate.name
        try:
            async for event in _with_model(draft, task, candidate, limits):
                yield event
        except BaguiError as error:
            _log.warning("model_failed", model=candidate.name, code=error.code)
            draft.degraded.append("llm" if candidate.served else "embedded_model")
            if candidate.served:
                models.breaker.failed()
            if len(draft.sentences) > released:
                return
            continue
        if candidate.served:
            models.breaker.succeeded()
        return
    draft.model = "evidence"
    proposal = task.propose()
    if proposal is not None and proposal.confidence >= limits.router_confidence and not draft.calls:
        async for event in _routed(task, proposal):
            yield event


async def look_up(draft: AnswerDraft, task: PhrasingTask) -> AsyncIterator[AnswerEvent]:
    """What a question about a named enterprise needs and no model asked for: that enterprise's data.

    The router's call, however unsure, else the portrait; nothing when a tool ran or the enterprise's own data
    are cited already.
    """
    if task.named is None or draft.calls or PORTRAIT not in task.tools:
        return
    cited = {number for sentence in draft.sentences for number in sentence.cites}
    if any(item.number in cited and item.uses for item in draft.book.items):
        return
    proposal = task.propose() or Proposal(PORTRAIT, {"enterprise": task.named}, 0.0)
    async for event in _routed(task, proposal):
        yield event


async def _routed(task: PhrasingTask, proposal: Proposal) -> AsyncIterator[AnswerEvent]:
    """Runs the router's call; arguments out of shape end it without a result."""
    name = proposal.name
    identity = f"call_1_{name}"
    title = task.tools[name].title
    yield ToolStarted(id=identity, name=name, title=title, arguments=proposal.arguments)
    started = time.perf_counter()
    ok, error = False, None
    try:
        call = await task.run(name, proposal.arguments, identity, "router")
        ok, error = call.ok, call.error
    except InvalidRequest as fault:
        error = fault.message
    ms = round((time.perf_counter() - started) * 1000, 1)
    yield ToolFinished(id=identity, name=name, ok=ok, error=error, ms=ms)


async def _with_model(
    draft: AnswerDraft, task: PhrasingTask, candidate: ModelCandidate, limits: AgentSettings
) -> AsyncIterator[AnswerEvent]:
    evidence = render_evidence(draft.book)
    tools = task.tools if candidate.served else _for_a_small_model(task)

    def propose() -> Proposal | None:
        proposal = task.propose()
        return proposal if proposal is not None and proposal.name in tools else None

    loop = AgentTask(
        system=system_prompt(),
        history=task.history,
        question=question_message(task.question, task.values, draft.as_of, evidence),
        tools=tools,
        run=task.run if candidate.served else _settled(task),
        show=lambda call: _shown(draft, call),
        propose=propose,
        max_steps=limits.max_steps,
        max_seconds=limits.max_seconds,
        sure=limits.model_confidence,
        likely=limits.router_confidence,
        calls=list(draft.calls),  # of a model that failed before this one: ids go on from there
    )
    gate = SentenceGate()
    async for event in run_agent(candidate.model, loop, streams=candidate.served):
        match event:
            case TextDelta(text=text):
                for held in gate.feed(text):
                    if (sentence := _admit(draft, task, held, candidate)) is not None:
                        yield sentence
            case ModelDone(usage=usage, limit=limit):
                draft.usage = usage
                if limit is not None:
                    draft.missing.append("推理步数已达上限" if limit == "steps" else "推理时间已达上限")
            case ToolFinished():
                draft.mark_time("first_tool")
                yield event
            case _:
                yield event
    for held in gate.flush():
        if (sentence := _admit(draft, task, held, candidate)) is not None:
            yield sentence


def _for_a_small_model(task: PhrasingTask) -> Mapping[str, Tool]:
    """The tools that the embedded model may call. It takes 我们公司 for a wish to see the company's portrait, also where a
    rule or a product is asked for.
    """
    if not asks_rule(task.users_words):
        return task.tools
    return {name: tool for name, tool in task.tools.items() if name != PORTRAIT}


def _settled(task: PhrasingTask) -> RunTool:
    """Runs the embedded model's call with arguments settled by the question's own words."""

    async def run(
        name: str, arguments: Mapping[str, Any], call_id: str, chosen_by: Literal["model", "router"]
    ) -> ToolCall:
        settled = settle(task.tools[name], arguments, task.users_words, task.mentions)
        return await task.run(name, settled, call_id, chosen_by)

    return run


def _shown(draft: AnswerDraft, call: ToolCall) -> str:
    """What the model reads of a tool's outcome: its evidence block, or why there is none."""
    item = next((e for e in draft.book.items if e.kind == "tool" and e.id == call.id), None)
    if item is None:
        return f"工具未取得结果：{call.error}"
    return render_evidence(draft.book, [item.number])


def _admit(draft: AnswerDraft, task: PhrasingTask, held: str, candidate: ModelCandidate) -> Sentence | None:
    """Verify one draft sentence and release it, or the evidence in its place, or nothing."""
    sentence = draft.book.expand(held)
    if not sentence.text or draft.says(sentence):
        return None
    if not candidate.served and _beside_a_result(draft, sentence):
        return None
    if any(words in sentence.text for words in DECLINED):
        # Whether anything was found is decided by code from the evidence; a served model may say so besides.
        return draft.release(sentence) if candidate.served and not sentence.cites else None
    users_own = [claim.key for claim in claims_of(task.users_words, task.today, task.directory)]
    finding = check(sentence, draft.book, users_own=users_own, today=task.today, directory=task.directory)
    draft.checked += finding.checked
    kept = sentence.model_copy(update={"cites": finding.cites})
    if finding.supported and (finding.checked == 0 or not kept.cites):
        kept = _rest_on_evidence(draft, kept)
    if finding.supported and (kept.cites or _is_connective(kept.text)):
        return draft.release(label_status(kept, draft.book))
    draft.withheld += 1
    instead = closest_sentence(draft.book, sentence.text, draft.sentences)
    if instead is None:
        draft.dropped += 1
        return None
    return draft.release(label_status(instead, draft.book))


def _beside_a_result(draft: AnswerDraft, sentence: AnswerSentence) -> bool:
    """A small model's quotation of a passage where a tool has computed the answer: code says the result instead."""
    cited = [item for number in sentence.cites if (item := draft.book.get(number))]
    computed = any(call.ok for call in draft.calls)
    return computed and bool(cited) and all(item.kind == "passage" for item in cited)


def _rest_on_evidence(draft: AnswerDraft, sentence: AnswerSentence) -> AnswerSentence:
    """The citation of a sentence without figures: kept, or found, where its words are the evidence's."""
    texts = {item.number: f"{item.title}{item.locator}{item.text}" for item in draft.book.items}
    cited = [n for n in sentence.cites if overlap(sentence.text, texts[n]) >= LEAST_OVERLAP]
    if not cited and texts:
        best = max(texts, key=lambda n: overlap(sentence.text, texts[n]))
        cited = [best] if overlap(sentence.text, texts[best]) >= 2 * LEAST_OVERLAP else []
    return sentence.model_copy(update={"cites": tuple(cited)})


def _is_connective(text: str) -> bool:
    """A short turn of phrase such as 测算结果如下： that states nothing."""
    return len(text) <= 16 and text.endswith(("：", ":", "，"))
