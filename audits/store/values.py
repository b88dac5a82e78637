"""What goes into the store and comes out of it where `audits.audit` has no word for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from audits.audit import AuditedFinding, CatalogueVersion, RuleCount
    from audits.lawful import Recognised
    from audits.procedure import Finding
    from crawlers.records import Capture

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Archived:
    """A capture and where its bytes are kept: the archive file and the byte offset of its record in it."""

    capture: Capture
    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A finding about to be kept: `capture` is the digest of the bytes it stands on, `place` where in them it stands."""

    finding: Finding
    capture: str
    place: str
    procedure: str
    published_code: str | None = None
    official: str | None = None


class Judged(NamedTuple):
    """What judging one source gave: its findings, how each rule fared, and how often each lawful difference was applied.

    `rules` are the versions of all rules it was judged by, `scope` the national codes it had to publish (None: not known).
    """

    findings: list[NewFinding]
    counts: list[RuleCount]
    recognised: list[Recognised]
    rules: dict[str, int]
    scope: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """One kept finding with the day its audit judged as of, and the published line it is about (None: about no line)."""

    item: AuditedFinding
    on: date
    paper: str | None


@dataclass(frozen=True, slots=True)
class AuditSummary:
    """One audit in a list; `signs` and `good_practices` count its findings, `sources` the targets already saved."""

    id: int
    title: str
    on: date
    started_at: datetime
    finished_at: datetime | None
    catalogue: CatalogueVersion
    sources: int
    signs: int
    good_practices: int


class StoredCatalogue(NamedTuple):
    """One version of the catalogue with its records (read while iterating, once) and side records, in the order imported."""

    version: CatalogueVersion
    records: Iterator[Record]
    repealed: list[Record]
    specific: list[Record]
    fees: list[Record]
