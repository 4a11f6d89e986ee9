"""Who asks. A `Principal` is a required argument wherever data is read."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from assistant.conversation import Locale

KeyRole = Literal["rm", "enterprise", "developer", "admin", "auditor"]
"""A role that a key may have, and in whose place the command line may ask."""
UserRole = Literal["rm", "admin"]
"""A role that signs in to the workbench."""
Role = KeyRole | Literal["visitor"]
KEY_ROLES: tuple[KeyRole, ...] = get_args(KeyRole)
USER_ROLES: tuple[UserRole, ...] = get_args(UserRole)
Scope = Literal["chat", "knowledge", "tools", "enterprises", "consent", "audit", "admin"]
Audience = Literal["public", "internal"]

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    "rm": frozenset({"chat", "knowledge", "tools", "enterprises", "consent"}),
    "enterprise": frozenset({"chat", "knowledge", "tools", "enterprises", "consent"}),
    "developer": frozenset({"chat", "knowledge", "tools"}),
    "admin": frozenset({"chat", "knowledge", "tools", "enterprises", "consent", "audit", "admin"}),
    "auditor": frozenset({"knowledge", "audit"}),
    "visitor": frozenset({"chat"}),
}

_STAFF: frozenset[Role] = frozenset({"rm", "admin", "auditor"})


class Principal(BaseModel):
    """The caller of one request.

    `enterprises` is the portfolio: `None` means every enterprise of the tenant (still subject to consent),
    a set means these credit codes and no others, the empty set means none. `own` is the enterprise that the
    caller itself is or acts for: its own data needs no consent.
    """

    model_config = ConfigDict(frozen=True)

    subject: str
    role: Role
    tenant: str
    scopes: frozenset[Scope]
    enterprises: frozenset[str] | None = frozenset()
    own: str | None = None
    audiences: frozenset[Audience] = frozenset({"public"})
    locale: Locale = "zh"

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def sees(self, enterprise: str) -> bool:
        """Whether the enterprise is in the portfolio; its domains still need consent."""
        return self.enterprises is None or enterprise in self.enterprises


def principal_for(role: Role, subject: str, *, tenant: str, enterprise: str | None = None) -> Principal:
    """The principal a role implies. An `enterprise` binds every role but rm, admin and auditor to that one."""
    audiences: frozenset[Audience] = (
        frozenset({"public", "internal"}) if role in _STAFF else frozenset({"public"})
    )
    scopes = ROLE_SCOPES[role]
    if role in _STAFF:
        portfolio = frozenset({enterprise}) if enterprise else None
    else:
        portfolio = frozenset({enterprise}) if enterprise else frozenset()
    if role == "developer" and enterprise:
        scopes = scopes | frozenset[Scope]({"enterprises"})
    own = enterprise if role == "enterprise" else None
    return Principal(
        subject=subject,
        role=role,
        tenant=tenant,
        scopes=scopes,
        enterprises=portfolio,
        own=own,
        audiences=audiences,
    )
