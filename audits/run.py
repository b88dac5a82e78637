"""One audit from crawl to findings; interrupted at any point it can be taken up again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audits.catalogue import build_catalogue, with_earlier
from audits.jsonl import BadLine, read_objects
from audits.judge import Judge
from audits.listings import Listings, listing_of
from audits.pair import PublishedSource, possible_codes, shown_codes
from audits.recommendations import recommendations_for
from audits.rules import rules
from audits.store import Archived, Judged, NewFinding, StoreError
from audits.tally import Tally
from audits.visiting import Shopping, keep_visits, visit_again
from crawlers.archive import Archive
from crawlers.crawl import JUDGED, crawl
from crawlers.records import PublishedProcedure, SourceState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from audits.audit import Audit, CatalogueVersion, VisitPlan
    from audits.catalogue import Catalogue
    from audits.procedure import Finding
    from audits.store import Store, StoredCatalogue
    from audits.visiting import Again, Shop
    from crawlers.crawl import Progress
    from crawlers.records import SourceReport
    from crawlers.targets import Target


def catalogue_on(store: Store, on: date) -> Catalogue:
    """Return the catalogue in force on a day, ready to judge with.

    Raises:
        StoreError: no imported version is that old.

    """
    stored = store.catalogue_on(on)
    if stored is None:
        raise StoreError(
            f"chưa có phiên bản danh mục quốc gia nào có hiệu lực tại ngày {on:%d/%m/%Y}; nhập bằng `soat catalogue import TỆP --as-of NGÀY`"
        )
    return _built(stored)


_EARLIER_VERSIONS = 3
"""How many versions before the one in force are read to recognise outdated records; older ones nobody still shows."""


def catalogue_of(store: Store, version: CatalogueVersion) -> Catalogue:
    """Return a kept version of the catalogue, knowing how its procedures stood in the versions before it.

    Raises:
        StoreError: that version is not kept, or the database fails.

    """
    before = [other for other in store.catalogue_versions() if other.as_of < version.as_of][:_EARLIER_VERSIONS]
    return with_earlier(_built(store.catalogue(version)), [_built(store.catalogue(other)) for other in before])


def with_recommendations(store: Store, audit: Audit) -> Audit:
    """Return the audit with what should be put right in those official procedures that its sources show.

    Raises:
        StoreError: the store fails.

    """
    published = (record for source in audit.sources for record in store.published(audit.id, source.target))
    catalogue = _built(store.catalogue(audit.catalogue))
    return replace(audit, recommendations=recommendations_for(catalogue, published, audit.on))


def _built(stored: StoredCatalogue) -> Catalogue:
    return build_catalogue(
        stored.version, stored.records, repealed=stored.repealed, specific=stored.specific, fees=stored.fees
    )


def begin(store: Store, targets: Sequence[Target], *, title: str, on: date, visits: VisitPlan | None = None) -> int:
    """Keep that an audit begins, judged as of `on` by the catalogue in force then; return its id.

    `visits`: which e-services it is to visit too.
    """
    catalogue = catalogue_on(store, on)
    return store.begin_audit(
        title=title,
        on=on,
        catalogue=catalogue.version,
        targets=targets,
        started_at=datetime.now(UTC),
        visits=visits,
    )


def carry_out(
    store: Store,
    audit_id: int,
    folder: Path,
    progress: Callable[[Progress], None] | None = None,
    shop: Shop | None = None,
    *,
    origin: Path | None = None,
) -> list[SourceReport]:
    """Crawl and judge every target of an audit that is not finished yet; captures are kept in `folder`.

    With `origin`, an archive as `crawl` takes it, nothing is asked of the portals: they are audited as kept by the audit's day. Where the audit is to visit e-services, `shop` does so after the crawl; a target that could not be visited is told so and
    stays judged by what it publishes. Called again after an interruption it goes on where it stopped. Returns the reports of
    the crawl.

    Raises:
        StoreError: the store fails or does not know the audit.
        KeyboardInterrupt: the crawl was interrupted; what was seen is kept, the audit stays unfinished.

    """
    audit = store.audit(audit_id)
    saved = {source.target for source in audit.sources}
    judged = {count.target for count in audit.counts}
    targets = store.targets(audit_id)
    published_file = folder / "published.jsonl"
    kept_by = None if origin is None else audit.on
    reports = crawl(targets, published=published_file, captures=folder, progress=progress, origin=origin, on=kept_by)
    if any(report.state is SourceState.INTERRUPTED for report in reports):
        raise KeyboardInterrupt
    judge = Judge(catalogue_of(store, audit.catalogue), store.lawful_differences())
    published = _by_target(published_file)
    archived = _archived(folder)
    for target, report in ((target, report) for target in targets for report in reports if report.target == target.id):
        records = published.get(target.id, [])
        if target.id not in saved:
            store.save_source(audit_id, target, report, archived.get(target.id, []), records)
        if target.id not in judged and report.state in JUDGED:
            beside = records_beside(target, targets, reports, published)
            result = judge_target(judge, target, report, records, audit.on, scope=target.scope_codes(), beside=beside)
            store.save_findings(
                audit_id,
                target.id,
                result.findings,
                result.counts,
                recognised=result.recognised,
                rules=result.rules,
                scope=result.scope,
            )
    plan = store.visit_plan(audit_id)
    if plan is not None and shop is not None:
        _visit(store, audit_id, judge, folder, shop, plan)
    store.finish_audit(audit_id, datetime.now(UTC))
    return reports


def visit_services(store: Store, audit_id: int, folder: Path, shop: Shop, plan: VisitPlan) -> None:
    """Visit the e-services of those targets of an audit that were judged but not visited yet; its captures are in `folder`.

    Raises:
        StoreError: the store fails or does not know the audit.
        KeyboardInterrupt: the visits were interrupted; called again it goes on.

    """
    _visit(store, audit_id, _judge(store, audit_id), folder, shop, plan)


def visit_failures_again(store: Store, audit_id: int, folder: Path, shop: Shop) -> list[Again]:
    """Visit those services of an audit again that failed, and keep the milder outcome; returns each with both.

    Raises as `visit_services`.
    """
    return visit_again(store, audit_id, _judge(store, audit_id), shop, folder, on=store.audit(audit_id).on)


def _judge(store: Store, audit_id: int) -> Judge:
    return Judge(catalogue_of(store, store.audit(audit_id).catalogue), store.lawful_differences())


def _visit(store: Store, audit_id: int, judge: Judge, folder: Path, shop: Shop, plan: VisitPlan) -> None:  # noqa: PLR0917
    audit = store.audit(audit_id)
    seen = {source.target for source in audit.sources if source.state in JUDGED}
    # A target with no visit at all was stopped from being visited; it may be possible now.
    left = [target for target in store.targets(audit_id) if target.id in seen and not store.visits(audit_id, target.id)]
    keep_visits(store, audit_id, judge, shop, Shopping(left, folder, plan.size, plan.seed), on=audit.on)


def records_beside(
    target: Target,
    targets: Sequence[Target],
    reports: Sequence[SourceReport],
    published: Mapping[str, Sequence[PublishedProcedure]],
) -> dict[str, Sequence[PublishedProcedure]]:
    """Return what the targets of the same unit that stand before this one publish, so that each two are compared once."""
    judged = {report.target for report in reports if report.state in JUDGED}
    before = targets[: targets.index(target)]
    return {
        other.id: published.get(other.id, ())
        for other in before
        if other.agency == target.agency and other.id in judged
    }


def judge_target(
    judge: Judge,
    target: Target,
    report: SourceReport,
    records: Sequence[PublishedProcedure],
    on: date,
    *,
    scope: frozenset[str] | None = None,
    beside: Mapping[str, Sequence[PublishedProcedure]] | None = None,
) -> Judged:
    """Judge what one target publishes as of `on`: the findings with their evidence, and how each rule fared.

    `scope`: the national codes it must publish. `beside`: what other targets of the same unit publish, by target; the
    findings are about this target alone.
    """
    shown = judge.coverage(records)
    listings = Listings({target.agency} if beside else ())
    for other, others in (beside or {}).items():
        there = judge.coverage(others)
        for record, pair in zip(others, judge.pairs((record, on, there) for record in others), strict=True):
            listings.add(other, record.source, listing_of(pair))
    tally = Tally(target.id)
    pairs = judge.pairs((record, on, shown) for record in records)
    for line, (record, pair) in enumerate(zip(records, pairs, strict=True)):
        listings.add(target.id, record.source, listing_of(pair))
        for outcome in judge.judge(pair, line):
            tally.add(outcome)
            if outcome.finding is not None:
                place = record.source.places.get(outcome.finding.where) or outcome.finding.where
                tally.findings.append(
                    NewFinding(
                        finding=outcome.finding,
                        capture=record.source.capture or "",
                        place=place,
                        procedure=record.name or "",
                        published_code=record.code,
                        official=pair.official.name if pair.official else None,
                    )
                )
    source = PublishedSource(
        published=frozenset().union(*map(shown_codes, pairs)),
        maybe=frozenset().union(*map(possible_codes, pairs)),
        scope=scope,
        catalogue=judge.catalogue,
        on=on,
        whole=read_whole(report),
        units=frozenset({target.id, target.agency}),
        repeated=listings.repeated(target.id),
        across=listings.across(target.id) if beside else None,
    )
    for outcome in judge.judge_source(source):
        tally.add(outcome)
        if outcome.finding is not None:
            tally.findings.append(
                NewFinding(
                    finding=outcome.finding,
                    capture=report.listing[0] if report.listing else "",
                    place="danh sách thủ tục của nguồn",
                    procedure=_name(judge, outcome.finding),
                    published_code=None,
                    official=_name(judge, outcome.finding),
                )
            )
    versions = {slug: rule.version for slug, rule in rules().items()}
    return Judged(tally.findings, tally.counts(), tally.recognised, versions, scope)


def _name(judge: Judge, finding: Finding) -> str:
    """Return the name of the procedure a finding about a whole source is about."""
    official = judge.catalogue.procedures.get(finding.code or "")
    return official.name if official else finding.expected


_HARMLESS = frozenset({"unknown_column", "unreadable_mark"})
"""Faults of a published list that cost no procedure."""


def read_whole(report: SourceReport) -> bool:
    """Tell whether everything the source lists was read, so that what is not there is missing."""
    return report.state is SourceState.OK and all(fault.kind in _HARMLESS for fault in report.faults)


def _by_target(published: Path) -> dict[str, list[PublishedProcedure]]:
    records: defaultdict[str, list[PublishedProcedure]] = defaultdict(list)
    for line, item in read_objects(published):
        if isinstance(item, BadLine):
            raise StoreError(
                f"{published}: dòng {line + 1}: {item.why}; xóa tệp này rồi chạy lại, bản chụp vẫn còn nguyên"
            )
        record = PublishedProcedure.from_json(item)
        records[record.source.target or ""].append(record)
    return records


def _archived(folder: Path) -> dict[str, list[Archived]]:
    captures: defaultdict[str, list[Archived]] = defaultdict(list)
    for entry in Archive(folder).entries():
        captures[entry.capture.target].append(Archived(entry.capture, f"{folder.name}/{entry.file}", entry.offset))
    return captures
