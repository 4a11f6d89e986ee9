"""What a running tool may see: who asks, for which day, and the only ways to data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.errors import InvalidRequest
from assistant.principal import Principal

if TYPE_CHECKING:
    from assistant.store.database import Store
    from assistant.store.enterprises import DomainRead, Enterprise

SearchRows = Callable[[str, int, str | None, date], Awaitable[list[dict[str, Any]]]]
DEFAULT_PURPOSE = "credit_service"


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Travels into every tool run.

    `as_of` is the day for which rules are read, `today` the calendar day in Asia/Shanghai against which consent
    is checked. `enterprise` is the credit code chosen beside the question. `placeholders` maps `⟨M1⟩` and its
    like to typed values. `search(query, k, collection, as_of)` returns rows as `bagui search` prints them.
    """

    principal: Principal
    as_of: date
    today: date
    store: Store
    search: SearchRows
    enterprise: str | None = None
    purpose: str = DEFAULT_PURPOSE
    placeholders: Mapping[str, Any] = field(default_factory=dict)

    async def find_enterprise(self, name: str | None) -> Enterprise:
        """The enterprise named, else the one chosen; `InvalidRequest` when there is neither."""
        from assistant.store import enterprises

        wanted = name or self.enterprise
        if not wanted:
            raise InvalidRequest("请指明企业（名称、简称或统一社会信用代码）", param="enterprise")
        async with self.store.reading() as session:
            return await enterprises.find_enterprise(session, self.principal, wanted)

    async def read_domain(self, code: str, domain: str) -> DomainRead:
        """One data domain of one enterprise, consent checked in the database now."""
        from assistant.store import enterprises

        async with self.store.reading() as session:
            return await enterprises.read_domain(
                session, self.principal, code, domain, purpose=self.purpose, today=self.today
            )
