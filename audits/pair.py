"""What a rule looks at: one published procedure beside its official counterpart, or all that one source publishes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audits.durations import comparable_terms
from audits.kept import kept
from audits.matching.procedures import MatchKind

if TYPE_CHECKING:
    from datetime import date

    from audits.catalogue import Catalogue, FeeResolution
    from audits.durations import OfficialLimits
    from audits.listings import Differing
    from audits.matching.documents import LineMatch
    from audits.matching.procedures import Match
    from audits.procedure import Procedure, RequiredDocument, Terms
    from crawlers.records import Source


NEARLY_ALL_KNOWN, MOSTLY_KNOWN = 0.95, 0.8
"""Shares of a source's records that the catalogue knows, from which it reaches far enough to miss something in it."""
FEW = 10
"""Below so many records a share says nothing."""


@dataclass(frozen=True)
class Coverage:
    """What a source as a whole shows: how many records it has, how many state each part, how many the catalogue knows.

    Tells an empty part from one the source does not show at all, and a procedure that is not in the catalogue from a
    catalogue that does not reach so far.
    """

    records: int = 0
    stated: Counter[str] = field(default_factory=Counter)
    known: int = 0

    def shows(self, part: str) -> bool:
        """Tell whether the source as a rule states this part: nine of ten records, and at least five."""
        return self.stated.get(part, 0) >= max(5, 0.9 * self.records)

    @property
    def share_known(self) -> float:
        """Return the share of the source's records whose code or name the catalogue knows."""
        return self.known / self.records if self.records else 0.0

    @cached_property
    def signature(self) -> tuple[object, ...]:
        """All that judging asks of it: sources of one signature are judged alike."""
        shown = frozenset(part for part in self.stated if self.shows(part))
        share = self.share_known
        return shown, share >= NEARLY_ALL_KNOWN, share >= MOSTLY_KNOWN, self.records < FEW


def unit_names(source: Source) -> frozenset[str]:
    """Return the names of who published it: the target and the agency."""
    return frozenset(name for name in (source.target, source.agency) if name)


@dataclass(frozen=True)
class Pair:
    """One published procedure, what it was matched with, and how its papers were aligned, to be judged as of `on`."""

    published: Procedure
    match: Match
    lines: tuple[LineMatch, ...]
    catalogue: Catalogue
    coverage: Coverage
    on: date
    territory: str | None = None
    units: frozenset[str] = frozenset()
    """The names of who published it: the target and the agency."""
    suspect: frozenset[str] = frozenset()
    """Paths of published values that the crawl does not believe: in the wrong field, or different at a second look."""
    kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def doubts(self, where: str) -> bool:
        """Tell whether a place of the published record is, holds, or is part of a value that is not believed."""
        return any(one == where or one.startswith((f"{where}.", f"{where}[")) or where.startswith((f"{one}.", f"{one}[")) for one in self.suspect)  # fmt: skip

    @property
    def official(self) -> Procedure | None:
        """Return the official procedure, if one was found."""
        return self.match.official

    @cached_property
    def comparable_terms(self) -> tuple[tuple[int, Terms, OfficialLimits], ...]:
        """The published time limits that may be held against official ones, as `audits.durations` tells."""
        return tuple(comparable_terms(self.published, self.official))

    def official_documents(self, line: int) -> tuple[RequiredDocument, ...]:
        """Return the official papers the published line was taken for."""
        return self._official_documents[line]

    @cached_property
    def _official_documents(self) -> tuple[tuple[RequiredDocument, ...], ...]:
        """The official papers of every line, in the catalogue's order."""
        by_place = _by_place(self.official) if self.official else {}
        return tuple([tuple([by_place[place] for place in sorted(set(line.components))]) for line in self.lines])

    def resolutions(self) -> tuple[FeeResolution, ...]:
        """Return the council resolutions on this procedure's fees in force on the day, here or in an unknown territory."""
        code = self.official.code if self.official else self.published.code
        rows = self.catalogue.resolutions.get(code.national, ()) if code else ()
        return tuple(
            row
            for row in rows
            if (row.since is None or row.since <= self.on)
            and (row.until is None or self.on <= row.until)
            and (row.territory is None or self.territory is None or row.territory == self.territory)
        )


@kept
def _by_place(official: Procedure) -> dict[tuple[int, int] | None, RequiredDocument]:
    return {document.component: document for document in official.documents or ()}


@dataclass(frozen=True, slots=True)
class PublishedSource:
    """What one unit publishes in all, with the national codes it must publish (None: its scope is not known).

    `published` holds the national codes it shows under any code or name, `maybe` those that a record a person must still
    look at may stand for. `whole` is false when some of what it lists could not be read: then nothing is called missing.
    `repeated` is what it lists twice with different content, `across` what it shows otherwise than another place of the
    same unit (None: no other place of the unit was looked at).
    """

    published: frozenset[str]
    maybe: frozenset[str]
    scope: frozenset[str] | None
    catalogue: Catalogue
    on: date
    whole: bool = True
    units: frozenset[str] = frozenset()
    repeated: tuple[Differing, ...] = ()
    across: tuple[Differing, ...] | None = None


def shown_codes(pair: Pair) -> frozenset[str]:
    """Return the national codes a published record shows: the one it was matched with and the one it is written under."""
    codes = (pair.official and pair.official.code, pair.published.code)
    return frozenset(code.national for code in codes if code)


def possible_codes(pair: Pair) -> frozenset[str]:
    """Return the national codes a record may stand for that a person must still look at."""
    return frozenset(pair.match.candidates) if pair.match.kind is MatchKind.UNCERTAIN else frozenset()
