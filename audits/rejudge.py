"""Judging an audit's captures again: what changed because of the rules and what because of the portal, never mixed.

Nothing is stored: the findings of an audit stay as they were made. The captures are read again by today's readers and
judged by today's rules, as of the audit's day and by the audit's version of the catalogue; so are the visits that were kept.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING

from audits.judge import Judge
from audits.lawful import Lawful, procedure_code
from audits.reading.text import fold
from audits.rules import rules
from audits.run import catalogue_of, judge_target, read_whole, records_beside
from audits.store import NewFinding
from audits.visiting import judge_visits
from crawlers.archive import Archive
from crawlers.crawl import JUDGED
from crawlers.records import Fault, SourceReport, SourceState
from crawlers.reread import reread
from crawlers.service_visits import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from audits.audit import Audit
    from audits.lawful import LawfulDifference
    from audits.procedure import Finding
    from audits.store import Judged, Store
    from crawlers.records import PublishedProcedure
    from crawlers.service_visits import ServiceVisit
    from crawlers.targets import Target

_Key = tuple[str, str, str, str]


class Cause(StrEnum):
    """Why the same bytes give another finding than they gave in the audit; UNVERSIONED is a fault of the program."""

    RULE = "rule"
    UNVERSIONED = "unversioned"
    READER = "reader"
    LAWFUL = "lawful"


@dataclass(frozen=True, slots=True)
class Sign:
    """One finding at one target, `paper` being the published line it is about; what makes it the same sign is its `key`."""

    target: str
    new: NewFinding
    paper: str | None

    @property
    def key(self) -> _Key:
        """Target, procedure (its national code, else its name), rule and paper."""
        finding = self.new.finding
        procedure = procedure_code(finding.code, self.new.published_code) or fold(self.new.procedure)
        return self.target, procedure, finding.rule, fold(self.paper or "")


@dataclass(frozen=True, slots=True)
class Change:
    """One finding that appears (`before` None), disappears (`after` None) or reads otherwise; versions None: not known, or no such rule."""

    cause: Cause
    before: Sign | None
    after: Sign | None
    version_before: int | None
    version_after: int | None

    @property
    def sign(self) -> Sign:
        """Return the sign it is about."""
        sign = self.after or self.before
        assert sign is not None  # noqa: S101 - one of the two is always there
        return sign


@dataclass(frozen=True, slots=True)
class Unread:
    """What today's reader cannot read of an archived source, and the stored findings that stand on it."""

    target: str
    faults: tuple[Fault, ...]
    findings: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Rejudgement:
    """One audit judged again; `stored` and `now` are all its findings as bytes, `versions` every rule's version then and now."""

    audit: Audit
    versions: Mapping[str, tuple[int | None, int | None]]
    changes: tuple[Change, ...]
    recognised: tuple[tuple[Sign, LawfulDifference], ...]
    unread: tuple[Unread, ...]
    stored: bytes
    now: bytes

    @property
    def identical(self) -> bool:
        """Tell whether the findings are the same to the byte."""
        return self.stored == self.now

    def because_of(self, *causes: Cause) -> tuple[Change, ...]:
        """Return the changes with one of these causes."""
        return tuple(change for change in self.changes if change.cause in causes)


@dataclass(frozen=True, slots=True)
class PortalChanges:
    """What two audits' captures show by the same rules, catalogue, day and scope, so that only the portal can differ.

    `unseen` are signs of one audit whose procedure the other did not get to see; `apart` are targets that only one of them
    could judge.
    """

    earlier: int
    later: int
    new: tuple[Sign, ...]
    gone: tuple[Sign, ...]
    kept: tuple[Sign, ...]
    unseen: tuple[Sign, ...]
    apart: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One archived target as it is read today, with the visits that were kept of it."""

    target: Target
    records: Sequence[PublishedProcedure]
    report: SourceReport
    visits: Mapping[int, ServiceVisit]

    def procedures(self) -> set[str]:
        """The procedures it shows, by every name that a sign may have for them."""
        codes = {code for record in self.records if (code := procedure_code(None, record.code))}
        return codes | {fold(record.name or "") for record in self.records}

    def tried(self) -> set[str]:
        """The procedures whose e-service was visited and could be looked at, by every name that a sign may have for them."""
        seen = [visit for visit in self.visits.values() if visit.outcome not in UNSEEN and visit.confirmed]
        codes = {code for visit in seen if (code := procedure_code(None, visit.code))}
        return codes | {fold(visit.name or "") for visit in seen}


def serialised(findings: Iterable[tuple[str, NewFinding]]) -> bytes:
    """Return findings with their targets as bytes, one sorted JSON line each; equal findings give equal bytes."""
    lines = (
        json.dumps({"target": target, **asdict(new)}, sort_keys=True, ensure_ascii=True, default=str).encode() + b"\n"
        for target, new in findings
    )
    return b"".join(sorted(lines))


def digest(findings: bytes) -> str:
    """Return the SHA-256 of serialised findings."""
    return f"sha256:{hashlib.sha256(findings).hexdigest()}"


def rejudge(store: Store, audit_id: int, folder: Path) -> Rejudgement:
    """Judge the captures in `folder` that an audit stands on again, and compare with the findings it made.

    Raises:
        StoreError: there is no such audit, or the database fails.
        ArchiveError: a capture is missing from the archive or was altered.
        TargetsError: the audit did not keep its scope, and the scope file is gone.

    """
    audit = store.audit(audit_id)
    differences = store.lawful_differences()
    reads = _read_all(store, audit, folder)
    judge = Judge(catalogue_of(store, audit.catalogue), differences)
    judged = _judge_all(judge, reads, audit.on, _scopes(store, audit, reads))
    now = {
        target: _signs(target, judged[target].findings, read.records)
        for target, read in reads.items()
        if target in judged
    }
    stored = {target: _stored_signs(store, audit, target) for target in reads}
    passed = {
        target: [
            (_recognised_sign(target, item.finding, reads[target].records), item.difference)
            for item in result.recognised
        ]
        for target, result in judged.items()
    }
    changes: list[Change] = []
    unread: list[Unread] = []
    versions: dict[str, tuple[int | None, int | None]] = {}
    for target, read in reads.items():
        then, known = _versions(store, audit, target)
        versions |= {slug: (then.get(slug), _version(slug)) for slug in sorted({*then, *rules()})}
        lost = _lost(audit, read, store.published(audit.id, target), stored[target])
        if lost.faults:
            unread.append(lost)
        if target not in judged:
            continue
        same_reading = _same_reading(store, audit, read)
        lawful = Lawful(differences)
        hidden = Counter(sign.key for sign, _ in passed[target])
        rest = [sign for sign in stored[target] if sign not in lost.findings]
        for before, after in _differences(rest, now[target]):
            sign = after or before
            if sign is None:
                continue
            slug = sign.new.finding.rule
            earlier = before.new.finding.rule_version if before else then.get(slug)
            cause = Cause.UNVERSIONED
            if after is None and before is not None and hidden[before.key] > 0:
                hidden[before.key] -= 1
                cause = Cause.LAWFUL
            elif earlier != _version(slug) or (earlier is None and not known):
                cause = Cause.RULE
            elif before is None and after is not None and _was_recognised(lawful, read.target, after):
                cause = Cause.LAWFUL
            elif not same_reading:
                cause = Cause.READER
            changes.append(Change(cause, before, after, earlier, _version(slug)))
    return Rejudgement(
        audit=audit,
        versions=versions,
        changes=tuple(changes),
        recognised=tuple(item for items in passed.values() for item in items),
        unread=tuple(unread),
        stored=serialised((sign.target, sign.new) for signs in stored.values() for sign in signs),
        now=serialised((sign.target, sign.new) for signs in now.values() for sign in signs),
    )


def compare_portals(store: Store, later: int, later_folder: Path, earlier: int, earlier_folder: Path) -> PortalChanges:
    """Judge the captures of two audits by today's rules and the later one's catalogue, day and scope, and compare the signs.

    Raises as `rejudge`.
    """
    audit, before = store.audit(later), store.audit(earlier)
    here, there = _read_all(store, audit, later_folder), _read_all(store, before, earlier_folder)
    scopes = _scopes(store, audit, here)
    judge = Judge(catalogue_of(store, audit.catalogue), store.lawful_differences())
    now, then = (_judge_all(judge, reads, audit.on, scopes) for reads in (here, there))
    new: list[Sign] = []
    gone: list[Sign] = []
    kept: list[Sign] = []
    unseen: list[Sign] = []
    for target in (target for target in now if target in then):
        passed = {
            _recognised_sign(target, item.finding, read.records).key
            for result, read in ((now[target], here[target]), (then[target], there[target]))
            for item in result.recognised
        }
        first, second = (
            [sign for sign in _signs(target, result.findings, read.records) if sign.key not in passed]
            for result, read in ((then[target], there[target]), (now[target], here[target]))
        )
        shown_then, shown_now = there[target].procedures(), here[target].procedures()
        left = _by_key(first)
        for sign in second:
            if left[sign.key]:
                left[sign.key].pop(0)
                kept.append(sign)
            else:
                (new if _seen(sign, there[target], shown_then) else unseen).append(sign)
        for sign in (sign for signs in left.values() for sign in signs):
            (gone if _seen(sign, here[target], shown_now) else unseen).append(sign)
    return PortalChanges(
        earlier=earlier,
        later=later,
        new=tuple(new),
        gone=tuple(gone),
        kept=tuple(kept),
        unseen=tuple(unseen),
        apart=tuple(sorted({*here, *there} - (now.keys() & then.keys()))),
    )


# --- reading and judging ------------------------------------------------------------------------------------------


def _read_all(store: Store, audit: Audit, folder: Path) -> dict[str, _Read]:
    """Read again every target that the audit judged; a source it did not judge has no findings to compare."""
    judged = {source.target for source in audit.sources if source.state in JUDGED}
    archive = Archive(folder)
    reads = {}
    for target in store.targets(audit.id):
        if target.id in judged:
            records, report = reread(target, archive)
            reads[target.id] = _Read(target, records, report, store.visits(audit.id, target.id) or {})
    return reads


def _judge_all(
    judge: Judge, reads: Mapping[str, _Read], on: date, scopes: Mapping[str, frozenset[str] | None]
) -> dict[str, Judged]:
    targets = [read.target for read in reads.values()]
    reports = [read.report for read in reads.values()]
    records = {target: read.records for target, read in reads.items()}
    return {
        target: _with_visits(
            judge_target(
                judge,
                read.target,
                read.report,
                read.records,
                on,
                scope=scopes.get(target),
                beside=records_beside(read.target, targets, reports, records),
            ),
            judge_visits(judge, read.target, read.records, read.visits, on),
        )
        for target, read in reads.items()
        if read.report.state in JUDGED
    }


def _with_visits(published: Judged, visited: Judged) -> Judged:
    """Put together what the pages and what the visits of one target gave; the counts, which nobody asks for here, are left out."""
    return published._replace(
        findings=[*published.findings, *visited.findings],
        counts=[],
        recognised=[*published.recognised, *visited.recognised],
    )


def _scopes(store: Store, audit: Audit, reads: Mapping[str, _Read]) -> dict[str, frozenset[str] | None]:
    """The scope each target was judged with; an audit of before scopes were kept has its scope files."""
    scopes = {}
    for target, read in reads.items():
        kept = store.judged_with(audit.id, target)
        scopes[target] = read.target.scope_codes() if kept is None else kept[1]
    return scopes


def _versions(store: Store, audit: Audit, target: str) -> tuple[dict[str, int], bool]:
    """Every rule's version when the target was judged, and whether they were recorded; else only findings tell."""
    kept = store.judged_with(audit.id, target)
    if kept is not None:
        # Visits may have been judged later, by other versions than the pages; only rules of visits alone can tell.
        later = store.visits_judged_with(audit.id, target)
        own = {slug for slug, rule in rules().items() if rule.check is None and rule.check_visit is not None}
        return kept[0] | {slug: version for slug, version in later.items() if slug in own}, True
    return {item.finding.rule: item.finding.rule_version for item in audit.findings}, False


def _version(slug: str) -> int | None:
    rule = rules().get(slug)
    return None if rule is None else rule.version


def _same_reading(store: Store, audit: Audit, read: _Read) -> bool:
    """Tell whether today's readers give what the audit judged: the same records, and as whole."""
    before = [record.to_json() for record in store.published(audit.id, read.target.id)]
    source = next(source for source in audit.sources if source.target == read.target.id)
    stored = SourceReport(source.target, SourceState(source.state), source.listed, source.read, faults=source.faults)
    return before == [record.to_json() for record in read.records] and read_whole(stored) == read_whole(read.report)


def _lost(audit: Audit, read: _Read, records: Sequence[PublishedProcedure], stored: Sequence[Sign]) -> Unread:
    """What the audit could read and today's reader cannot, by the records the audit read."""
    source = next(source for source in audit.sources if source.target == read.target.id)
    before = {(fault.kind, fault.url) for fault in source.faults}
    faults = tuple(fault for fault in read.report.faults if (fault.kind, fault.url) not in before)
    if read.report.state not in JUDGED:
        return Unread(read.target.id, faults, tuple(stored))
    places = {fault.url for fault in faults} | {fault.capture for fault in faults if fault.capture}
    shown = {(record.code, record.name) for record in read.records}
    gone = {
        line
        for line, record in enumerate(records)
        if {record.source.url, record.source.capture} & places and (record.code, record.name) not in shown
    }
    return Unread(read.target.id, faults, tuple(sign for sign in stored if sign.new.finding.line in gone))


# --- signs --------------------------------------------------------------------------------------------------------


def _signs(target: str, findings: Iterable[NewFinding], records: Sequence[PublishedProcedure]) -> list[Sign]:
    return [Sign(target, new, _paper(new.finding, records)) for new in findings]


def _recognised_sign(target: str, finding: Finding, records: Sequence[PublishedProcedure]) -> Sign:
    """The sign that a lawful difference covers, as it would have been made."""
    record = None if finding.line is None else records[finding.line]
    new = NewFinding(
        finding=finding,
        capture=(record.source.capture if record else None) or "",
        place=finding.where,
        procedure=(record.name if record else None) or "",
        published_code=record.code if record else None,
    )
    return Sign(target, new, _paper(finding, records))


def _stored_signs(store: Store, audit: Audit, target: str) -> list[Sign]:
    items = [item for item in audit.findings if item.target == target]
    records = store.published(audit.id, target)
    findings = (
        NewFinding(
            finding=item.finding,
            capture=item.evidence.capture,
            place=item.evidence.place,
            procedure=item.procedure,
            published_code=item.published_code,
            official=item.official,
        )
        for item in items
    )
    return _signs(target, findings, records)


def _paper(finding: Finding, records: Sequence[PublishedProcedure]) -> str | None:
    if finding.line is None or finding.document is None:
        return finding.paper
    return (records[finding.line].documents or ())[finding.document].name


def _by_key(signs: Iterable[Sign]) -> defaultdict[_Key, list[Sign]]:
    found: defaultdict[_Key, list[Sign]] = defaultdict(list)
    for sign in signs:
        found[sign.key].append(sign)
    return found


def _differences(before: Sequence[Sign], after: Sequence[Sign]) -> list[tuple[Sign | None, Sign | None]]:
    """The signs of each side that the other does not have to the byte, paired where they are the same sign."""
    old, new = (Counter(_bytes(sign) for sign in signs) for signs in (before, after))
    left, right = _by_key(_surplus(before, old - new)), _by_key(_surplus(after, new - old))
    pairs: list[tuple[Sign | None, Sign | None]] = []
    for key in dict.fromkeys((*left, *right)):
        pairs.extend(zip_longest(left[key], right[key]))
    return pairs


def _surplus(signs: Sequence[Sign], more: Counter[bytes]) -> list[Sign]:
    left, found = Counter(more), []
    for sign in signs:
        if left[data := _bytes(sign)] > 0:
            left[data] -= 1
            found.append(sign)
    return found


def _bytes(sign: Sign) -> bytes:
    return serialised([(sign.target, sign.new)])


def _seen(sign: Sign, other: _Read, shown: set[str]) -> bool:
    """Tell whether the other audit saw the procedure of a sign, so that the sign's absence there says something.

    `shown` are the procedures the other read.
    """
    if sign.new.finding.visit is not None:
        shown = other.tried()
    elif read_whole(other.report) or sign.new.finding.line is None:
        return read_whole(other.report)
    names = {sign.key[1], procedure_code(None, sign.new.published_code), fold(sign.new.procedure)}
    return not shown.isdisjoint(names)


def _was_recognised(lawful: Lawful, target: Target, sign: Sign) -> bool:
    """Tell whether a lawful difference, perhaps ended since, may have kept the sign from being made."""
    found = lawful.find(
        sign.new.finding.rule, sign.key[1], units=frozenset({target.id, target.agency}), paper=sign.paper, on=None
    )
    return found is not None
