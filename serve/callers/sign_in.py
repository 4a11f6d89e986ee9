"""Sign-in of people: passwords checked at a bounded rate, sessions that end."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import BaguiError, Unauthenticated
from assistant.store import users
from assistant.store.audit import AuditEntry, append
from assistant.store.users import User
from serve.server_state import ServerState

IDLE_S = 2 * 3600
LONGEST_S = 12 * 3600
WINDOW_S = 300
FAILURES_HERE = 5
FAILURES_OF_A_NAME = 20
FAILURES_OF_A_CLIENT = 30
_KEPT = 10_000


class TooManyAttempts(BaguiError):
    """Too many failed sign-ins under one name or from one address."""

    http, type, default_code = 429, "rate_limit_error", "too_many_attempts"


@dataclass(slots=True)
class _Session:
    user_id: str
    begun: float
    seen: float


class SignIns:
    """Sessions and failed attempts of this process. A restart ends every session.

    `clock` counts seconds. Cookies hold a random token; only its digest is kept here.
    """

    def __init__(self, state: ServerState, clock: Callable[[], float] = time.monotonic) -> None:
        self._state = state
        self._clock = clock
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._checks = asyncio.Semaphore(2)

    async def sign_in(self, name: str, password: str, client: str) -> str:
        """The token of a new session. `Unauthenticated` in one wording, `TooManyAttempts` after repeated failures.

        A name is limited whether it exists or not, and the limit is looked at before the password.
        """
        known_as = users.plain_name(name)[:60]
        limits = {
            f"here:{client}:{known_as}": FAILURES_HERE,
            f"name:{known_as}": FAILURES_OF_A_NAME,
            f"client:{client}": FAILURES_OF_A_CLIENT,
        }
        for key, limit in limits.items():
            if len(self._recent(key)) >= limit:
                raise TooManyAttempts("登录失败次数过多，请5分钟后再试")
        for key in limits:
            self._failed(key)  # counted before the check, so that parallel guesses count too
        async with self._checks, self._state.bagui.store.reading() as session:
            user = await users.authenticate(session, name, password)
        for key in limits:
            recent = self._recent(key)
            if recent:
                recent.pop()
        await self._record(user, "user.sign_in")
        return self._begin(user)

    async def user(self, token: str) -> User:
        """Who holds this session, read anew. `Unauthenticated` when it ended or its user was disabled."""
        key = _digest(token)
        held = self._sessions.get(key)
        now = self._clock()
        if held is None or now - held.seen > IDLE_S or now - held.begun > LONGEST_S:
            self._sessions.pop(key, None)
            raise Unauthenticated("登录已失效，请重新登录", code="session_ended")
        try:
            async with self._state.bagui.store.reading() as session:
                user = await users.active_user(session, held.user_id)
        except Unauthenticated:
            self._sessions.pop(key, None)
            raise
        held.seen = now
        return user

    async def sign_out(self, token: str) -> None:
        held = self._sessions.pop(_digest(token), None)
        if held is not None:
            async with self._state.bagui.store.reading() as session:
                user = await users.active_user(session, held.user_id)
            await self._record(user, "user.sign_out")

    def _begin(self, user: User) -> str:
        token = secrets.token_urlsafe(32)
        now = self._clock()
        self._sessions[_digest(token)] = _Session(user.id, now, now)
        while len(self._sessions) > _KEPT:
            self._sessions.popitem(last=False)
        return token

    async def _record(self, user: User, what: str) -> None:
        async with self._state.bagui.store.writing() as session:
            await append(session, user.principal, AuditEntry(what, "ok"))

    def _recent(self, key: str) -> list[float]:
        kept = [moment for moment in self._failures.get(key, ()) if self._clock() - moment < WINDOW_S]
        self._failures[key] = kept
        self._failures.move_to_end(key)
        while len(self._failures) > _KEPT:
            self._failures.popitem(last=False)
        return kept

    def _failed(self, key: str) -> None:
        self._failures[key].append(self._clock())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
