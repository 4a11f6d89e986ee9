"""Nothing of an enterprise leaves an answer after its consent has ended, also while the answer is being made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from assistant.answer import DataUse
from assistant.principal import Principal
from assistant.store.consents import granted_pairs, readable
from assistant.store.database import Store

Readable = Callable[[DataUse], bool]


async def readable_now(store: Store, principal: Principal, today: date) -> Readable:
    """Which uses of enterprise data the caller's consents allow at this moment.

    Read again where a revoke was committed meanwhile: whoever awaits this and releases without another await releases
    before that revoke is acknowledged, or knows of it.
    """
    while True:
        ended = store.ended_consents
        async with store.reading() as session:
            granted = await granted_pairs(session, principal, today=today)
        if ended == store.ended_consents:
            return lambda use: readable(principal, use.enterprise, use.domain, granted)
