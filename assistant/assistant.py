"""From a question to a verified answer: the main path and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import date
from typing import Any, Literal

import structlog

from assistant.answer import (
    Answer,
    AnswerEvent,
    AnswerSentence,
    Failed,
    Finished,
    Retrieved,
    Sentence,
    Started,
    ToolCall,
)
from assistant.answering.completion import completion
from assistant.answering.draft import AnswerDraft
from assistant.answering.phrasing import PhrasingTask, look_up, phrase
from assistant.conversation import AnswerRequest
from assistant.errors import BaguiError, Forbidden
from assistant.evidence.book import EvidenceBook
from assistant.law.history import law_history
from assistant.law.notices import label_status
from assistant.llm.chat_models import ChatModels
from assistant.planning.router import Router
from assistant.principal import Principal
from assistant.question import guard
from assistant.question.asking import points_to_one
from assistant.question.consequence import asks_sanction
from assistant.question.question import Question, understand
from assistant.question.visitor import SIGN_IN, SIGN_IN_MISSING, SIGN_IN_TO_COMPUTE, needs_sign_in
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from assistant.store import answers, audit
from assistant.store.consent_fence import readable_now
from assistant.store.database import Store
from assistant.store.hidden import hide
from assistant.today import today_in_shanghai
from assistant.tools.context import DEFAULT_PURPOSE, ToolContext
from assistant.tools.tool import Tool, run_tool
from assistant.words.mentions import delexicalise, placeholder_values, values_line
from assistant.words.redaction import redact

CONSENT_ENDED = "企业数据的授权在回答过程中终止，回答未完成"

_log = structlog.get_logger(__name__)


class Assistant:
    """Answers questions for every surface. One per process; holds no state of a question."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        retriever: Retriever,
        catalogue: Mapping[str, Tool],
        models: ChatModels,
        router: Router,
    ) -> None:
        self.settings = settings
        self.store = store
        self.retriever = retriever
        self.catalogue = catalogue
        self.models = models
        self.router = router

    async def answer(self, request: AnswerRequest, principal: Principal) -> AsyncIterator[AnswerEvent]:
        """The events of one answer: `Started`, what happens on the way, then `Finished` or `Failed`.

        The answer is stored with its evidence and the audit chain appended before `Finished`; an answer that
        is cancelled or fails stays in the store as interrupted.
        """
        try:
            if not principal.may("chat"):
                raise Forbidden("当前身份不能提问", code="scope_missing")
            asked = await understand(request, principal, self.store, today_in_shanghai())
            draft = await self._open(asked, request, principal)
        except BaguiError as error:
            yield _failed(error, None)
            return
        closed = False
        try:
            yield Started(answer_id=draft.id, conversation=draft.conversation, as_of=draft.as_of)
            async with contextlib.aclosing(self._work(draft, asked, principal)) as events:
                async for event in events:
                    if isinstance(event, Sentence) and not await self._may_leave(draft, asked, principal):
                        draft.sentences.pop()
                        draft.missing.append(CONSENT_ENDED)
                        break
                    yield event
            answer = draft.finish()
            async with self.store.writing() as session:
                await answers.finish_answer(session, answer, draft.sentences, draft.book.items)
                await audit.append_answer(session, principal, answer, draft.book.items)
            closed = True
            yield Finished(answer=await self._as_readable(answer, draft, asked, principal))
        except BaguiError as error:
            _log.warning("answer_failed", answer=draft.id, code=error.code)
            yield _failed(error, draft.id)
        finally:
            if not closed:
                await asyncio.shield(self._interrupt(draft.id))

    async def run_tool(
        self,
        name: str,
        arguments: Mapping[str, Any],
        principal: Principal,
        *,
        enterprise: str | None = None,
        as_of: date | None = None,
        purpose: str = DEFAULT_PURPOSE,
    ) -> ToolCall:
        """Run one tool exactly as the assistant would, and write the run to the audit chain."""
        today = today_in_shanghai()
        context = ToolContext(
            principal=principal,
            as_of=as_of or today,
            today=today,
            store=self.store,
            search=self._rows_for(principal),
            enterprise=enterprise,
            purpose=purpose,
        )
        call = await run_tool(self.catalogue, name, arguments, context)
        async with self.store.writing() as session:
            await audit.append_tool_call(session, principal, call, as_of=context.as_of)
        return call

    async def search(
        self,
        query: str,
        principal: Principal,
        *,
        k: int = 10,
        collection: str | None = None,
        as_of: date | None = None,
    ) -> list[dict[str, Any]]:
        """Passages as `bagui search` prints them, best first."""
        return await self._rows_for(principal)(
            guard.admit(query), k, collection, as_of or today_in_shanghai()
        )

    async def explain(
        self,
        query: str,
        principal: Principal,
        *,
        k: int = 10,
        collection: str | None = None,
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """What `search` finds, with why each passage stands there and how many the filters left out."""
        today = today_in_shanghai()
        return await self.retriever.explain(
            guard.admit(query), principal, k=k, collection=collection, as_of=as_of or today, today=today
        )

    async def _open(self, asked: Question, request: AnswerRequest, principal: Principal) -> AnswerDraft:
        async with self.store.writing() as session:
            started = await answers.start_answer(
                session,
                principal,
                question=redact(asked.typed),
                as_of=asked.as_of,
                conversation=request.conversation,
                enterprise=asked.enterprise,
            )
        return AnswerDraft(
            id=started.id,
            conversation=started.conversation,
            question=asked.question,
            as_of=asked.as_of,
            enterprise=asked.enterprise,
            index_version=self.retriever.version,
            book=EvidenceBook(asked.as_of),
        )

    async def _may_leave(self, draft: AnswerDraft, asked: Question, principal: Principal) -> bool:
        """Whether everything read of enterprises so far may still be read: a revoke fences answers on their way."""
        uses = draft.book.uses
        if not uses:
            return True
        readable = await readable_now(self.store, principal, asked.today)
        return all(readable(use) for use in uses)

    async def _as_readable(
        self, answer: Answer, draft: AnswerDraft, asked: Question, principal: Principal
    ) -> Answer:
        """The finished answer without what a consent no longer opens; the stored one is hidden at each read."""
        if not draft.book.uses:
            return answer
        readable = await readable_now(self.store, principal, asked.today)
        return hide(answer, draft.sentences, draft.book.items, readable)[0]

    async def _work(
        self, draft: AnswerDraft, asked: Question, principal: Principal
    ) -> AsyncGenerator[AnswerEvent]:
        # Without names and values: a firm called （虚构） asks for nothing fabricated.
        verdict = guard.review(delexicalise(asked.question, asked.mentions))
        if verdict is not None:
            draft.status, draft.model = verdict.status, "guard"
            yield draft.release(AnswerSentence(text=verdict.text))
            return
        if asked.question != asked.typed:
            yield draft.release_reading(f"承接上一问，理解为：{redact(asked.question).rstrip('？?。')}。")
        history = await law_history(
            self.store,
            asked.question,
            principal,
            draft.book,
            as_of=asked.as_of,
            today=asked.today,
            query=asked.query,
        )
        if history is not None:
            draft.passages += history.cited
            draft.missing += history.missing
            for sentence in history.sentences:
                yield draft.release(sentence)
            if history.whole:
                draft.model = "versions"
                return
        await self._retrieve(draft, asked, principal)
        draft.unnamed = asked.enterprise is None and points_to_one(asked.question)
        if principal.role == "visitor" and self._is_private(asked, draft):
            draft.status, draft.model = "needs_consent", "guard"
            draft.missing.append(SIGN_IN_MISSING)
            yield draft.release(AnswerSentence(text=SIGN_IN))
            return
        yield Retrieved(count=len(draft.passages), titles=tuple(p.title for p in draft.passages))
        task = self._phrasing_task(draft, asked, principal)
        async for event in phrase(draft, task, self.models, self.settings.agent):
            yield event
        async for event in look_up(draft, task):
            yield event
        for sentence in completion(draft, asked.today):
            labelled = label_status(sentence, draft.book)
            if not draft.says(labelled):
                yield draft.release(labelled)
        if draft.passages and self._would_compute(asked, principal):
            draft.missing.append(SIGN_IN_MISSING)
            yield draft.release(AnswerSentence(text=SIGN_IN_TO_COMPUTE))

    async def _retrieve(self, draft: AnswerDraft, asked: Question, principal: Principal) -> None:
        """Always, by plain code. Only passages that bear on the question become evidence."""
        found = await self.retriever.search(
            asked.query,
            principal,
            k=self.settings.retrieval.top_k,
            as_of=asked.as_of,
            today=asked.today,
            enterprise=asked.enterprise,
        )
        bearing = [passage for passage in found if self.retriever.bears_on(passage)]
        draft.doubtful = not draft.passages and self.retriever.doubtful(bearing)
        draft.passages += bearing
        draft.successors = await self.retriever.successors(
            asked.query, draft.passages, principal, as_of=asked.as_of
        )
        draft.degraded += self.retriever.degraded
        for passage in (*draft.passages, *draft.successors):
            draft.book.add_passage(passage)
        draft.mark_time("retrieved")

    def _is_private(self, asked: Question, draft: AnswerDraft) -> bool:
        nearest = self.router.consider(asked.question, asked.mentions)
        reads = nearest is not None and self.catalogue[nearest.name].scope == "enterprises"
        return needs_sign_in(asked.question, reads_enterprise=reads, passages=draft.passages)

    def _would_compute(self, asked: Question, principal: Principal) -> bool:
        """Whether a visitor's own amounts would be computed with, were it not a visitor who asks. One alone asks for a rule."""
        if principal.role != "visitor":
            return False
        call = self.router.propose(asked.question, asked.mentions)
        given = set(call.arguments.values()) if call else set[Any]()
        amounts = [one for one in asked.mentions if one.kind == "money" and one.placeholder in given]
        return len(amounts) > 1

    def _phrasing_task(self, draft: AnswerDraft, asked: Question, principal: Principal) -> PhrasingTask:
        placeholders = placeholder_values(asked.mentions)
        context = ToolContext(
            principal=principal,
            as_of=asked.as_of,
            today=asked.today,
            store=self.store,
            search=self._rows_for(principal),
            enterprise=asked.enterprise,
            placeholders=placeholders,
        )
        # What the law does to whoever breaks it, no tool computes; a small model calls one all the same.
        nobody = asked.enterprise is None and not draft.unnamed
        by_law = nobody and asks_sanction(asked.question)
        tools = {
            name: tool
            for name, tool in self.catalogue.items()
            if principal.may(tool.scope) and (tool.scope == "knowledge" or not by_law)
        }

        async def run(
            name: str, arguments: Mapping[str, Any], call_id: str, chosen_by: Literal["model", "router"]
        ) -> ToolCall:
            call = await run_tool(tools, name, arguments, context, call_id=call_id, chosen_by=chosen_by)
            draft.calls.append(call)
            draft.book.add_tool_call(call, tools[name].title)
            return call

        return PhrasingTask(
            question=delexicalise(asked.question, asked.mentions),
            values=values_line(asked.mentions),
            history=asked.history,
            tools=tools,
            run=run,
            propose=lambda: self.router.propose(asked.question, asked.mentions, tools),
            today=asked.today,
            directory=asked.directory,
            users_words=asked.question,
            mentions=asked.mentions,
            named=next((m.placeholder for m in asked.mentions if m.kind == "enterprise"), None),
        )

    def _rows_for(self, principal: Principal):
        async def rows(query: str, k: int, collection: str | None, as_of: date) -> list[dict[str, Any]]:
            found = await self.retriever.search(
                query, principal, k=k, collection=collection, as_of=as_of, today=today_in_shanghai()
            )
            return self.retriever.rows(found)

        return rows

    async def _interrupt(self, answer_id: str) -> None:
        try:
            async with self.store.writing() as session:
                await answers.interrupt_answer(session, answer_id)
        except BaguiError as error:
            # The next start marks what is still running as interrupted.
            _log.warning("interrupt_not_stored", answer=answer_id, code=error.code)


def _failed(error: BaguiError, answer_id: str | None) -> Failed:
    return Failed(answer_id=answer_id, message=error.message, code=error.code, http=error.http)
