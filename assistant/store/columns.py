"""Column types that behave the same on SQLite and PostgreSQL: text, JSON and timestamps."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from assistant.errors import InvalidRequest

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UnstorableText(InvalidRequest, DontWrapMixin):
    """Text that not every database can hold: a NUL character or half of a surrogate pair."""

    default_code = "unstorable_text"


def check_text(value: str) -> str:
    """The text itself; `UnstorableText` where PostgreSQL or UTF-8 would refuse it."""
    if _UNSTORABLE.search(value):
        raise UnstorableText("文本含有空字符（NUL）或不成对的代理字符，无法保存")
    return value


def _check_json(value: Any) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(str(key))
            _check_json(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_json(item)


class StoredText(TypeDecorator[str]):
    """Text without NUL and lone surrogates, refused alike by both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else check_text(value)


class StoredJson(TypeDecorator[Any]):
    """JSON kept as text (never reordered by the database); its strings obey the rule of `StoredText`."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        _check_json(value)
        return value


class UtcDateTime(TypeDecorator[datetime]):
    """A timestamp in UTC. Naive ones are refused going in; coming out they are always aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("timestamps are aware; got a naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Root of all tables. Constraint names follow a convention so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {str: StoredText, datetime: UtcDateTime}
