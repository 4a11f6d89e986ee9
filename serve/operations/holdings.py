"""What the knowledge base holds: documents listed, removed and brought in; the state of the parts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from assistant.principal import Audience
from assistant.store import documents, versions
from assistant.store.audit import AuditEntry, append
from assistant.store.database import Store, StoreSession
from assistant.today import today_in_shanghai
from serve.operations.operation import (
    Arguments,
    FullOperation,
    InRole,
    NoArguments,
    StoreOperation,
    Stream,
    operator,
    result,
)

if TYPE_CHECKING:
    from assistant.build import Bagui
    from assistant.document import DocumentVersion
    from knowledge.intake.outcome import FileOutcome, FileResult, IngestStep


class DocumentsArguments(InRole):
    collection: str | None = None


class RemoveArguments(Arguments):
    id: str = Field(max_length=400)


class IngestArguments(Arguments):
    """Files or folders on this machine. `audience` is for those that do not say who may read them."""

    paths: list[str] = Field(min_length=1, max_length=10_000)
    collection: str | None = Field(default=None, min_length=3, max_length=60, pattern=r"^[a-z][a-z0-9_-]+$")
    audience: Audience = "internal"


async def list_documents(store: Store, tenant: str, asked: DocumentsArguments) -> list[dict[str, Any]]:
    principal = operator(tenant, asked.role, asked.enterprise)
    today = today_in_shanghai()
    async with store.reading() as session:
        held = await documents.list_documents(session, principal, collection=asked.collection)
        statuses = versions.statuses(await versions.load_versions(session), today)
    return [
        {
            "id": document.id,
            "collection": document.collection,
            "title": document.title,
            "versions": [
                {
                    "version": version.version,
                    "doc_no": version.doc_no,
                    "issuer": version.issuer,
                    "authority": version.authority,
                    "status": statuses[version.id],
                    "issued": _day(version.issued),
                    "effective_from": _day(version.effective_from),
                    "effective_to": _day(version.effective_to),
                    "passages": passages,
                }
                for version, passages in zip(document.versions, document.passages, strict=True)
            ],
        }
        for document in held
    ]


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


async def remove_document(bagui: Bagui, asked: RemoveArguments) -> Stream:
    async with bagui.store.writing() as session:
        removed = await documents.remove_document(session, asked.id)
        entry = AuditEntry("document.remove", "ok", detail={"document": asked.id, "versions": removed})
        await append(session, operator(bagui.settings.tenant), entry)
    await bagui.retriever.refresh()
    yield result({"id": asked.id, "removed": removed})


async def ingest(bagui: Bagui, asked: IngestArguments) -> Stream:
    """Lines of progress, by stage and file, then every outcome. What was reported done is in, whatever comes after."""
    from knowledge.intake.ingest import ingest as take_in

    lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    loop = asyncio.get_running_loop()

    def on_step(step: IngestStep) -> None:
        line = {
            "event": "progress",
            "done": step.done,
            "total": step.total,
            "path": str(step.path),
            "stage": step.stage,
            "part": step.part,
            "parts": step.parts,
        }
        loop.call_soon_threadsafe(lines.put_nowait, line)  # encoding tells from its own thread

    async def record(session: StoreSession, version: DocumentVersion, outcome: FileResult) -> None:
        detail = {"document": version.id, "version": version.version}
        await append(
            session, operator(bagui.settings.tenant), AuditEntry(f"document.{outcome}", "ok", detail=detail)
        )

    async def work() -> list[dict[str, Any]]:
        try:
            paths = [Path(path) for path in asked.paths]
            report = await take_in(
                bagui.store,
                bagui.retriever.encoder,
                paths,
                collection=asked.collection,
                audience=asked.audience,
                progress=on_step,
                record=record,
            )
            await bagui.retriever.refresh()
        finally:
            loop.call_soon(lines.put_nowait, None)
        detail = {name: report.count(name) for name in ("added", "updated", "unchanged", "failed", "skipped")}
        async with bagui.store.writing() as session:
            await append(
                session,
                operator(bagui.settings.tenant),
                AuditEntry("ingest", "ok" if report.ok else "partial", detail=detail),
            )
        return [_outcome(file) for file in report.files]

    working = asyncio.create_task(work())
    try:
        while (line := await lines.get()) is not None:
            yield line
        yield result(await working)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _outcome(file: FileOutcome) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "ok": file.outcome != "failed",
        "outcome": file.outcome,
        "document_id": file.document_id or None,
        "passages": file.passages,
        "audience": file.audience or None,
        "error": file.reason or None,
        "note": file.note or None,
    }


async def state(bagui: Bagui, _asked: NoArguments) -> Stream:
    """Which parts serve, which do not, and what the knowledge base counts."""
    async with bagui.store.reading() as session:
        everyone = operator(bagui.settings.tenant)
        held = await documents.list_documents(session, everyone)
    llm = bagui.settings.llm
    yield result(
        {
            "degraded": list(bagui.degraded),
            "served_model": (llm.model or "default") if llm.base_url else None,
            "embedded_model": bagui.embedded.model_name if bagui.embedded else None,
            "embedded_fault": bagui.embedded_fault,
            "index_version": bagui.retriever.version,
            "documents": len(held),
            "passages": sum(sum(document.passages) for document in held),
            "tools": list(bagui.assistant.catalogue),
        }
    )


OPERATIONS = (
    StoreOperation("documents", DocumentsArguments, list_documents),
    FullOperation("documents_remove", RemoveArguments, remove_document, filled=False),
    FullOperation("ingest", IngestArguments, ingest, filled=False),
    FullOperation("state", NoArguments, state, filled=False),
)
