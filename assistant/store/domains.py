"""The six data domains of an enterprise and the purpose for which a bank reads them."""

from __future__ import annotations

from assistant.errors import InvalidRequest

CREDIT_SERVICE = "credit_service"
ENDS_CONSENT = "ends_consent"
"""Marks the session of a transaction that ends a consent, in its `info`."""

DOMAIN_TITLES: dict[str, str] = {
    "registration": "工商登记",
    "tax": "税务",
    "social_insurance": "社会保险",
    "intellectual_property": "知识产权",
    "customs": "海关进出口",
    "bank_credit": "银行流水与信用",
}
DOMAINS = tuple(DOMAIN_TITLES)
OPEN_DOMAINS = frozenset({"registration"})
"""Public record: readable without consent."""


def check_domain(domain: str) -> str:
    """The domain itself; `InvalidRequest` when there is no such domain."""
    if domain not in DOMAIN_TITLES:
        raise InvalidRequest(f"没有数据域“{domain}”，可用的有：{'、'.join(DOMAINS)}", param="domain")
    return domain
