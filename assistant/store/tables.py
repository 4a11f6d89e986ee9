"""Tables of the knowledge base, the enterprises and their consents. Rows carry no behaviour."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.columns import StoredJson, Table

READY = "READY"
RETIRED = "RETIRED"


class MetaRow(Table):
    """Counters and versions of the store itself. Never a secret."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class DocumentRow(Table):
    """A logical document; what it says lives in its versions."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class VersionRow(Table):
    """One version of a document in one generation. At most one generation of a version is READY."""

    __tablename__ = "document_versions"
    __table_args__ = (
        CheckConstraint("state IN ('READY', 'RETIRED')", name="state"),
        Index("ix_document_versions_document_id_version", "document_id", "version"),
        Index(
            "uq_document_versions_ready",
            "document_id",
            "version",
            unique=True,
            sqlite_where=text("state = 'READY'"),
            postgresql_where=text("state = 'READY'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    version: Mapped[str]
    generation: Mapped[int]
    state: Mapped[str]
    content_hash: Mapped[str]
    collection: Mapped[str]
    title: Mapped[str]
    doc_no: Mapped[str]
    issuer: Mapped[str]
    issued: Mapped[date | None]
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    authority: Mapped[str]
    jurisdiction: Mapped[str]
    audience: Mapped[str]
    supersedes: Mapped[list[str]] = mapped_column(StoredJson)
    source: Mapped[str]
    confidence: Mapped[str]
    not_held: Mapped[list[dict[str, Any]]] = mapped_column(StoredJson)
    enterprise_code: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class PassageRow(Table):
    """A passage of a READY version. Empty overrides mean: as the version says."""

    __tablename__ = "passages"
    __table_args__ = (Index("ix_passages_enterprise_code_domain", "enterprise_code", "domain"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("document_versions.id", ondelete="CASCADE"), index=True
    )
    ordinal: Mapped[int]
    source_id: Mapped[str]
    title: Mapped[str]
    locator: Mapped[str]
    text: Mapped[str]
    confidence: Mapped[str | None]
    authority: Mapped[str | None]
    issued: Mapped[date | None]
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    audience: Mapped[str]
    enterprise_code: Mapped[str | None]
    domain: Mapped[str | None]
    context: Mapped[str] = mapped_column(server_default="")


class EncodingRow(Table):
    """The vector of a passage by one encoder; several encoders may stand side by side, one of them serves."""

    __tablename__ = "encodings"

    passage_id: Mapped[str] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True)
    encoder: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class EnterpriseRow(Table):
    """What the public register says of an enterprise."""

    __tablename__ = "enterprises"

    code: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(index=True)
    short_name: Mapped[str] = mapped_column(index=True)
    city: Mapped[str]
    county: Mapped[str]
    industry_code: Mapped[str]
    industry: Mapped[str]
    stage: Mapped[str]
    size: Mapped[str]
    founded: Mapped[date | None]
    employees: Mapped[int | None]
    labels: Mapped[list[str]] = mapped_column(StoredJson)
    description: Mapped[str]
    fictional: Mapped[bool]


class DomainRecordRow(Table):
    """One delivery of one data domain: the values of a period, or undated ones."""

    __tablename__ = "domain_records"
    __table_args__ = (Index("ix_domain_records_enterprise_code_domain", "enterprise_code", "domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprises.code", ondelete="CASCADE"))
    domain: Mapped[str]
    period: Mapped[date | None]
    received_at: Mapped[datetime]
    values: Mapped[dict[str, Any]] = mapped_column(StoredJson)
    source: Mapped[str]


class ConsentRow(Table):
    """An enterprise allows a grantee to read one domain for one purpose until a day, or until it revokes."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_to", name="days"),
        Index("ix_consents_enterprise_code_domain", "enterprise_code", "domain"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprises.code", ondelete="CASCADE"))
    domain: Mapped[str]
    grantee: Mapped[str]
    purpose: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
