"""The tables. Facts are only ever added: a decision about a finding is a row beside it, never a change of it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

# U+0000 and lone surrogates stand in published files, but PostgreSQL cannot hold them as text.
_UNSTORABLE = re.compile("[\\\\\x00\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


class Words(TypeDecorator[str]):
    r"""Any text, read back exactly: U+0000, lone surrogates and the backslash itself are kept as \uXXXX."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what PostgreSQL refuses, in both databases alike."""
        del dialect
        return None if value is None else _UNSTORABLE.sub(_escape, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Undo the escape."""
        del dialect
        return value if value is None or "\\" not in value else _ESCAPE.sub(lambda m: chr(int(m[1], 16)), value)


class Instant(TypeDecorator[datetime]):
    """A moment with its time zone; kept and read back in UTC, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn into UTC; SQLite drops the zone.

        Raises:
            ValueError: a moment without time zone.

        """
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value}: a moment needs its time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def dump_json(value: object) -> str:
    r"""Return compact JSON in which keys keep their order; control characters and lone surrogates are \uXXXX."""
    return _SURROGATE.sub(_escape, json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


class Base(DeclarativeBase):
    """Every table; constraint names are spelled out by rule so that both databases and the migrations agree on them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words,
        datetime: Instant,
        date: Date,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        dict[str, int]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
        list[tuple[str, int]]: JSON,
    }


class CatalogueRow(Base):
    """One imported state of the official catalogue."""

    __tablename__ = "catalogues"
    __table_args__ = (UniqueConstraint("digest", "as_of"), CheckConstraint("trim(digest) <> ''", name="digest_given"))

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    as_of: Mapped[date] = mapped_column(index=True)
    origin: Mapped[str]
    imported_at: Mapped[datetime]
    records: Mapped[int]


class OfficialRow(Base):
    """One official record, kept once however many versions of the catalogue hold it."""

    __tablename__ = "official_records"

    digest: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str | None]
    body: Mapped[dict[str, Any]]


class CatalogueRecordRow(Base):
    """That a version of the catalogue holds an official record, and at which place."""

    __tablename__ = "catalogue_records"

    catalogue_id: Mapped[int] = mapped_column(ForeignKey("catalogues.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(ForeignKey("official_records.digest"))


class SideRow(Base):
    """One line of a side file that was imported with a version of the catalogue; `kind` is repealed, specific or fees."""

    __tablename__ = "side_records"
    __table_args__ = (CheckConstraint("kind IN ('repealed', 'specific', 'fees')", name="kind_known"),)

    catalogue_id: Mapped[int] = mapped_column(ForeignKey("catalogues.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, Any]]


class AuditRow(Base):
    """One audit: what it was asked to visit and the catalogue it judges by."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    on: Mapped[date]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    catalogue_id: Mapped[int] = mapped_column(ForeignKey("catalogues.id"))
    targets: Mapped[list[dict[str, Any]]]


class SourceRow(Base):
    """One target as one audit saw it."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("audit_id", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id"))
    target: Mapped[str]
    agency: Mapped[str]
    level: Mapped[str]
    url: Mapped[str]
    state: Mapped[str]
    listed: Mapped[int]
    read: Mapped[int]
    listing: Mapped[list[str]]
    faults: Mapped[list[dict[str, Any]]]


class CaptureRow(Base):
    """Bytes as one source gave them at one URL; the same bytes on another day are another row, with that day's time."""

    __tablename__ = "captures"
    __table_args__ = (CheckConstraint("trim(digest) <> ''", name="digest_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    digest: Mapped[str] = mapped_column(index=True)
    url: Mapped[str]
    captured_at: Mapped[datetime]
    status: Mapped[int]
    media_type: Mapped[str]
    length: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str]
    file: Mapped[str]
    offset: Mapped[int] = mapped_column(BigInteger)


class PublishedRow(Base):
    """One published record of a source; `line` counts from 0 within the source."""

    __tablename__ = "published_records"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    capture_id: Mapped[int] = mapped_column(ForeignKey("captures.id"))
    body: Mapped[dict[str, Any]]


class FindingRow(Base):
    """One sign or good practice, which cannot be kept without its evidence; `line` is null when it is about the source."""

    __tablename__ = "findings"
    __table_args__ = (
        ForeignKeyConstraint(["source_id", "line"], ["published_records.source_id", "published_records.line"]),
        CheckConstraint("trim(place) <> ''", name="place_given"),
        CheckConstraint("rule_version > 0", name="rule_version_given"),
        CheckConstraint("severity IN ('C', 'B', 'T')", name="severity_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    line: Mapped[int | None] = mapped_column(Integer)
    catalogue_id: Mapped[int] = mapped_column(ForeignKey("catalogues.id"))
    capture_id: Mapped[int] = mapped_column(ForeignKey("captures.id"))
    place: Mapped[str]
    rule: Mapped[str]
    rule_version: Mapped[int]
    severity: Mapped[str | None]
    code: Mapped[str | None]
    document: Mapped[int | None]
    expected: Mapped[str]
    found: Mapped[str]
    path: Mapped[str]
    law: Mapped[list[str]]
    why: Mapped[str]
    why_values: Mapped[dict[str, str]]
    procedure: Mapped[str]
    published_code: Mapped[str | None]
    official: Mapped[str | None]


class RuleCountRow(Base):
    """How often one rule passed, failed and was skipped at one source; `reasons` are [reason, count] pairs."""

    __tablename__ = "rule_counts"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    passed: Mapped[int]
    failed: Mapped[int]
    reasons: Mapped[list[tuple[str, int]]]


class JudgementRow(Base):
    """What a source was judged with: every rule's version, and the national codes it had to publish (null: not known)."""

    __tablename__ = "judgements"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    rules: Mapped[dict[str, int]]
    scope: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class DecisionRow(Base):
    """What an office decided about a finding; a finding may have several, and each stays."""

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint("trim(reason) <> ''", name="reason_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str]
    office: Mapped[str | None]
    decided_at: Mapped[datetime]


class LawfulRow(Base):
    """One lawful difference as it was recognised; `unit` null: everywhere, `paper` null: the whole procedure."""

    __tablename__ = "lawful_differences"
    __table_args__ = (CheckConstraint("trim(reason) <> ''", name="reason_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    rule: Mapped[str]
    unit: Mapped[str | None]
    paper: Mapped[str | None]
    reason: Mapped[str]
    since: Mapped[date | None]
    until: Mapped[date | None]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    recorded_at: Mapped[datetime]


class EndingRow(Base):
    """That a lawful difference no longer holds from the day `ended` on."""

    __tablename__ = "lawful_endings"

    difference_id: Mapped[int] = mapped_column(ForeignKey("lawful_differences.id"), primary_key=True)
    ended: Mapped[date]
    recorded_at: Mapped[datetime]


class AppliedRow(Base):
    """How often a lawful difference was applied when a source was judged."""

    __tablename__ = "lawful_applied"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    difference_id: Mapped[int] = mapped_column(ForeignKey("lawful_differences.id"), primary_key=True)
    times: Mapped[int]


class VisitPlanRow(Base):
    """That an audit visits e-services too: `size` of each target's, drawn by `seed`; null: all."""

    __tablename__ = "visit_plans"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id"), primary_key=True)
    size: Mapped[int | None]
    seed: Mapped[int]


class VisitRoundRow(Base):
    """One time the services of a source were visited, from 0, and what judging all its visits then gave.

    `rules` are the versions of all rules, `counts` how each fared, `applied` how often each lawful difference was applied.
    """

    __tablename__ = "visit_rounds"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ended_at: Mapped[datetime]
    faults: Mapped[list[dict[str, Any]]]
    rules: Mapped[dict[str, int]]
    counts: Mapped[list[dict[str, Any]]]
    applied: Mapped[dict[str, int]]


class VisitRow(Base):
    """One visit of a source, at its `place` from 0; one of a later round stands in place of those before, which stay."""

    __tablename__ = "visits"
    __table_args__ = (ForeignKeyConstraint(["source_id", "round"], ["visit_rounds.source_id", "visit_rounds.round"]),)

    source_id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, Any]]


class VisitFindingRow(Base):
    """That a finding was seen in a visit, at that place, and, where it is about one, the paper that its e-form asks for."""

    __tablename__ = "visit_findings"

    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    visit: Mapped[int]
    paper: Mapped[str | None]


class WithdrawnRow(Base):
    """That a finding from a visit no longer stands, because the visits up to that round do not show it."""

    __tablename__ = "withdrawn_findings"

    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    withdrawn_at: Mapped[datetime]
    round: Mapped[int]
