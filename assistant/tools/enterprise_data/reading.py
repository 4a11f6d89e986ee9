"""Several domains of one enterprise read for one caller: what was delivered, what is closed, what is empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import ConsentRequired
from assistant.store.domains import DOMAIN_TITLES
from assistant.tools.context import ToolContext
from assistant.tools.enterprise_data.delivery import Delivery, latest_delivery

if TYPE_CHECKING:
    from assistant.store.enterprises import Enterprise


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest delivery of each domain that is open, in the order asked for.

    `closed` holds the domains without a valid consent and what was said of each, `empty` those that are open and
    were never delivered.
    """

    enterprise: Enterprise
    deliveries: Mapping[str, Delivery]
    closed: Mapping[str, ConsentRequired]
    empty: tuple[str, ...]

    @property
    def payloads(self) -> dict[str, Mapping[str, Any]]:
        return {domain: one.payload for domain, one in self.deliveries.items()}

    def closed_lines(self, effect: str = "") -> tuple[str, ...]:
        """One line for each closed domain; `effect` is what could not be done without it."""
        why = "未取得企业的有效授权，" + (f"{effect}，" if effect else "")
        return tuple(f"{DOMAIN_TITLES[domain]}数据：{why}企业授权后可查" for domain in self.closed)

    def empty_lines(self) -> tuple[str, ...]:
        return tuple(f"{DOMAIN_TITLES[domain]}数据：尚未交付" for domain in self.empty)


async def read_domains(ctx: ToolContext, enterprise: Enterprise, domains: Iterable[str]) -> Reading:
    """Read each domain under its consent, checked in the database now; a closed one is noted, not raised."""
    deliveries: dict[str, Delivery] = {}
    closed: dict[str, ConsentRequired] = {}
    empty: list[str] = []
    for domain in domains:
        try:
            delivery = latest_delivery(await ctx.read_domain(enterprise.code, domain))
        except ConsentRequired as error:
            closed[domain] = error
            continue
        if delivery is None:
            empty.append(domain)
        else:
            deliveries[domain] = delivery
    return Reading(enterprise, deliveries, closed, tuple(empty))
