"""What a driver's error means to a caller: one place where database errors become `StoreUnavailable`."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from assistant.errors import StoreUnavailable

_MESSAGES = {
    "database_locked": "数据库正被其他进程占用，请稍后再试；没有写入任何内容",
    "database_read_only": "数据库是只读的，无法保存；请检查数据目录的权限与挂载方式",
    "disk_full": "磁盘空间不足，数据库无法写入；没有写入任何内容",
    "database_damaged": "数据库文件已损坏或不是数据库文件，请从备份恢复",
    "database_unreachable": "无法打开或连接数据库，请检查数据目录或数据库服务",
}

_SQLITE = {
    sqlite3.SQLITE_BUSY: "database_locked",
    sqlite3.SQLITE_LOCKED: "database_locked",
    sqlite3.SQLITE_READONLY: "database_read_only",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_CANTOPEN: "database_unreachable",
    sqlite3.SQLITE_IOERR: "database_unreachable",
    sqlite3.SQLITE_CORRUPT: "database_damaged",
    sqlite3.SQLITE_NOTADB: "database_damaged",
}

_POSTGRES = {
    "25006": "database_read_only",
    "53100": "disk_full",
    "55P03": "database_locked",
    "40P01": "database_locked",
    "40001": "database_locked",
    "53300": "database_unreachable",
    "57P01": "database_unreachable",
    "57P02": "database_unreachable",
    "57P03": "database_unreachable",
}


def unavailable(code: str) -> StoreUnavailable:
    return StoreUnavailable(_MESSAGES[code], code=code)


def fault(error: DBAPIError | PoolTimeout | OSError) -> StoreUnavailable | None:
    """The outage behind an error, or `None` when it is a mistake in the statement or the data."""
    if isinstance(error, PoolTimeout | OSError):
        return unavailable("database_unreachable")
    origin = error.orig
    if isinstance(origin, sqlite3.Error):
        code = _SQLITE.get(getattr(origin, "sqlite_errorcode", 0) & 0xFF)
        return unavailable(code) if code else None
    state = getattr(origin, "sqlstate", None)
    if state is None and type(origin).__name__ == "OperationalError":
        return unavailable("database_unreachable")
    code = _POSTGRES.get(state or "") or ("database_unreachable" if (state or "").startswith("08") else None)
    return unavailable(code) if code else None
