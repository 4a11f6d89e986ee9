"""One document as a person inspects it: its versions with dates and status, and the tree of its articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from assistant.answer import LegalStatus
from assistant.document import bare_title
from assistant.errors import NotFound
from assistant.store import passages, versions
from assistant.store.database import Store
from assistant.store.passages import Heading
from assistant.store.versions import StoredVersion
from assistant.today import today_in_shanghai
from serve.operations.operation import InRole, StoreOperation, operator

_DATES = {"issued": "发布日期", "effective_from": "施行日期", "effective_to": "失效日期"}


class ShowArguments(InRole):
    id: str = Field(max_length=400)


async def show_document(store: Store, tenant: str, asked: ShowArguments) -> dict[str, Any]:
    """Raises `NotFound` for a document that is not held or that the role may not see."""
    principal = operator(tenant, asked.role, asked.enterprise)
    async with store.reading() as session:
        held = await versions.load_versions(session)
        own = [v for v in held if v.document_id == asked.id and versions.may_see(v, principal)]
        if not own or own[0].enterprise is not None:
            raise NotFound(f"知识库中没有文档“{asked.id}”", code="document_not_found", param="id")
        headings = {v.id: await passages.outline(session, v.id, principal) for v in own}
    status = versions.statuses(held, today_in_shanghai())
    seen = [v for v in held if versions.may_see(v, principal)]
    return {
        "id": asked.id,
        "title": own[-1].title,
        "collection": own[-1].collection,
        "versions": [_version(v, status[v.id], seen, headings[v.id]) for v in own],
    }


def _version(
    version: StoredVersion, status: LegalStatus, held: Sequence[StoredVersion], headings: Sequence[Heading]
) -> dict[str, Any]:
    days = {name: getattr(version, name) for name in _DATES}
    after = versions.replaced_by(version, held)
    unknown = [label for name, label in _DATES.items() if days[name] is None and name != "effective_to"]
    return {
        "version": version.version,
        "title": version.title,
        "doc_no": version.doc_no,
        "issuer": version.issuer,
        "authority": version.authority,
        "status": status,
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "unknown": unknown,
        "supersedes": list(version.supersedes),
        "replaced_by": [_version_entry(other) for other in after],
        "amended_by": [_version_entry(other) for other in after if _same_title(version, other)],
        "repealed_by": [_version_entry(other) for other in after if not _same_title(version, other)],
        "source": version.source,
        "confidence": version.confidence,
        "articles": _tree(headings),
    }


def _same_title(version: StoredVersion, other: StoredVersion) -> bool:
    """A later text of the same title amends; one of another title repeals."""
    return bare_title(version.title) == bare_title(other.title)


def _version_entry(version: StoredVersion) -> dict[str, Any]:
    start = version.effective_from
    return {
        "id": version.document_id,
        "version": version.version,
        "title": version.title,
        "effective_from": start.isoformat() if start else None,
    }


def _tree(headings: Sequence[Heading]) -> list[dict[str, Any]]:
    """Articles under the headings above them, in the order of the text."""
    groups: list[dict[str, Any]] = []
    for item in headings:
        above = _above(item)
        if not groups or groups[-1]["heading"] != above:
            groups.append({"heading": above, "articles": []})
        groups[-1]["articles"].append({"locator": item.locator, "id": item.id, "chars": item.chars})
    return groups


def _above(item: Heading) -> str:
    """The chapters without the head that a divided article repeats."""
    article = item.locator.split("条", 1)[0] + "条"
    return item.context.split(article, 1)[0].strip() if "条" in item.locator else item.context


OPERATIONS = (StoreOperation("documents_show", ShowArguments, show_document),)
