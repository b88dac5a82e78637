"""The visits of an audit: made by a shopper, judged beside what the target publishes, kept; failures are tried again another day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from audits.jsonl import InputError
from audits.reading.codes import read_code
from audits.rules import rules
from audits.store import Archived, Judged, NewFinding
from audits.tally import Tally
from audits.visited import decisive_step
from audits.visits import VisitDesk, read_visits
from crawlers.journeys.browser import NoBrowserError
from crawlers.journeys.evidence import FOLDER
from crawlers.journeys.listing import Sampling
from crawlers.journeys.run import visit
from crawlers.records import Capture, Fault, Source
from crawlers.service_visits import FAILURES, taken_together

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from audits.judge import Judge
    from audits.procedure import Finding
    from audits.store import Store
    from audits.visits import JudgedVisit
    from crawlers.journeys.run import Manner, VisitProgress
    from crawlers.records import PublishedProcedure
    from crawlers.service_visits import ServiceVisit
    from crawlers.targets import Target

PUBLISHED = "published.jsonl"
"""The file in an audit's captures folder with all that its targets publish."""


@dataclass(frozen=True, slots=True)
class Shopping:
    """What a shopper is to visit: services that `folder`/published.jsonl has of these targets, and where it leaves its evidence.

    `size` of each target's services are drawn by `seed` (None: all); of `codes` only those procedures. The visits go to
    `folder`/`name`.
    """

    targets: Sequence[Target]
    folder: Path
    size: int | None = None
    seed: int = 0
    codes: frozenset[str] | None = None
    name: str = "visits.jsonl"


Shop = Callable[[Shopping], Mapping[str, Sequence[Fault]]]
"""Makes the visits and returns by target what could not be visited; raises KeyboardInterrupt where it was stopped."""


def shopper(manner: Manner, progress: Callable[[VisitProgress], None] | None = None) -> Shop:
    """Return the shopper that opens a browser; without a browser nothing can be visited, which is told of every target."""

    def shop(shopping: Shopping) -> Mapping[str, Sequence[Fault]]:
        try:
            reports = visit(
                shopping.targets,
                out=shopping.folder / shopping.name,
                captures=shopping.folder,
                published=shopping.folder / PUBLISHED,
                sampling=Sampling(shopping.size, shopping.seed, shopping.codes),
                manner=manner,
                progress=progress,
            )
        except NoBrowserError as error:
            return {target.id: (Fault("browser", target.url, str(error)),) for target in shopping.targets}
        if any(report.interrupted for report in reports):
            raise KeyboardInterrupt
        return {report.target: report.faults for report in reports}

    return shop


@dataclass(frozen=True, slots=True)
class Again:
    """One failure that was tried again: how the visit ended before, the new one, and what both come to."""

    target: str
    before: ServiceVisit
    again: ServiceVisit | None
    now: ServiceVisit


def keep_visits(store: Store, audit_id: int, judge: Judge, shop: Shop, shopping: Shopping, *, on: date) -> None:
    """Visit the e-services of targets, judge the visits as of `on` and keep them, target by target.

    Raises:
        InputError: the shopper's file has lines that cannot be read.
        StoreError: the store fails.

    """
    if not shopping.targets:
        return
    faults = shop(shopping)
    made = _made(shopping)
    for target in shopping.targets:
        visits = dict(enumerate(one for one in made if one.target == target.id))
        _keep(store, audit_id, judge, target, shopping.folder, visits, visits, faults.get(target.id, ()), on)


def visit_again(store: Store, audit_id: int, judge: Judge, shop: Shop, folder: Path, *, on: date) -> list[Again]:
    """Visit those services again whose visit ended in a failure, and keep the milder of both outcomes, both told.

    A service without a readable code cannot be asked for again; its failure stays as it is.

    Raises as `keep_visits`.
    """
    found = []
    saved = {source.target for source in store.audit(audit_id).sources}
    for target in store.targets(audit_id):
        visits = (store.visits(audit_id, target.id) or {}) if target.id in saved else {}
        failed = {
            code.national: place
            for place, one in visits.items()
            if one.outcome in FAILURES and (code := read_code(one.code)) is not None
        }
        if not failed:
            continue
        now = datetime.now(UTC)
        name = f"visits-{target.id}-{now:%Y%m%dT%H%M%S}.jsonl"
        shopping = Shopping([target], folder, codes=frozenset(failed), name=name)
        faults = shop(shopping)
        changed = {}
        for one in _made(shopping):
            code = read_code(one.code)
            place = failed.get(code.national) if code else None
            if place is not None and place not in changed:
                changed[place] = taken_together(visits[place], one)
                found.append(Again(target.id, visits[place], one, changed[place]))
        found += [
            Again(target.id, visits[place], None, visits[place]) for place in failed.values() if place not in changed
        ]
        every = visits | changed
        _keep(store, audit_id, judge, target, folder, every, changed, faults.get(target.id, ()), on)
    return found


def judge_visits(
    judge: Judge,
    target: Target,
    records: Sequence[PublishedProcedure],
    visits: Mapping[int, ServiceVisit],
    on: date,
) -> Judged:
    """Judge the visits to one target as of `on`, each beside the record it publishes: the findings with their evidence, and how
    each rule fared.
    """  # fmt: skip
    shown = judge.coverage(records)
    desk = VisitDesk(visits)
    for record in records:
        desk.offer(record, Source(target=target.id) if record.source.target is None else record.source, shown)
    source = Source(
        agency=target.agency, url=target.url, target=target.id, level=target.level, territory=target.territory
    )
    tally = Tally(target.id)
    for judged in desk.judge(judge, today=on, on=on, sources={target.id: source}):
        for outcome in judged.outcomes:
            tally.add(outcome)
            if outcome.finding is not None:
                tally.findings.append(_finding(judged, outcome.finding))
    versions = {slug: rule.version for slug, rule in rules().items()}
    return Judged(tally.findings, tally.counts(), tally.recognised, versions, None)


def captures_of(seen: ServiceVisit, folder: Path, at: datetime) -> list[Archived]:
    """Return what a visit leaves in the captures folder: the page of each step, and where no step was kept, the visit's own record.

    `at` is the time of a visit that tells none.
    """
    when = datetime.fromisoformat(seen.at) if seen.at else at
    found = []
    for step in seen.steps:
        if step.capture:
            bare = step.capture.removeprefix("sha256:")
            kept = next(iter(sorted((folder / FOLDER / bare[:2]).glob(f"{bare}.*"))), None)
            name = f"{FOLDER}/{bare[:2]}/{bare}.html" if kept is None else kept.relative_to(folder).as_posix()
            size = 0 if kept is None else kept.stat().st_size
            capture = Capture(
                step.capture, step.url, when, step.status or 0, "text/html", size, seen.target, rendered=True
            )
            found.append(Archived(capture, f"{folder.name}/{name}", 0))
    if not found:
        record = _record(seen)
        bare = hashlib.sha256(record).hexdigest()
        path = folder / FOLDER / bare[:2] / f"{bare}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(record)
        capture = Capture(
            f"sha256:{bare}", seen.url or "", when, 0, "application/json", len(record), seen.target, method="VISIT"
        )
        found.append(Archived(capture, f"{folder.name}/{path.relative_to(folder).as_posix()}", 0))
    return found


def _keep(  # noqa: PLR0917 - one step of both ways to visit
    store: Store,
    audit_id: int,
    judge: Judge,
    target: Target,
    folder: Path,
    every: Mapping[int, ServiceVisit],
    changed: Mapping[int, ServiceVisit],
    faults: Sequence[Fault],
    on: date,
) -> None:
    now = datetime.now(UTC)
    judged = judge_visits(judge, target, store.published(audit_id, target.id), every, on)
    captures = [item for one in every.values() for item in captures_of(one, folder, now)]
    store.save_visits(audit_id, target.id, changed, judged, captures=captures, faults=faults, ended_at=now)


def _made(shopping: Shopping) -> list[ServiceVisit]:
    path = shopping.folder / shopping.name
    if not path.exists():
        return []  # there was nothing to visit
    visits, faults = read_visits(path)
    if faults:
        raise InputError(f"{faults[0]}; xóa tệp này rồi chạy lại, bằng chứng vẫn còn nguyên")
    return list(visits.values())


def _record(seen: ServiceVisit) -> bytes:
    return orjson.dumps(seen.to_json())


def _finding(judged: JudgedVisit, finding: Finding) -> NewFinding:
    seen, pair = judged.visited.visit, judged.visited.pair
    step = decisive_step(seen, finding.where)
    if step is None or step.capture is None:
        capture, place = f"sha256:{hashlib.sha256(_record(seen)).hexdigest()}", "bản ghi lượt thử dịch vụ"
    else:
        capture, place = step.capture, f"bước “{step.name}”" + (f", ảnh {step.screenshot}" if step.screenshot else "")
    return NewFinding(
        finding=finding,
        capture=capture,
        place=place,
        procedure=pair.published.name or seen.name or "",
        published_code=pair.published.raw_code or seen.code,
        official=pair.official.name if pair.official else None,
    )
