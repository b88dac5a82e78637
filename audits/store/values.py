"""What goes into the store and comes out of it where `audits.audit` has no word for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from audits.audit import CatalogueVersion
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
