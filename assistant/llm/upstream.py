"""The configured OpenAI-compatible server: its address, its key, its time limits and the one client that reaches it."""

from __future__ import annotations

import httpx

from assistant.settings import LlmSettings


class Upstream:
    """One per process. A client of its own, which no proxy of the surroundings sees; closed with the models."""

    def __init__(self, settings: LlmSettings) -> None:
        self.settings = settings
        self.client = httpx.AsyncClient(
            trust_env=False,
            timeout=httpx.Timeout(settings.total_timeout_s, connect=settings.connect_timeout_s),
        )

    @property
    def name(self) -> str | None:
        """The name under which the model is listed; `None` without a server."""
        return upstream_name(self.settings)

    @property
    def completions(self) -> str:
        """The address of chat completions."""
        return f"{(self.settings.base_url or '').rstrip('/')}/chat/completions"

    @property
    def headers(self) -> dict[str, str]:
        key = self.settings.api_key
        return {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}

    @property
    def patience(self) -> httpx.Timeout:
        """Limits of a plain pass, which waits for the first token as long as an answer of ours does."""
        limits = self.settings
        return httpx.Timeout(
            limits.total_timeout_s, connect=limits.connect_timeout_s, read=limits.first_token_timeout_s
        )

    async def close(self) -> None:
        await self.client.aclose()


def upstream_name(settings: LlmSettings) -> str | None:
    return (settings.model or "default") if settings.base_url else None
