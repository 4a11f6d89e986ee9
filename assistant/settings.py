"""Every setting, in one object that refuses an unsafe start. `BAGUI_*` variables win over `bagui.toml`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import ConfigurationError


class LlmSettings(BaseModel):
    """An OpenAI-compatible server. With no `base_url` the embedded model answers."""

    base_url: str | None = None
    model: str | None = None
    api_key: SecretStr | None = None
    connect_timeout_s: float = Field(default=3.0, gt=0)
    first_token_timeout_s: float = Field(default=20.0, gt=0)
    total_timeout_s: float = Field(default=90.0, gt=0)
    breaker_failures: int = Field(default=3, ge=1)
    breaker_reset_s: float = Field(default=10.0, gt=0)

    @field_validator("base_url")
    @classmethod
    def _http_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value or None


class EmbeddedSettings(BaseModel):
    """The shipped model. `enabled: false` leaves evidence-only answers when no server is configured."""

    enabled: bool = True
    model_dir: Path | None = None
    kv_cache_gb: float = Field(default=0.125, gt=0)
    threads: int = Field(default=2, ge=1)


class RetrievalSettings(BaseModel):
    """`encoder` and `reranker` name local folders of sentence-transformers models; unset, the shipped ones serve."""

    encoder: str | None = None
    reranker: str | None = None
    top_k: int = Field(default=5, ge=1, le=20)


class AgentSettings(BaseModel):
    """Bounds of the loop. Under `model_confidence` a decision of the embedded model is left to the router, whose
    proposal counts from `router_confidence` on; both are measured (eval/routing.py).
    """

    max_steps: int = Field(default=4, ge=1, le=12)
    max_seconds: float = Field(default=60.0, gt=0)
    model_confidence: float = Field(default=0.95, ge=0, le=1)
    router_confidence: float = Field(default=0.5, ge=0, le=1)


class Settings(BaseSettings):
    """`home` holds the database, indexes, logs and the running server's address (default `~/.bagui`)."""

    model_config = SettingsConfigDict(
        env_prefix="BAGUI_", env_nested_delimiter="__", toml_file="bagui.toml", extra="ignore"
    )

    home: Path = Path("~/.bagui")
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    demo: bool = True
    tenant: str = "bank"
    body_limit_bytes: int = Field(default=2_000_000, ge=1_000)
    answers_at_once: int = Field(default=16, ge=1, le=1024)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    llm: LlmSettings = LlmSettings()
    embedded: EmbeddedSettings = EmbeddedSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    agent: AgentSettings = AgentSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @cached_property
    def home_path(self) -> Path:
        return self.home.expanduser().resolve()

    @property
    def database(self) -> str:
        """SQLAlchemy URL with its async driver."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.home_path / 'bagui.sqlite'}"
        if self.database_url.startswith("sqlite:///"):
            return self.database_url.replace("sqlite:///", "sqlite+aiosqlite:///", 1)
        return self.database_url

    @property
    def index_path(self) -> Path:
        return self.home_path / "index"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `bagui.toml` and `overrides`; a wrong value is a `ConfigurationError`."""
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"setting {name}: {first['msg']}", param=name) from error
