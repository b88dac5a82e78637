"""Between rows and values: finding rows, and turning them into what the rest of the program knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Insert, Select, func, select

from audits.audit import AuditedFinding, AuditedSource, CatalogueVersion, Decision, Evidence, RuleCount
from audits.lawful import LawfulDifference
from audits.procedure import Finding, Sentence, Severity
from audits.store.database import StoreError
from audits.store.models import (
    AuditRow,
    CaptureRow,
    CatalogueRecordRow,
    CatalogueRow,
    DecisionRow,
    EndingRow,
    FindingRow,
    LawfulRow,
    PublishedRow,
    RuleCountRow,
    SideRow,
    SourceRow,
    VisitFindingRow,
    VisitRoundRow,
    VisitRow,
    WithdrawnRow,
    dump_json,
)
from audits.store.values import Archived, NewFinding, Record
from crawlers.records import Capture, Fault, PublishedProcedure, SourceState
from crawlers.service_visits import ServiceVisit
from crawlers.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

_BATCH = 5_000
FINDING_COLUMNS = (
    *(
        "line",
        "place",
        "rule",
        "rule_version",
        "severity",
        "code",
        "document",
        "expected",
        "found",
        "path",
        "law",
        "why",
    ),
    *("why_values", "procedure", "published_code", "official"),
)
"""The columns of `finding_values`."""


def insert_all(session: Session, statement: Insert, values: Iterable[Record]) -> None:
    """Insert rows in batches, so that a long iterable is never held whole."""
    rows = iter(values)
    while batch := list(islice(rows, _BATCH)):
        session.execute(statement, batch)


def latest_first() -> Select[CatalogueRow]:
    """Select the catalogue versions, the one in force last first; of one date the last imported."""
    return select(CatalogueRow).order_by(CatalogueRow.as_of.desc(), CatalogueRow.id.desc())


def find_catalogue(session: Session, digest: str, as_of: date) -> CatalogueRow | None:
    """Return the catalogue version of that digest and date, or None."""
    return session.scalars(select(CatalogueRow).filter_by(digest=digest, as_of=as_of)).one_or_none()


def get_catalogue(session: Session, version: CatalogueVersion) -> CatalogueRow:
    """Return a catalogue version's row; a StoreError when there is none."""
    row = find_catalogue(session, version.digest, version.as_of)
    if row is None:
        raise StoreError(
            f"danh mục {version.digest} ngày {version.as_of:%d/%m/%Y} chưa được lưu; chạy `soat catalogue import` trước"
        )
    return row


def read_version(row: CatalogueRow) -> CatalogueVersion:
    """Return the version a row stands for."""
    return CatalogueVersion(row.digest, row.as_of, row.origin, row.records)


def same_catalogue(
    session: Session, version: CatalogueVersion, digests: list[str], sides: dict[str, list[Record]]
) -> CatalogueVersion:
    """Return the kept version; a StoreError when it is kept with other content."""
    row = find_catalogue(session, version.digest, version.as_of)
    if row is not None:
        kept = session.scalars(
            select(CatalogueRecordRow.digest).filter_by(catalogue_id=row.id).order_by(CatalogueRecordRow.position)
        ).all()
        if list(kept) == digests and read_sides(session, row.id) == sides:
            return read_version(row)
    raise StoreError(
        f"danh mục {version.digest} ngày {version.as_of:%d/%m/%Y} đã lưu với nội dung khác (bản ghi, bãi bỏ, đặc thù hay mức phí); chọn ngày hiệu lực khác rồi nhập lại"
    )


def read_sides(session: Session, catalogue_id: int) -> dict[str, list[Record]]:
    """Return the side records of a version by kind, each list in the order imported."""
    sides: dict[str, list[Record]] = {"repealed": [], "specific": [], "fees": []}
    for row in session.scalars(
        select(SideRow).where(SideRow.catalogue_id == catalogue_id).order_by(SideRow.kind, SideRow.position)
    ):
        sides[row.kind].append(row.body)
    return sides


def code_of(body: Record) -> str | None:
    """Return a record's code as text, None when it has none."""
    code = body.get("code")
    return None if code is None else str(code)


def get_audit(session: Session, audit_id: int) -> AuditRow:
    """Return an audit's row; a StoreError when there is none."""
    row = session.get(AuditRow, audit_id)
    if row is None:
        raise StoreError(f"không có cuộc kiểm tra số {audit_id}; xem `soat audit list`")
    return row


def find_source(session: Session, audit_id: int, target: str) -> int | None:
    """Return the id of a saved source, or None."""
    return session.scalar(select(SourceRow.id).where(SourceRow.audit_id == audit_id, SourceRow.target == target))


def get_source(session: Session, audit_id: int, target: str) -> int:
    """Return the id of a saved source; a StoreError when there is none."""
    source_id = find_source(session, audit_id, target)
    if source_id is None:
        raise StoreError(f"cuộc kiểm tra {audit_id} chưa lưu nguồn “{target}”; xem `soat audit show {audit_id}`")
    return source_id


def read_target(data: Record) -> Target:
    """Return the target as it was given."""
    scope, expect = data["scope"], data["expect"]
    return Target(
        **{
            **data,
            "handover": tuple(data["handover"]),
            "expect": None if expect is None else tuple(expect),
            "scope": None if scope is None else Path(scope),
        }
    )


def capture_values(source_id: int, item: Archived) -> Record:
    """Return the columns of a capture."""
    values = asdict(item.capture)
    for name in ("target", "rendered", "tls"):  # told by the source, and by the archive
        del values[name]
    return {**values, "source_id": source_id, "file": item.file, "offset": item.offset}


def capture_ids(session: Session, source_id: int) -> dict[str, dict[str, int]]:
    """Return digest -> URL -> row of every capture of a source, the first seen first."""
    ids: dict[str, dict[str, int]] = {}
    for digest, url, row in session.execute(
        select(CaptureRow.digest, CaptureRow.url, CaptureRow.id)
        .where(CaptureRow.source_id == source_id)
        .order_by(CaptureRow.id)
    ):
        ids.setdefault(digest, {})[url] = row
    return ids


def capture_of(ids: dict[str, dict[str, int]], record: PublishedProcedure, where: str) -> int:
    """Return the capture row a published record was read from; a StoreError when it was not saved."""
    seen = ids.get(record.source.capture or "")
    if not seen:
        raise StoreError(f"{where}: bản chụp {record.source.capture} chưa được lưu; không có gì của nguồn này được lưu")
    # A page that people open and the address that was asked may differ; then the first capture of these bytes stands.
    return seen.get(record.source.url or "", next(iter(seen.values())))


def captures_by_line(session: Session, source_id: int) -> dict[int, tuple[str, int]]:
    """Return line -> (digest, row) of the capture each published record of a source was read from."""
    rows = session.execute(
        select(PublishedRow.line, CaptureRow.digest, CaptureRow.id)
        .join(CaptureRow, CaptureRow.id == PublishedRow.capture_id)
        .where(PublishedRow.source_id == source_id)
    )
    return {line: (digest, row) for line, digest, row in rows}


def find_evidence(
    ids: dict[str, dict[str, int]], records: dict[int, tuple[str, int]], new: NewFinding, target: str
) -> int:
    """Return the capture row of a finding: its record's own where the bytes are the same, else the first with them."""
    line = new.finding.line
    where = f"{target}: phát hiện {new.finding.rule}, dòng {'–' if line is None else line}"
    if line is not None and line not in records:
        raise StoreError(f"{where}: chưa lưu bản ghi của dòng này; không có gì được lưu")
    if not new.place.strip():
        raise StoreError(f"{where}: thiếu vị trí trong bản chụp; phát hiện không có bằng chứng không được lưu")
    if line is not None and records[line][0] == new.capture:
        return records[line][1]
    if new.capture not in ids:
        raise StoreError(f"{where}: bản chụp {new.capture or '(trống)'} chưa được lưu; không có gì được lưu")
    return next(iter(ids[new.capture].values()))


def finding_values(new: NewFinding) -> Record:
    """Return the columns of a finding that do not depend on its source."""
    finding = new.finding
    return {
        "line": finding.line,
        "place": new.place,
        "rule": finding.rule,
        "rule_version": finding.rule_version,
        "severity": None if finding.severity is None else finding.severity.value,
        "code": finding.code,
        "document": finding.document,
        "expected": finding.expected,
        "found": finding.found,
        "path": finding.where,
        "law": list(finding.law),
        "why": finding.why.template,
        "why_values": dict(finding.why.values),
        "procedure": new.procedure,
        "published_code": new.published_code,
        "official": new.official,
    }


def standing() -> ColumnElement[bool]:
    """Select the findings that no later visit has put aside."""
    return FindingRow.id.not_in(select(WithdrawnRow.finding_id))


def findings_by_audit(session: Session, which: ColumnElement[bool]) -> dict[int, int]:
    """Return how many findings of that kind each audit has."""
    return dict(
        session.execute(
            select(SourceRow.audit_id, func.count())
            .join(FindingRow, FindingRow.source_id == SourceRow.id)
            .where(which, standing())
            .group_by(SourceRow.audit_id)
        ).all()
    )


def read_capture(row: CaptureRow, target: str) -> Archived:
    """Return a capture and where it is archived."""
    return Archived(
        Capture(
            digest=row.digest,
            url=row.url,
            captured_at=row.captured_at,
            status=row.status,
            media_type=row.media_type,
            length=row.length,
            target=target,
            method=row.method,
        ),
        row.file,
        row.offset,
    )


def read_source(row: SourceRow) -> AuditedSource:
    """Return a source as the audit saw it."""
    return AuditedSource(
        target=row.target,
        agency=row.agency,
        level=row.level,
        url=row.url,
        state=SourceState(row.state),
        listed=row.listed,
        read=row.read,
        faults=tuple(Fault(**fault) for fault in row.faults),
    )


def read_finding(
    row: FindingRow,
    source: SourceRow,
    capture: CaptureRow,
    catalogue: CatalogueRow,
    decisions: tuple[Decision, ...] = (),
    *,
    seen: VisitFindingRow | None = None,
) -> AuditedFinding:
    """Return a finding with its source, its evidence, what was decided about it and the visit it was seen in, if it was."""
    return AuditedFinding(
        id=row.id,
        target=source.target,
        agency=source.agency,
        procedure=row.procedure,
        published_code=row.published_code,
        official=row.official,
        finding=Finding(
            rule=row.rule,
            rule_version=row.rule_version,
            severity=None if row.severity is None else Severity(row.severity),
            code=row.code,
            line=row.line,
            document=row.document,
            expected=row.expected,
            found=row.found,
            where=row.path,
            law=tuple(row.law),
            why=Sentence(row.why, row.why_values),
            visit=None if seen is None else seen.visit,
            paper=None if seen is None else seen.paper,
        ),
        evidence=Evidence(
            capture=capture.digest,
            url=capture.url,
            captured_at=capture.captured_at,
            place=row.place,
            catalogue_version=catalogue.digest,
            rule_version=row.rule_version,
        ),
        decisions=decisions,
    )


def decisions_by_finding(session: Session, which: ColumnElement[bool]) -> dict[int, tuple[Decision, ...]]:
    """Return finding -> what was decided about it, the first decision first."""
    rows = session.execute(
        select(DecisionRow, LawfulRow.id)
        .join(FindingRow, FindingRow.id == DecisionRow.finding_id)
        .join(SourceRow, SourceRow.id == FindingRow.source_id)
        .outerjoin(LawfulRow, LawfulRow.decision_id == DecisionRow.id)
        .where(which)
        .order_by(DecisionRow.id)
    )
    found: dict[int, tuple[Decision, ...]] = {}
    for row, lawful in rows:
        decision = Decision(row.id, row.kind, row.decided_at, row.reason, row.office, lawful)
        found[row.finding_id] = (*found.get(row.finding_id, ()), decision)
    return found


def lawful_rows() -> Select[LawfulRow, date | None]:
    """Select the lawful differences with the day they ended on, if they did, the first recognised first."""
    return (
        select(LawfulRow, EndingRow.ended)
        .outerjoin(EndingRow, EndingRow.difference_id == LawfulRow.id)
        .order_by(LawfulRow.id)
    )


def lawful_values(difference: LawfulDifference) -> Record:
    """Return the columns of a lawful difference that is about to be kept."""
    return {name: getattr(difference, name) for name in ("code", "rule", "unit", "paper", "reason", "since", "until")}


def read_lawful_row(row: LawfulRow, ended: date | None) -> LawfulDifference:
    """Return a lawful difference as it was recognised and, perhaps, ended."""
    return LawfulDifference(
        code=row.code,
        rule=row.rule,
        reason=row.reason,
        unit=row.unit,
        paper=row.paper,
        since=row.since,
        until=row.until,
        ended=ended,
        id=row.id,
        decision=row.decision_id,
    )


def read_count(row: RuleCountRow, target: str) -> RuleCount:
    """Return how a rule fared at a target."""
    reasons = tuple((reason, count) for reason, count in row.reasons)
    return RuleCount(target, row.rule, row.passed, row.failed, reasons)


def round_counts(row: VisitRoundRow, target: str) -> list[RuleCount]:
    """Return how the rules for online services fared in a round."""
    return [
        RuleCount(
            target,
            count["rule"],
            count["passed"],
            count["failed"],
            tuple((reason, times) for reason, times in count["reasons"]),
        )
        for count in row.counts
    ]


def added(counts: Iterable[RuleCount]) -> list[RuleCount]:
    """Return the counts with those of one rule at one target added up, in their first order: pages and visits may both have some."""
    found: dict[tuple[str, str], RuleCount] = {}
    for count in counts:
        key = count.target, count.rule
        before = found.get(key)
        if before is not None:
            reasons = Counter(dict(before.reasons)) + Counter(dict(count.reasons))
            count = replace(  # noqa: PLW2901 - the sum stands for both
                before,
                passed=before.passed + count.passed,
                failed=before.failed + count.failed,
                reasons=tuple(sorted(reasons.items())),
            )
        found[key] = count
    return list(found.values())


def read_visits(session: Session, source_id: int) -> dict[int, tuple[ServiceVisit, ...]]:
    """Return the visits of a source by their place, each place's first visit first; the last is the one that stands."""
    found: dict[int, tuple[ServiceVisit, ...]] = {}
    for row in session.scalars(
        select(VisitRow).where(VisitRow.source_id == source_id).order_by(VisitRow.place, VisitRow.round)
    ):
        found[row.place] = (*found.get(row.place, ()), ServiceVisit.from_json(row.body))
    return found


def latest_round(session: Session, source_id: int) -> VisitRoundRow | None:
    """Return the last round of a source's visits; None: it was never visited."""
    return session.scalars(
        select(VisitRoundRow).where(VisitRoundRow.source_id == source_id).order_by(VisitRoundRow.round.desc()).limit(1)
    ).first()


def visit_findings(session: Session, source_id: int) -> dict[str, list[int]]:
    """Return the standing findings of a source's visits: their ids by all that they say."""
    found: dict[str, list[int]] = {}
    for row, digest, seen in session.execute(
        select(FindingRow, CaptureRow.digest, VisitFindingRow)
        .join(CaptureRow, CaptureRow.id == FindingRow.capture_id)
        .join(VisitFindingRow, VisitFindingRow.finding_id == FindingRow.id)
        .where(FindingRow.source_id == source_id, standing())
        .order_by(FindingRow.id)
    ):
        values = {name: getattr(row, name) for name in FINDING_COLUMNS}
        found.setdefault(_said(values, digest, seen.visit, seen.paper), []).append(row.id)
    return found


def said(new: NewFinding) -> str:
    """Return all that a finding says as one text; equal texts are equal findings."""
    return _said(finding_values(new), new.capture, new.finding.visit, new.finding.paper)


def _said(values: Record, *further: str | int | None) -> str:
    return dump_json([*further, *(values[name] for name in FINDING_COLUMNS)])
