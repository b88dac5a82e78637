"""One audit as it is kept and shown: its sources, what was judged, and every finding with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from audits.lawful import LawfulDifference
    from audits.procedure import Finding
    from audits.recommendations import Recommendation
    from crawlers.records import Fault, SourceState
    from crawlers.service_visits import ServiceVisit


@dataclass(frozen=True, slots=True)
class CatalogueVersion:
    """One imported state of the official catalogue, in force from `as_of`; `digest` is the SHA-256 of what was imported."""

    digest: str
    as_of: date
    origin: str
    records: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding stands on: the captured bytes, the place in them, and the versions of both sides of the comparison."""

    capture: str
    url: str
    captured_at: datetime
    place: str
    catalogue_version: str
    rule_version: int


@dataclass(frozen=True, slots=True)
class AuditedSource:
    """One target as this audit saw it; `listed` and `read` count procedures."""

    target: str
    agency: str
    level: str
    url: str
    state: SourceState
    listed: int
    read: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an office decided about a finding, beside it and never over it; `lawful` is the lawful difference it made."""

    id: int
    kind: str
    decided_at: datetime
    reason: str
    office: str | None = None
    lawful: int | None = None


@dataclass(frozen=True, slots=True)
class AuditedFinding:
    """A finding with the published procedure it is about, the official one it was compared with, its evidence, and what
    was decided about it, the first decision first.
    """

    id: int
    target: str
    agency: str
    procedure: str
    published_code: str | None
    official: str | None
    finding: Finding
    evidence: Evidence
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """How often a lawful difference was applied at one target."""

    target: str
    difference: LawfulDifference
    times: int


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often one rule passed, failed and was skipped at one target; `reasons` counts the skips by reason."""

    target: str
    rule: str
    passed: int
    failed: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def skipped(self) -> int:
        """Return how often the rule could not be judged."""
        return sum(count for _, count in self.reasons)


@dataclass(frozen=True, slots=True)
class AuditedVisit:
    """One e-service as it was visited, at its place among the target's visits; `earlier` are visits that it stands for."""

    target: str
    agency: str
    place: int
    visit: ServiceVisit
    earlier: tuple[ServiceVisit, ...] = ()


@dataclass(frozen=True, slots=True)
class Unvisited:
    """Why services of one target could not be visited."""

    target: str
    agency: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """Which e-services of each target an audit visits: all (`size` None), or so many drawn by `seed`."""

    size: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Audit:
    """One whole audit: judged as of the date `on`, times in UTC.

    `recommendations` are about the catalogue, not about the audited: whoever writes a report fills them in. `visits` are the
    e-services that were tried, empty where none was to be; `unvisited` tells why some could not be.
    """

    id: int
    title: str
    on: date
    started_at: datetime
    finished_at: datetime | None
    catalogue: CatalogueVersion
    sources: tuple[AuditedSource, ...]
    findings: tuple[AuditedFinding, ...]
    counts: tuple[RuleCount, ...]
    applied: tuple[Applied, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    visits: tuple[AuditedVisit, ...] = ()
    unvisited: tuple[Unvisited, ...] = ()
