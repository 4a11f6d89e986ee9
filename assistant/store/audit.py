"""The audit chain: who did what, why, on which data, with what outcome; each row sealed to the one before."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import structlog
from sqlalchemy import select

from assistant.answer import Answer, DataUse, Evidence, ToolCall, ToolSource
from assistant.errors import Forbidden
from assistant.principal import Principal
from assistant.store.audit_head import AuditHead, DamagedHead, read_head, write_head
from assistant.store.audit_record import GENESIS, AuditEntry, AuditRecord, record_of, seal, values_of
from assistant.store.consents import open_without_consent, valid_consent
from assistant.store.database import StoreSession, dump_json
from assistant.store.domains import CREDIT_SERVICE
from assistant.store.records import AuditRow
from assistant.store.tables import MetaRow
from assistant.today import today_in_shanghai

_BATCH = 500
__all__ = [
    "AuditEntry",
    "AuditRecord",
    "ChainCheck",
    "append",
    "append_answer",
    "append_tool_call",
    "read_audit",
    "verify",
]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Outcome of `verify`: `first_bad` is the sequence number at which the chain stops being ours."""

    rows: int
    first_bad: int | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.first_bad is None


async def append(session: StoreSession, principal: Principal, entry: AuditEntry) -> AuditRecord:
    """Adds a row in the caller's `Store.writing()` transaction: what is not recorded does not happen.

    Rows of all processes form one chain. Time never runs backwards in it. After the commit the store mirrors
    the new head in a signed file beside the database, unless that file shows that the chain was tampered with:
    then it stays as it is, for `verify` to find. A further replica starts with a copy of that file.
    """
    await session.scalar(select(MetaRow.value).where(MetaRow.key == "audit_lock").with_for_update())
    last = (
        await session.execute(
            select(AuditRow.seq, AuditRow.hash, AuditRow.at).order_by(AuditRow.seq.desc()).limit(1)
        )
    ).one_or_none()
    now = datetime.now(UTC)
    seq, previous, at = (last.seq + 1, last.hash, max(now, last.at)) if last else (1, GENESIS, now)
    detail = json.loads(dump_json({"detail": dict(entry.detail)}))["detail"]
    values: dict[str, Any] = {
        "seq": seq,
        "at": at,
        "tenant": principal.tenant,
        "who": principal.subject,
        "role": principal.role,
        "what": entry.what,
        "why": entry.why,
        "enterprise": entry.enterprise,
        "consents": list(entry.consents),
        "evidence": list(entry.evidence),
        "versions": dict(entry.versions),
        "outcome": entry.outcome,
        "detail": detail,
        "previous": previous,
    }
    row = AuditRow(**values, hash=seal(values, session.secret.audit))
    session.add(row)
    await session.flush()
    if session.new_head is not None or await _mirror_agrees(session, AuditHead(seq - 1, previous)):
        session.new_head = AuditHead(seq, row.hash)
    return record_of(row)


async def append_answer(
    session: StoreSession,
    principal: Principal,
    answer: Answer,
    evidence: Sequence[Evidence],
    *,
    purpose: str = CREDIT_SERVICE,
) -> AuditRecord:
    """Records a finished answer: which evidence, tools and versions made it and under which consents."""
    uses = [use for item in evidence for use in item.uses]
    uses += [source.data for call in answer.tool_calls for source in _sources(call) if source.data]
    versions = {"model": answer.model, "prompt": answer.prompt_version, "index": answer.index_version}
    calls = [{"name": call.name, "outcome": _outcome(call)} for call in answer.tool_calls]
    entry = AuditEntry(
        what="answer",
        outcome=answer.status,
        why=purpose if uses else "",
        enterprise=uses[0].enterprise if uses else None,
        consents=await _consents(session, principal, uses, purpose),
        evidence=tuple(item.id for item in evidence),
        versions=versions,
        detail={
            "answer": answer.id,
            "conversation": answer.conversation,
            "as_of": answer.as_of,
            "tools": calls,
            "withheld": answer.verification.withheld,
            "degraded": answer.degraded,
        },
    )
    return await append(session, principal, entry)


async def append_tool_call(
    session: StoreSession,
    principal: Principal,
    call: ToolCall,
    *,
    as_of: date,
    purpose: str = CREDIT_SERVICE,
) -> AuditRecord:
    """Records a tool run outside an answer, a failed one too. Arguments are named, their values are not kept."""
    uses = [source.data for source in _sources(call) if source.data]
    rule = call.result.rule if call.result else None
    entry = AuditEntry(
        what=f"tool.{call.name}",
        outcome=_outcome(call),
        why=purpose if uses or call.error_code == "consent_required" else "",
        enterprise=uses[0].enterprise if uses else None,
        consents=await _consents(session, principal, uses, purpose),
        evidence=(call.id,),
        versions={rule.id: rule.version} if rule else {},
        detail={"as_of": as_of, "arguments": sorted(call.arguments)},
    )
    return await append(session, principal, entry)


async def verify(session: StoreSession) -> ChainCheck:
    """Walks the chain and compares its end with the signed head beside the database.

    Finds rows that were edited, deleted (also at the end), inserted, reordered or rewritten without the key.
    Call it first in its session: a mirror read later than the data could be ahead of them.
    """
    try:
        head = read_head(session.head_file, session.secret.audit_head)
    except DamagedHead:
        return ChainCheck(0, first_bad=0, problem="审计链头文件被改动，签名不符")
    expected, previous, at, mirrored = 1, GENESIS, datetime.min.replace(tzinfo=UTC), None
    async for row in _rows(session):
        problem = _problem(row, expected, previous, at, session.secret.audit)
        if problem:
            return ChainCheck(expected - 1, first_bad=min(expected, row.seq), problem=problem)
        if head is not None and row.seq == head.seq:
            mirrored = row.hash
        expected, previous, at = row.seq + 1, row.hash, row.at
    rows = expected - 1
    if head is None:
        problem = "审计链头文件缺失，无法确认末尾完整"
        return ChainCheck(rows, first_bad=rows, problem=problem) if rows else ChainCheck(0)
    if head.seq == 0:
        return ChainCheck(rows)
    if head.seq > rows:
        return ChainCheck(rows, first_bad=expected, problem="末尾的记录被删除")
    if mirrored != head.hash:
        return ChainCheck(rows, first_bad=head.seq, problem="记录与已签名的链头不符")
    return ChainCheck(rows)


async def read_audit(
    session: StoreSession, principal: Principal, *, after: int = 0, limit: int = 100
) -> tuple[AuditRecord, ...]:
    """Rows of the caller's tenant in order, from `after` on; `Forbidden` without the audit scope."""
    if not principal.may("audit"):
        raise Forbidden("您无权查看审计记录")
    rows = await session.scalars(
        select(AuditRow)
        .where(AuditRow.seq > after, AuditRow.tenant == principal.tenant)
        .order_by(AuditRow.seq)
        .limit(limit)
    )
    return tuple(record_of(row) for row in rows)


async def _mirror_agrees(session: StoreSession, last: AuditHead) -> bool:
    """Whether the mirrored head is a link of the chain that ends in `last`; the first row starts the mirror."""
    try:
        head = read_head(session.head_file, session.secret.audit_head)
    except DamagedHead:
        head = None
    if head is None and last.seq == 0 and not session.head_file.exists():
        head = last
        write_head(session.head_file, head, session.secret.audit_head)
    if head is None or head.seq > last.seq:
        agrees = False
    elif head.seq in (last.seq, 0):
        agrees = head.hash == (last.hash if head.seq else GENESIS)
    else:
        agrees = head.hash == await session.scalar(select(AuditRow.hash).where(AuditRow.seq == head.seq))
    if not agrees:
        _log.error("audit_chain_tampered", last=last.seq, mirrored=head.seq if head else None)
    return agrees


async def _consents(
    session: StoreSession, principal: Principal, uses: Sequence[DataUse], purpose: str
) -> tuple[str, ...]:
    """The consents behind `uses`: the one noted at the read, else the one that is valid now."""
    found: dict[str, None] = {}
    for enterprise, domain, noted in dict.fromkeys((u.enterprise, u.domain, u.consent) for u in uses):
        if noted is None and not open_without_consent(principal, enterprise, domain):
            noted = await valid_consent(
                session, principal, enterprise, domain, today=today_in_shanghai(), purpose=purpose
            )
        if noted is not None:
            found[noted] = None
    return tuple(found)


def _sources(call: ToolCall) -> tuple[ToolSource, ...]:
    return call.result.sources if call.result else ()


def _outcome(call: ToolCall) -> str:
    return "ok" if call.ok else (call.error_code or "failed")


async def _rows(session: StoreSession) -> AsyncIterator[AuditRow]:
    after = None
    while True:
        chosen = select(AuditRow).order_by(AuditRow.seq).limit(_BATCH)
        rows = list(await session.scalars(chosen if after is None else chosen.where(AuditRow.seq > after)))
        for row in rows:
            yield row
        session.expunge_all()
        if len(rows) < _BATCH:
            return
        after = rows[-1].seq


def _problem(row: AuditRow, expected: int, previous: str, at: datetime, key: bytes) -> str:
    if row.seq != expected:
        return "记录缺失或次序被改动"
    if row.previous != previous:
        return "与上一条记录不相接"
    if not hmac.compare_digest(row.hash, seal(values_of(row), key)):
        return "记录内容被改动"
    return "时间早于上一条记录" if row.at < at else ""
