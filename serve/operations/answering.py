"""Questions, searches and tools, asked in the place of a role."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field

from assistant.conversation import AnswerRequest, Message
from assistant.principal import Principal
from assistant.store import enterprises
from serve.operations.operation import FullOperation, InRole, Stream, operator, result

if TYPE_CHECKING:
    from assistant.build import Bagui


class AskArguments(InRole):
    question: str
    as_of: date | None = None
    conversation: str | None = None


class SearchArguments(InRole):
    query: str
    k: int = Field(default=10, ge=1, le=200)
    collection: str | None = None
    as_of: date | None = None
    explain: bool = False


class ToolArguments(InRole):
    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    as_of: date | None = None


class ListArguments(InRole):
    pass


async def ask(bagui: Bagui, asked: AskArguments) -> Stream:
    principal, code = await _caller(bagui, asked)
    request = AnswerRequest(
        messages=(Message(role="user", content=asked.question),),
        conversation=asked.conversation,
        enterprise=code,
        as_of=asked.as_of,
    )
    async for event in bagui.assistant.answer(request, principal):
        yield event.model_dump(mode="json")


async def search(bagui: Bagui, asked: SearchArguments) -> Stream:
    principal, _ = await _caller(bagui, asked)
    look = bagui.assistant.explain if asked.explain else bagui.assistant.search
    yield result(
        await look(asked.query, principal, k=asked.k, collection=asked.collection, as_of=asked.as_of)
    )


async def run_tool(bagui: Bagui, asked: ToolArguments) -> Stream:
    principal, code = await _caller(bagui, asked)
    call = await bagui.assistant.run_tool(
        asked.name, asked.arguments, principal, enterprise=code, as_of=asked.as_of
    )
    yield result(call.model_dump(mode="json", include={"id", "name", "ok", "result", "error"}))


async def list_tools(bagui: Bagui, _asked: ListArguments) -> Stream:
    yield result([tool.card() for tool in bagui.assistant.catalogue.values()])


async def list_enterprises(bagui: Bagui, asked: ListArguments) -> Stream:
    principal, _ = await _caller(bagui, asked)
    async with bagui.store.reading() as session:
        found = await enterprises.list_enterprises(session, principal)
    yield result(
        [
            {
                "code": item.code,
                "name": item.name,
                "short_name": item.short_name,
                "city": item.city,
                "county": item.county,
                "industry": item.industry,
                "stage": item.stage,
                "size": item.size,
                "founded": item.founded.isoformat() if item.founded else None,
                "employees": item.employees,
                "labels": list(item.labels),
                "fictional": item.fictional,
            }
            for item in found
        ]
    )


async def _caller(bagui: Bagui, asked: InRole) -> tuple[Principal, str | None]:
    """The principal of the role, and the credit code of the enterprise named.

    For staff roles the enterprise is only what the question is about, any other role is bound to it.
    """
    tenant = bagui.settings.tenant
    if asked.enterprise is None:
        return operator(tenant, asked.role), None
    async with bagui.store.reading() as session:
        everyone = operator(tenant)
        found = await enterprises.find_enterprise(session, everyone, asked.enterprise)
    bound = None if asked.role in {"rm", "admin", "auditor"} else found.code
    return operator(tenant, asked.role, bound), found.code


OPERATIONS = (
    FullOperation("ask", AskArguments, ask),
    FullOperation("search", SearchArguments, search),
    FullOperation("tool", ToolArguments, run_tool),
    FullOperation("tools", ListArguments, list_tools, filled=False),
    FullOperation("enterprises", ListArguments, list_enterprises),
)
