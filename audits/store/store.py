"""What is kept and how it is read back: catalogue versions, audits with their sources, captures and findings, decisions."""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import starmap
from typing import TYPE_CHECKING, Self

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from audits.audit import Applied, Audit, AuditedVisit, CatalogueVersion, Unvisited, VisitPlan
from audits.store.database import StoreError, check_schema, connect, reading, telling, writing
from audits.store.models import (
    AppliedRow,
    AuditRow,
    Base,
    CaptureRow,
    CatalogueRecordRow,
    CatalogueRow,
    DecisionRow,
    EndingRow,
    FindingRow,
    JudgementRow,
    LawfulRow,
    OfficialRow,
    PublishedRow,
    RuleCountRow,
    SideRow,
    SourceRow,
    VisitFindingRow,
    VisitPlanRow,
    VisitRoundRow,
    VisitRow,
    WithdrawnRow,
    dump_json,
)
from audits.store.rows import (
    added,
    capture_ids,
    capture_of,
    capture_values,
    captures_by_line,
    code_of,
    decisions_by_finding,
    find_evidence,
    find_source,
    finding_values,
    findings_by_audit,
    get_audit,
    get_catalogue,
    get_source,
    insert_all,
    latest_first,
    latest_round,
    lawful_rows,
    lawful_values,
    read_capture,
    read_count,
    read_finding,
    read_lawful_row,
    read_sides,
    read_source,
    read_target,
    read_version,
    read_visits,
    round_counts,
    said,
    same_catalogue,
    standing,
    visit_findings,
)
from audits.store.values import Archived, AuditSummary, KeptFinding, NewFinding, Record, StoredCatalogue
from crawlers.records import Fault, PublishedProcedure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from audits.audit import RuleCount
    from audits.lawful import LawfulDifference, Recognised
    from audits.store.values import Judged
    from crawlers.records import SourceReport
    from crawlers.service_visits import ServiceVisit
    from crawlers.targets import Target

_READ_AT_ONCE = 500  # records of about 8 kB


def open_store(url: str | None = None) -> Store:
    """Open the store at a URL (None: the one in the settings); a new SQLite file is given its tables.

    Raises:
        StoreError: the database cannot be reached, or its schema is missing, older or newer than this program.

    """
    engine = connect(url)
    try:
        check_schema(engine)
    except StoreError:
        engine.dispose()
        raise
    return Store(engine)


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. Every method is one transaction: it is kept whole or not at all, and failing is a StoreError."""

    engine: Engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()

    def add_catalogue(
        self,
        records: Iterable[Record],
        *,
        digest: str,
        as_of: date,
        origin: str,
        repealed: Iterable[Record] = (),
        specific: Iterable[Record] = (),
        fees: Iterable[Record] = (),
    ) -> CatalogueVersion:
        """Keep one state of the official catalogue, in force from `as_of`; adding the same again changes nothing.

        Raises:
            StoreError: this digest and date are kept with other content, or the database fails.

        """
        bodies = list(records)
        digests = [hashlib.sha256(dump_json(body).encode()).hexdigest() for body in bodies]
        sides = {"repealed": list(repealed), "specific": list(specific), "fees": list(fees)}
        version = CatalogueVersion(digest, as_of, origin, len(bodies))
        with self._write() as session:
            catalogue_id = session.scalar(
                self._insert_new(CatalogueRow).returning(CatalogueRow.id),
                {**asdict(version), "imported_at": datetime.now(UTC)},
            )
            if catalogue_id is None:
                return same_catalogue(session, version, digests, sides)
            # In one order for all, so that two imports at once never wait for each other in a circle.
            distinct = sorted(dict(zip(digests, bodies, strict=True)).items())
            insert_all(
                session,
                self._insert_new(OfficialRow),
                ({"digest": key, "code": code_of(body), "body": body} for key, body in distinct),
            )
            insert_all(
                session,
                insert(CatalogueRecordRow),
                ({"catalogue_id": catalogue_id, "position": at, "digest": key} for at, key in enumerate(digests)),
            )
            insert_all(
                session,
                insert(SideRow),
                (
                    {"catalogue_id": catalogue_id, "kind": kind, "position": at, "body": body}
                    for kind, rows in sides.items()
                    for at, body in enumerate(rows)
                ),
            )
        return version

    def catalogue_versions(self) -> list[CatalogueVersion]:
        """Return every version of the catalogue, the latest date first."""
        with self._read() as session:
            return [read_version(row) for row in session.scalars(latest_first())]

    def catalogue_on(self, on: date) -> StoredCatalogue | None:
        """Return the catalogue in force on that day: the latest version not after it, the last imported of one date; None: no version is that old."""
        with self._read() as session:
            row = session.scalars(latest_first().where(CatalogueRow.as_of <= on).limit(1)).first()
            return None if row is None else self._catalogue(session, row)

    def catalogue(self, version: CatalogueVersion) -> StoredCatalogue:
        """Return the catalogue an audit was begun with, whatever was imported since.

        Raises:
            StoreError: that version is not kept, or the database fails.

        """
        with self._read() as session:
            return self._catalogue(session, get_catalogue(session, version))

    def begin_audit(
        self,
        *,
        title: str,
        on: date,
        catalogue: CatalogueVersion,
        targets: Iterable[Target],
        started_at: datetime,
        visits: VisitPlan | None = None,
    ) -> int:
        """Keep that an audit begins, judged as of `on` by a catalogue version that is kept; return the audit's id.

        `visits`: the e-services it visits too.
        """
        with self._write() as session:
            kept = get_catalogue(session, catalogue)
            row = AuditRow(
                title=title,
                on=on,
                started_at=started_at,
                catalogue_id=kept.id,
                targets=[
                    asdict(target) | {"scope": None if target.scope is None else str(target.scope)}
                    for target in targets
                ],
            )
            session.add(row)
            session.flush()
            if visits is not None:
                session.add(VisitPlanRow(audit_id=row.id, size=visits.size, seed=visits.seed))
            return row.id

    def visit_plan(self, audit_id: int) -> VisitPlan | None:
        """Return which e-services the audit visits; None: none."""
        with self._read() as session:
            row = session.get(VisitPlanRow, get_audit(session, audit_id).id)
            return None if row is None else VisitPlan(row.size, row.seed)

    def visits(self, audit_id: int, target: str) -> dict[int, ServiceVisit] | None:
        """Return the visits that stand for one saved source by their place; None: its services were never visited."""
        with self._read() as session:
            source_id = get_source(session, audit_id, target)
            if latest_round(session, source_id) is None:
                return None
            return {place: visits[-1] for place, visits in read_visits(session, source_id).items()}

    def visits_judged_with(self, audit_id: int, target: str) -> dict[str, int]:
        """Return the versions of all rules that a saved source's visits were last judged by; empty: never."""
        with self._read() as session:
            row = latest_round(session, get_source(session, audit_id, target))
            return {} if row is None else row.rules

    def save_visits(
        self,
        audit_id: int,
        target: str,
        visits: Mapping[int, ServiceVisit],
        judged: Judged,
        *,
        captures: Iterable[Archived] = (),
        faults: Iterable[Fault] = (),
        ended_at: datetime,
    ) -> None:
        """Keep one round of visits to a saved source, by their place, and what judging all visits that now stand gave.

        Findings of earlier rounds that `judged` no longer has are put aside, never deleted; those it has again stay as they
        were. `captures` are the evidence of the findings.

        Raises:
            StoreError: the source is not kept, a finding lacks evidence, or the database fails.

        """
        with self._write() as session:
            source_id = get_source(session, audit_id, target)
            before = latest_round(session, source_id)
            number = 0 if before is None else before.round + 1
            times = Counter(str(item.difference.id) for item in judged.recognised)
            session.add(
                VisitRoundRow(
                    source_id=source_id,
                    round=number,
                    ended_at=ended_at,
                    faults=[asdict(fault) for fault in faults],
                    rules=dict(judged.rules),
                    counts=[
                        {
                            "rule": count.rule,
                            "passed": count.passed,
                            "failed": count.failed,
                            "reasons": list(count.reasons),
                        }
                        for count in judged.counts
                    ],
                    applied=dict(times),
                )
            )
            session.flush()
            insert_all(
                session,
                insert(VisitRow),
                (
                    {"source_id": source_id, "round": number, "place": place, "body": visit.to_json()}
                    for place, visit in visits.items()
                ),
            )
            kept = capture_ids(session, source_id)
            first = {
                (item.capture.digest, item.capture.url): item
                for item in captures
                if item.capture.url not in kept.get(item.capture.digest, {})
            }
            insert_all(session, insert(CaptureRow), (capture_values(source_id, item) for item in first.values()))
            self._replace_findings(session, source_id, audit_id, target, judged.findings, number, ended_at)

    def _replace_findings(  # noqa: PLR0917 - one step of save_visits
        self,
        session: Session,
        source_id: int,
        audit_id: int,
        target: str,
        findings: Iterable[NewFinding],
        number: int,
        at: datetime,
    ) -> None:
        standing = visit_findings(session, source_id)
        new = []
        for finding in findings:
            same = standing.get(said(finding))
            if same:
                same.pop(0)
            else:
                new.append(finding)
        insert_all(
            session,
            insert(WithdrawnRow),
            ({"finding_id": key, "withdrawn_at": at, "round": number} for keys in standing.values() for key in keys),
        )
        catalogue_id = get_audit(session, audit_id).catalogue_id
        ids = capture_ids(session, source_id)
        for each in new:
            row = FindingRow(
                **finding_values(each),
                source_id=source_id,
                catalogue_id=catalogue_id,
                capture_id=find_evidence(ids, {}, each, target),
            )
            session.add(row)
            session.flush()
            session.add(VisitFindingRow(finding_id=row.id, visit=each.finding.visit, paper=each.finding.paper))

    def targets(self, audit_id: int) -> list[Target]:
        """Return the targets the audit was given, to go on with those that are not saved yet."""
        with self._read() as session:
            return [read_target(data) for data in get_audit(session, audit_id).targets]

    def save_source(
        self,
        audit_id: int,
        target: Target,
        report: SourceReport,
        captures: Iterable[Archived],
        published: Iterable[PublishedProcedure],
    ) -> None:
        """Keep one source of an audit; a published record's line is its place in `published`, from 0.

        Raises:
            StoreError: the source is kept already, a record's capture is not among `captures`, or the database fails.

        """
        with self._write() as session:
            get_audit(session, audit_id)
            if find_source(session, audit_id, target.id) is not None:
                raise StoreError(f"nguồn “{target.id}” của cuộc kiểm tra {audit_id} đã được lưu; không ghi đè")
            source = SourceRow(
                audit_id=audit_id,
                target=target.id,
                agency=target.agency,
                level=target.level,
                url=target.url,
                state=report.state.value,
                listed=report.listed,
                read=report.read,
                listing=list(report.listing),
                faults=report.to_json()["faults"],
            )
            session.add(source)
            session.flush()
            first: dict[tuple[str, str], Archived] = {}
            for item in captures:
                first.setdefault((item.capture.digest, item.capture.url), item)
            insert_all(session, insert(CaptureRow), (capture_values(source.id, item) for item in first.values()))
            ids = capture_ids(session, source.id)
            insert_all(
                session,
                insert(PublishedRow),
                (
                    {
                        "source_id": source.id,
                        "line": line,
                        "capture_id": capture_of(ids, record, f"{target.id}: bản ghi {line + 1}"),
                        "body": record.to_json(),
                    }
                    for line, record in enumerate(published)
                ),
            )

    def published(self, audit_id: int, target: str) -> list[PublishedProcedure]:
        """Return the published records of one saved source, by line."""
        with self._read() as session:
            rows = session.scalars(
                select(PublishedRow.body)
                .where(PublishedRow.source_id == get_source(session, audit_id, target))
                .order_by(PublishedRow.line)
            )
            return [PublishedProcedure.from_json(body) for body in rows]

    def captures(self, digest: str) -> list[Archived]:
        """Return every time these bytes were captured, the first time first, and where each is archived."""
        with self._read() as session:
            rows = session.execute(
                select(CaptureRow, SourceRow.target)
                .join(SourceRow, SourceRow.id == CaptureRow.source_id)
                .where(CaptureRow.digest == digest)
                .order_by(CaptureRow.captured_at, CaptureRow.id)
            )
            return [read_capture(row, target) for row, target in rows]

    def save_findings(
        self,
        audit_id: int,
        target: str,
        findings: Iterable[NewFinding],
        counts: Iterable[RuleCount],
        *,
        recognised: Iterable[Recognised] = (),
        rules: Mapping[str, int] | None = None,
        scope: frozenset[str] | None = None,
    ) -> None:
        """Keep, once, what judging a saved source gave: its findings with their evidence, and how each rule fared.

        `recognised` are the findings that kept lawful differences covered, `rules` the versions of all rules (None: not
        recorded), `scope` the national codes the source had to publish.

        Raises:
            StoreError: the source is not kept, a finding lacks evidence, its counts are kept already, or the database fails.

        """
        with self._write() as session:
            source_id = get_source(session, audit_id, target)
            catalogue_id = get_audit(session, audit_id).catalogue_id
            if session.scalar(select(FindingRow.id).where(FindingRow.source_id == source_id).limit(1)) is not None:
                raise StoreError(f"nguồn “{target}” của cuộc kiểm tra {audit_id} đã có phát hiện; không ghi đè")
            ids = capture_ids(session, source_id)
            records = captures_by_line(session, source_id)
            insert_all(
                session,
                insert(FindingRow),
                (
                    {
                        **finding_values(new),
                        "source_id": source_id,
                        "catalogue_id": catalogue_id,
                        "capture_id": find_evidence(ids, records, new, target),
                    }
                    for new in findings
                ),
            )
            insert_all(
                session,
                insert(RuleCountRow),
                (
                    {
                        "source_id": source_id,
                        "rule": count.rule,
                        "passed": count.passed,
                        "failed": count.failed,
                        "reasons": list(count.reasons),
                    }
                    for count in counts
                ),
            )
            times = Counter(item.difference.id for item in recognised)
            insert_all(
                session,
                insert(AppliedRow),
                ({"source_id": source_id, "difference_id": key, "times": count} for key, count in times.items()),
            )
            if rules is not None:
                codes = None if scope is None else sorted(scope)
                session.add(JudgementRow(source_id=source_id, rules=dict(rules), scope=codes))

    def judged_with(self, audit_id: int, target: str) -> tuple[dict[str, int], frozenset[str] | None] | None:
        """Return the versions of all rules one saved source was judged by and the codes it had to publish; None: not recorded."""
        with self._read() as session:
            row = session.get(JudgementRow, get_source(session, audit_id, target))
            return None if row is None else (row.rules, None if row.scope is None else frozenset(row.scope))

    def finding(self, finding_id: int) -> KeptFinding:
        """Return one finding with what was decided about it.

        Raises:
            StoreError: there is no such finding, or the database fails.

        """
        with self._read() as session:
            found = session.execute(
                select(FindingRow, SourceRow, CaptureRow, CatalogueRow, AuditRow.on, VisitFindingRow)
                .join(SourceRow, SourceRow.id == FindingRow.source_id)
                .join(AuditRow, AuditRow.id == SourceRow.audit_id)
                .join(CaptureRow, CaptureRow.id == FindingRow.capture_id)
                .join(CatalogueRow, CatalogueRow.id == FindingRow.catalogue_id)
                .outerjoin(VisitFindingRow, VisitFindingRow.finding_id == FindingRow.id)
                .where(FindingRow.id == finding_id)
            ).one_or_none()
            if found is None:
                raise StoreError(f"không có dấu hiệu số {finding_id}; xem số ở cột đầu của `soat audit show SỐ`")
            row, source, capture, catalogue, on, seen = found
            decisions = decisions_by_finding(session, FindingRow.id == finding_id)
            paper = None if seen is None else seen.paper
            if row.line is not None and row.document is not None:
                body = session.scalars(
                    select(PublishedRow.body).filter_by(source_id=row.source_id, line=row.line)
                ).one()
                paper = (PublishedProcedure.from_json(body).documents or ())[row.document].name
            item = read_finding(row, source, capture, catalogue, decisions.get(row.id, ()), seen=seen)
            return KeptFinding(item, on, paper)

    def dismiss(
        self,
        finding_id: int,
        *,
        reason: str,
        office: str | None,
        decided_at: datetime,
        lawful: LawfulDifference | None = None,
    ) -> tuple[int, int | None]:
        """Keep, beside a finding, that it was dismissed; `lawful` is the difference recognised with it. Returns both ids.

        Raises:
            StoreError: there is no such finding, the reason is empty, or the database fails.

        """
        with self._write() as session:
            if session.get(FindingRow, finding_id) is None:
                raise StoreError(f"không có dấu hiệu số {finding_id}; xem số ở cột đầu của `soat audit show SỐ`")
            row = DecisionRow(
                finding_id=finding_id, kind="dismissed", reason=reason, office=office, decided_at=decided_at
            )
            session.add(row)
            session.flush()
            if lawful is None:
                return row.id, None
            kept = LawfulRow(**lawful_values(lawful), decision_id=row.id, recorded_at=decided_at)
            session.add(kept)
            session.flush()
            return row.id, kept.id

    def add_lawful(self, difference: LawfulDifference, recorded_at: datetime) -> int:
        """Keep a lawful difference that was recognised without a finding; return its id."""
        with self._write() as session:
            row = LawfulRow(**lawful_values(difference), recorded_at=recorded_at)
            session.add(row)
            session.flush()
            return row.id

    def end_lawful(self, difference_id: int, ended: date, recorded_at: datetime) -> None:
        """Keep that a lawful difference no longer holds from a day on; it can end only once.

        Raises:
            StoreError: there is no such difference, it has ended before, or the database fails.

        """
        with self._write() as session:
            if session.get(LawfulRow, difference_id) is None:
                raise StoreError(f"không có khác biệt hợp pháp số {difference_id}; xem `soat lawful list`")
            if (before := session.get(EndingRow, difference_id)) is not None:
                raise StoreError(
                    f"khác biệt hợp pháp số {difference_id} đã kết thúc từ ngày {before.ended:%d/%m/%Y}; không ghi đè"
                )
            session.add(EndingRow(difference_id=difference_id, ended=ended, recorded_at=recorded_at))

    def lawful_differences(self) -> list[LawfulDifference]:
        """Return every lawful difference ever recognised, ended ones too, the first recognised first."""
        with self._read() as session:
            return [read_lawful_row(row, ended) for row, ended in session.execute(lawful_rows())]

    def finish_audit(self, audit_id: int, finished_at: datetime) -> None:
        """Keep that the audit ended; it can end only once."""
        with self._write() as session:
            get_audit(session, audit_id)
            ended = session.scalars(
                update(AuditRow)
                .where(AuditRow.id == audit_id, AuditRow.finished_at.is_(None))
                .values(finished_at=finished_at)
                .returning(AuditRow.id)
            )
            if ended.first() is None:
                raise StoreError(f"cuộc kiểm tra {audit_id} đã kết thúc từ trước")

    def audits(self) -> list[AuditSummary]:
        """Return all audits, the last begun first."""
        with self._read() as session:
            sources = Counter(session.scalars(select(SourceRow.audit_id)))
            signs = findings_by_audit(session, FindingRow.severity.is_not(None))
            good = findings_by_audit(session, FindingRow.severity.is_(None))
            rows = session.execute(
                select(AuditRow, CatalogueRow)
                .join(CatalogueRow, CatalogueRow.id == AuditRow.catalogue_id)
                .order_by(AuditRow.id.desc())
            )
            return [
                AuditSummary(
                    id=row.id,
                    title=row.title,
                    on=row.on,
                    started_at=row.started_at,
                    finished_at=row.finished_at,
                    catalogue=read_version(catalogue),
                    sources=sources[row.id],
                    signs=signs.get(row.id, 0),
                    good_practices=good.get(row.id, 0),
                )
                for row, catalogue in rows
            ]

    def audit(self, audit_id: int) -> Audit:
        """Return one whole audit, in the order its sources and findings were saved.

        Raises:
            StoreError: there is no such audit, or the database fails.

        """
        with self._read() as session:
            row = get_audit(session, audit_id)
            catalogue = read_version(
                session.scalars(select(CatalogueRow).where(CatalogueRow.id == row.catalogue_id)).one()
            )
            sources = {
                source.id: source
                for source in session.scalars(
                    select(SourceRow).where(SourceRow.audit_id == audit_id).order_by(SourceRow.id)
                )
            }
            findings = session.execute(
                select(FindingRow, CaptureRow, CatalogueRow, VisitFindingRow)
                .join(SourceRow, SourceRow.id == FindingRow.source_id)
                .join(CaptureRow, CaptureRow.id == FindingRow.capture_id)
                .join(CatalogueRow, CatalogueRow.id == FindingRow.catalogue_id)
                .outerjoin(VisitFindingRow, VisitFindingRow.finding_id == FindingRow.id)
                .where(SourceRow.audit_id == audit_id, standing())
                .order_by(FindingRow.id)
            )
            counts = session.execute(
                select(RuleCountRow, SourceRow.target)
                .join(SourceRow, SourceRow.id == RuleCountRow.source_id)
                .where(SourceRow.audit_id == audit_id)
                .order_by(SourceRow.id, RuleCountRow.rule)
            )
            decisions = decisions_by_finding(session, SourceRow.audit_id == audit_id)
            applied = session.execute(
                lawful_rows()
                .join(AppliedRow, AppliedRow.difference_id == LawfulRow.id)
                .join(SourceRow, SourceRow.id == AppliedRow.source_id)
                .where(SourceRow.audit_id == audit_id)
                .add_columns(SourceRow.target, AppliedRow.times)
                .order_by(SourceRow.id)
            )
            rounds = [
                (source, found)
                for source in sources.values()
                if (found := latest_round(session, source.id)) is not None
            ]
            known = {each.id: read_lawful_row(each, ended) for each, ended in session.execute(lawful_rows())}
            return Audit(
                id=row.id,
                title=row.title,
                on=row.on,
                started_at=row.started_at,
                finished_at=row.finished_at,
                catalogue=catalogue,
                sources=tuple(map(read_source, sources.values())),
                findings=tuple(
                    read_finding(
                        finding,
                        sources[finding.source_id],
                        capture,
                        judged_by,
                        decisions.get(finding.id, ()),
                        seen=seen,
                    )
                    for finding, capture, judged_by, seen in findings
                ),
                counts=tuple(
                    added(
                        [
                            *starmap(read_count, counts),
                            *(count for source, found in rounds for count in round_counts(found, source.target)),
                        ]
                    )
                ),
                applied=(
                    *(
                        Applied(target, read_lawful_row(difference, ended), times)
                        for difference, ended, target, times in applied
                    ),
                    *(
                        Applied(source.target, known[int(key)], times)
                        for source, found in rounds
                        for key, times in found.applied.items()
                    ),
                ),
                visits=tuple(
                    AuditedVisit(source.target, source.agency, place, visits[-1], visits[:-1])
                    for source, _ in rounds
                    for place, visits in read_visits(session, source.id).items()
                ),
                unvisited=tuple(
                    Unvisited(source.target, source.agency, Fault(**fault))
                    for source, found in rounds
                    for fault in found.faults
                ),
            )

    @contextmanager
    def _read(self) -> Iterator[Session]:
        with telling(self.engine.url), Session(reading(self.engine)) as session:
            yield session

    @contextmanager
    def _write(self) -> Iterator[Session]:
        with telling(self.engine.url), Session(writing(self.engine)) as session, session.begin():
            yield session

    def _catalogue(self, session: Session, row: CatalogueRow) -> StoredCatalogue:
        return StoredCatalogue(read_version(row), self._records(row.id, row.records), **read_sides(session, row.id))

    def _records(self, catalogue_id: int, count: int) -> Iterator[Record]:
        # A version never changes, so no transaction need stay open while the caller works on what it got.
        for start in range(0, count, _READ_AT_ONCE):
            with self._read() as session:
                batch = session.scalars(
                    select(OfficialRow.body)
                    .join(CatalogueRecordRow, CatalogueRecordRow.digest == OfficialRow.digest)
                    .where(CatalogueRecordRow.catalogue_id == catalogue_id)
                    .where(CatalogueRecordRow.position.between(start, start + _READ_AT_ONCE - 1))
                    .order_by(CatalogueRecordRow.position)
                ).all()
            yield from batch

    def _insert_new(self, row: type[Base]) -> postgresql.Insert | sqlite.Insert:
        """Return an INSERT that leaves alone what is kept already, even by another process meanwhile."""
        build = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        return build(row).on_conflict_do_nothing()
