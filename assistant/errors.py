"""The one error tree. Each error knows how every surface shows it: HTTP status, exit code, OpenAI-style body."""

from __future__ import annotations

from typing import Any, ClassVar


class BaguiError(Exception):
    """Something a caller can be told in one clear line.

    `http` is the status of the API, `exit_code` that of the command line (1 failed job, 2 bad usage).
    """

    http: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    type: ClassVar[str] = "server_error"
    default_code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.param = param

    def body(self) -> dict[str, Any]:
        """The contract's error shape: `{"error": {message, type, param, code}}`."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


class InvalidRequest(BaguiError):
    """The request itself is wrong: a value, a type, a missing field."""

    http, exit_code, type, default_code = 400, 2, "invalid_request_error", "invalid_value"


class Unauthenticated(BaguiError):
    """No key, or one that is unknown, expired or revoked; all of them read the same from outside."""

    http, exit_code, type, default_code = 401, 1, "authentication_error", "invalid_api_key"


class Forbidden(BaguiError):
    """The caller is known and may not do this."""

    http, exit_code, type, default_code = 403, 1, "permission_error", "forbidden"


class ConsentRequired(Forbidden):
    """The caller may see the enterprise, but no valid consent covers this domain for this purpose."""

    default_code: ClassVar[str] = "consent_required"

    def __init__(self, enterprise: str, domain: str, purpose: str, *, title: str = "") -> None:
        shown = title or domain
        super().__init__(f"未取得该企业对“{shown}”数据的有效授权", param="enterprise")
        self.enterprise = enterprise
        self.domain = domain
        self.purpose = purpose


class NotFound(BaguiError):
    """What was named does not exist, or not for this caller."""

    http, exit_code, type, default_code = 404, 1, "invalid_request_error", "not_found"


class Conflict(BaguiError):
    """It cannot be done in the present state of things; nothing was changed."""

    http, exit_code, type, default_code = 409, 1, "invalid_request_error", "conflict"


class TooLarge(BaguiError):
    """A body, a question or a file over its limit."""

    http, exit_code, type, default_code = 413, 2, "invalid_request_error", "too_large"


class StoreUnavailable(BaguiError):
    """The database is locked, read-only, full or not reachable; nothing was written."""

    http, exit_code, type, default_code = 503, 1, "server_error", "store_unavailable"


class IndexUnavailable(BaguiError):
    """A search index cannot be used and could not be rebuilt."""

    http, exit_code, type, default_code = 503, 1, "server_error", "index_unavailable"


class UpstreamError(BaguiError):
    """The configured language model did not answer as it should."""

    http, exit_code, type, default_code = 502, 1, "server_error", "upstream_error"


class AlreadyRunning(BaguiError):
    """Another process owns this BAGUI_HOME, or the port is taken."""

    http, exit_code, type, default_code = 409, 1, "server_error", "already_running"


class ConfigurationError(BaguiError):
    """A setting is wrong or unsafe; the start is refused."""

    http, exit_code, type, default_code = 500, 2, "server_error", "configuration_error"
