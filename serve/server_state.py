"""What the running server holds: made once at start, handed to each router, closed at the end."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.errors import BaguiError, StoreUnavailable
from assistant.settings import Settings
from serve.generations import Generations
from serve.process.drain import Drain

if TYPE_CHECKING:
    from assistant.build import Bagui
    from serve.start.demo import DemoCredentials


def _silent(_text: str) -> None:
    pass


@dataclass(slots=True)
class ServerState:
    """`bagui` is set while the server is open. The operator token lets this machine's command line in.

    `origins` are those of the server's own pages. `say` tells a person what a long start is doing; `fault`
    is why a start failed.
    """

    settings: Settings
    origins: tuple[str, ...] = ()
    drain: Drain = field(default_factory=Drain)
    generations: Generations = field(init=False)
    operator_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    demo: DemoCredentials | None = None
    say: Callable[[str], None] = _silent
    fault: BaguiError | None = None
    _bagui: Bagui | None = None

    def __post_init__(self) -> None:
        self.generations = Generations(at_once=self.settings.answers_at_once)

    @property
    def bagui(self) -> Bagui:
        if self._bagui is None:
            raise StoreUnavailable("服务尚未就绪", code="not_ready")
        return self._bagui

    @property
    def is_open(self) -> bool:
        return self._bagui is not None

    def opened(self, bagui: Bagui) -> None:
        self._bagui = bagui

    async def close(self) -> None:
        await self.generations.close()
        if self._bagui is not None:
            bagui, self._bagui = self._bagui, None
            await bagui.close()
